"""The one list of packages that keep something about people."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from callward.kernel.errors import CallwardError, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref

_holders: dict[str, Holder] = {}
_late: list[tuple[str, str]] = []  # known by name, loaded when somebody asks for holders


class HolderTwiceError(CallwardError):
    """Two different holders claim one name."""

    code = "holder-twice"
    fact = gettext_noop("Two holders are registered as %(name)s.")
    mend = gettext_noop("Give each package one holder, named after the package.")


@runtime_checkable
class Holder(Protocol):
    """A package's answer to “what do you keep of this person?”."""

    @property
    def name(self) -> str:
        """The name of the package."""
        ...

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        """The things kept about whoever has these E.164 numbers."""
        ...

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept under the reference, by category, for an access answer."""
        ...

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:
        """The code of the rule that forbids to destroy it now, or None."""
        ...

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:
        """Remove the rows of these things, however often asked, and count those removed."""
        ...


def register(holder: Holder) -> None:
    """Add a package's holder; a second one of the same kind replaces it, another is refused."""
    known = _holders.get(holder.name)
    if known is not None and type(known) is not type(holder):
        raise HolderTwiceError(name=holder.name)
    _holders[holder.name] = holder


def register_late(module: str, name: str) -> None:
    """Add a package's holder by the name of its class; few commands ask what is kept of whom."""
    _late.append((module, name))


def holders() -> tuple[Holder, ...]:
    """Every registered holder, those of higher rooms first, since they refer to lower ones."""
    while _late:
        module, name = _late.pop(0)
        register(getattr(import_module(module), name)())
    return tuple(reversed(_holders.values()))


def destroy_everywhere(refs: Sequence[Ref], *, at: datetime) -> dict[str, int]:
    """Remove the rows of these things from every package, counted by holder."""
    return {holder.name: holder.destroy(refs, at=at) for holder in holders()}
