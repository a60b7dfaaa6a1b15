"""What the audit tells, in words: each event a sentence, and the facts and actors beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext_lazy

from callward.audit.states import Event
from callward.console import term_words
from callward.kernel.actors import ActorKind
from callward.kernel.references import MalformedReferenceError, Ref, parse_ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

# The names of facts are single words; the context tells the translators where they stand.
FACTS: dict[str, str | _StrPromise] = {
    "due": pgettext_lazy("audit fact", "due"),
    "grant": pgettext_lazy("audit fact", "grant"),
    "hold": pgettext_lazy("audit fact", "legal hold"),
    "playback": pgettext_lazy("audit fact", "playback"),
    "policy": pgettext_lazy("audit fact", "policy"),
    "purpose": pgettext_lazy("audit fact", "purpose"),
    "reason": pgettext_lazy("audit fact", "reason"),
    "rule": pgettext_lazy("audit fact", "rule"),
    "start": pgettext_lazy("audit fact", "counted from"),
    "state": pgettext_lazy("audit fact", "state"),
}

# Which labels say the value of a fact.
_FAMILIES = {
    "purpose": "purpose",
    "reason": "hold-reason",
    "rule": "rule",
    "start": "start",
    "state": "recording",
}


def happened(event: str) -> str:
    """What happened, as a sentence; nothing for an event of a later Callward."""
    return gettext(event.words) if isinstance(event, Event) else ""


def fact_name(name: str) -> str:
    """The word for a fact, or its name where it has none."""
    return str(FACTS.get(name, name))


def fact_value(value: str | int, name: str) -> str:
    """The label of a value where it has one; references and digests stay as they are."""
    known = term_words.labels(_FAMILIES[name]) if name in _FAMILIES else {}
    return str(known.get(str(value), value))


def users_among(actors: Iterable[str]) -> set[Ref]:
    """The users of staff among the actors of an audit."""
    split = (actor.partition(":") for actor in actors)
    found = (_ref(text) for kind, _colon, text in split if kind == ActorKind.USER)
    return {ref for ref in found if ref is not None}


def who(actor: str, names: Mapping[Ref, str]) -> str:
    """A user of staff by name, a task as Callward's, anybody else as the audit names them."""
    kind, _colon, text = actor.partition(":")
    if kind == ActorKind.SYSTEM:
        return f"Callward ({text})"
    ref = _ref(text)
    if ref is None:
        return actor
    return names.get(ref) or f"{kind} …{text[-8:]}"


def _ref(text: str) -> Ref | None:
    try:
        return parse_ref(text)
    except MalformedReferenceError:
        return None
