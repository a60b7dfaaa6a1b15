"""The one list of probes: every check that a notice names, and the function that looks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from callward.promises.probe_context import Count, ProbeContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.texts.states import Probe

# None where the policy promises nothing of the kind; CannotLookError where nobody can tell here.
Look = Callable[[ProbeContext], Count | None]

_probes: dict[Probe, Look] = {}


class CannotLookError(Exception):
    """The machine has no way to look; the check stays unchecked, which is not green."""


def probes(name: Probe) -> Callable[[Look], Look]:
    """Declare the function that looks for one probe."""

    def declare(look: Look) -> Look:
        if name in _probes:
            raise ValueError(name)
        _probes[name] = look
        return look

    return declare


def every_probe() -> Mapping[Probe, Look]:
    """All probes, loaded."""
    from callward.promises import probes as room  # noqa: PLC0415  # probes import this register

    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    return _probes
