"""The one list of probes: every check that a notice names, and the function that looks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from callward.holdings.kinds import KINDS, Kind
from callward.promises.probe_context import Count, ProbeContext
from callward.texts.states import CheckName, looks_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.texts.states import Probe

# None where the policy promises nothing of the kind; CannotLookError where nobody can tell here.
Look = Callable[[ProbeContext], Count | None]


class LookAtKind(Protocol):
    """Looks at one kind of kept things."""

    def __call__(self, glance: ProbeContext, kind: Kind) -> Count | None: ...


_probes: dict[CheckName, Look] = {}


class CannotLookError(Exception):
    """The machine has no way to look; the check stays unchecked, which is not green."""


def probes(name: Probe) -> Callable[[Look], Look]:
    """Declare the function that looks for one probe."""

    def declare(look: Look) -> Look:
        _add(CheckName(name), look)
        return look

    return declare


def probes_kinds(name: Probe) -> Callable[[LookAtKind], LookAtKind]:
    """Declare the function that looks for one probe at one kind of kept things after the other."""

    def declare(look: LookAtKind) -> LookAtKind:
        for kind in KINDS.values():
            if looks_at(name, kind):
                _add(CheckName(name, kind.name), partial(look, kind=kind))
        return look

    return declare


def _add(name: CheckName, look: Look) -> None:
    if name in _probes:
        raise ValueError(name)
    _probes[name] = look


def every_probe() -> Mapping[CheckName, Look]:
    """All probes, loaded."""
    from callward.promises import probes as room  # noqa: PLC0415  # probes import this register

    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    return _probes
