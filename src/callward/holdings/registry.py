"""The one list of packages that keep something about people."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from callward.kernel.errors import CallwardError, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from callward.holdings.kinds import Kind
    from callward.kernel.references import Ref

_holders: dict[str, Holder] = {}
_late: list[tuple[str, str]] = []  # known by name, loaded when somebody asks for holders
_AT_ONCE = 5_000
_STEPS = 3  # from a recording to its call, from the call to its notes, and back


class HolderTwiceError(CallwardError):
    """Two different holders claim one name."""

    code = "holder-twice"
    fact = gettext_noop("Two holders are registered as %(name)s.")
    mend = gettext_noop("Give each package one holder, named after the package.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """Everything that a person may be known by."""

    numbers: tuple[str, ...] = ()  # E.164
    mails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()  # the names that people sign in with


class Holder:
    """A package's answer to “what do you keep of this person?”; by itself it keeps nothing."""

    name: str
    kinds: tuple[Kind, ...] = ()

    def find(self, identifiers: Identifiers) -> list[Ref]:  # noqa: ARG002  # a holder's own answer
        """The things kept about whoever is known by these, for every controller."""
        return []

    def mentions(self, numbers: Sequence[Ref]) -> set[Ref]:  # noqa: ARG002  # as above
        """Those of these numbers that something kept here refers to."""
        return set()

    def beside(self, refs: Sequence[Ref]) -> set[Ref]:  # noqa: ARG002  # as above
        """What is kept here of the same calls as these things."""
        return set()

    def describe(self, ref: Ref) -> dict[str, str]:  # noqa: ARG002  # as above
        """What is kept under the reference, by category, for an access answer."""
        return {}

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # as above
        """Remove the rows of these things, however often asked, and count those removed."""
        return 0


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


def mentioned(numbers: Sequence[Ref]) -> set[Ref]:
    """Those of these numbers that must stay, since something somewhere refers to them."""
    return {number for holder in holders() for number in holder.mentions(numbers)}


def related(refs: Iterable[Ref]) -> set[Ref]:
    """These things and everything kept of the same calls, in every package."""
    found = set(refs)
    fresh = found
    for _step in range(_STEPS):
        fresh = _beside(sorted(fresh)) - found
        found = found | fresh
    return found


def _beside(refs: Sequence[Ref]) -> set[Ref]:
    groups = [refs[start : start + _AT_ONCE] for start in range(0, len(refs), _AT_ONCE)]
    return {ref for group in groups for holder in holders() for ref in holder.beside(group)}
