"""The words people read for the words the engine uses, in their language.

A package brings the words of its own choices; here stand those of the policy file, which a
controller may also name freely.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy

from callward.audit.states import Event
from callward.kernel.actors import ActorKind
from callward.kernel.calendar import MalformedPeriodError, parse_period
from callward.kernel.labels import CONTEXT, FAMILIES
from callward.kernel.references import MalformedReferenceError, Ref, parse_ref
from callward.line.states import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.utils.functional import _StrPromise

    from callward.kernel.calendar import Period
    from callward.telephony.values import LedgerWord, LineCallView

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
_FACT_FAMILIES = {
    "purpose": "purpose",
    "reason": "hold-reason",
    "rule": "rule",
    "start": "start",
    "state": "recording",
}
# Those that lie inside the sound; the others come before it or end it.
_MARKED = {
    Entry.OPENED: "consent",
    Entry.PAUSED: "pause",
    Entry.RESUMED: "pause",
    Entry.STOPPED: "stop",
    Entry.TRANSFERRED: "transfer",
    Entry.ANNOUNCEMENT_BEGUN: "announcement",
    Entry.DIGIT: "digit",
}
# Which labels say the value of a fact, in the order in which they are read.
_LEDGER_FACTS = {
    "prompt": "prompt",
    "reason": "pause-reason",
    "evidence": "evidence",
    "fate": "fate",
}
LABELS: dict[str, dict[str, str | _StrPromise]] = {
    "purpose": {
        "quality": _("Quality of calls"),
        "services": _("Improving the services"),
        "service": _("Quality of the service"),
        "training": _("Training of staff"),
        "complaints": _("Checking a complaint"),
        "evidence": _("Evidence for requests and complaints"),
        "evaluation": _("Evaluating and training staff"),
        "claims": _("Legal claims and controls"),
        "legal-claims": _("Legal claims"),
        "authority": _("Request of an authority"),
        "legal": _("Legal duty"),
        "legal-duty": _("Legal duty"),
        "claims-and-controls": _("Legal claims and controls"),
        "proof": _("Proof of interactions"),
        "interactions": _("Proof of interactions"),
        "needs": _("Understanding what callers need"),
        "contact": _("Answering a question"),
    },
    "training": {
        "data-protection": _("Data protection"),
        "internal-rules": _("Internal rules on recordings"),
    },
    "hold-reason": {
        "complaint": _("Complaint"),
        "legal-claim": _("Legal claim"),
        "authority": _("Request of an authority"),
        "investigation": _("Investigation"),
    },
    "start": {
        "call.initiated": _("the start of the call"),
        "data.collected": _("the collection of the data"),
        "contract.ended": _("the end of the contract"),
        "fy.ended": _("the end of the financial year"),
        "case.closed": _("the end of the case"),
        "hold.placed": _("the day the hold was placed"),
    },
    "kind": {  # of what is kept
        "recording": _("Recordings"),
        "voice-message": _("Voice messages"),
        "quarantined": _("Arrivals in quarantine"),
        "raw-row": _("Original rows of call records"),
        "waiting-cdr": _("Call records that wait for their recording"),
        "call": _("Calls"),
        "line-record": _("Records of the phone line"),
        "wrap-up": _("Notes that close a call"),
        "ring-back": _("People to ring back"),
        "desk-call": _("Calls at the desk"),
        "dial-permit": _("Permits to dial"),
        "counted-day": _("Daily counts of calls"),
        "consent-proof": _("Proofs of consent"),
        "training": _("Trainings of staff"),
        "audit": _("Entries of the audit"),
    },
    "weekday": {
        "0": _("Monday"),
        "1": _("Tuesday"),
        "2": _("Wednesday"),
        "3": _("Thursday"),
        "4": _("Friday"),
        "5": _("Saturday"),
        "6": _("Sunday"),
    },
}

LANGUAGE_NAMES = {"en": "English", "ro": "Română", "bg": "Български", "lt": "Lietuvių"}


def languages(codes: Iterable[str]) -> list[tuple[str, str | _StrPromise]]:
    """The languages by their own names."""
    return [(code, LANGUAGE_NAMES.get(code, code)) for code in codes]


@cache
def labels(family: str) -> Mapping[str, str | _StrPromise]:
    """The words of every value of one family, by the value."""
    if family in LABELS:
        return LABELS[family]
    autodiscover_modules("states")
    return {str(one): _lazily(one.words) for one in FAMILIES[family]}


def _lazily(words: str) -> str | _StrPromise:
    context, mark, text = words.rpartition(CONTEXT)
    return pgettext_lazy(context, text) if mark else _(text)


def label(family: str, value: object) -> str:
    """The words for a value of the engine; a value without words shows itself, tidied."""
    text = str(value)
    return str(labels(family).get(text, text.replace("-", " ").replace(".", " ").capitalize()))


def check_words(name: str) -> str:
    """What one check looks at, said to the people who answer for it."""
    probe, _colon, kind = name.partition(":")
    said = label("probe", probe)
    return said % {"kind": label("kind", kind)} if kind else said


def period_words(text: str) -> str:
    """An ISO 8601 period as people say it; one unit where it has one."""
    try:
        period = parse_period(text)
    except MalformedPeriodError:
        return text
    return ", ".join(_counted(period))


def _counted(period: Period) -> list[str]:
    years, months = divmod(period.months, 12)
    hours = period.seconds // 3600
    units = (
        (years, ngettext("%(count)d year", "%(count)d years", years)),
        (months, ngettext("%(count)d month", "%(count)d months", months)),
        (period.days, ngettext("%(count)d day", "%(count)d days", period.days)),
        (hours, ngettext("%(count)d hour", "%(count)d hours", hours)),
    )
    return [words % {"count": count} for count, words in units if count]


def duration(seconds: float) -> str:
    """A length as a clock shows it: 3:07, or 1:03:07."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


_MEGA = 1_000_000


def size_words(count: int) -> str:
    """A size in kB or MB."""
    if count < _MEGA:
        return gettext("%(size)d kB") % {"size": max(1, round(count / 1000))}
    return gettext("%(size).1f MB") % {"size": count / _MEGA}


def sentence(word: LedgerWord) -> str:
    """What one line of the ledger says."""
    if word.entry is Entry.ANNOUNCEMENT_ENDED and not word.facts.get("complete", True):
        return gettext("The announcement was cut off.")
    if word.entry is Entry.DIGIT and word.facts.get("digit"):
        return gettext("The person pressed the key %(key)s.") % {"key": word.facts["digit"]}
    return label("entry", word.entry)


def details(word: LedgerWord) -> str:
    """What it adds: which prompt, for which reason, by what evidence."""
    if word.entry is Entry.CALL_BEGUN:
        return ""
    found = [
        label(family, word.facts[name])
        for name, family in _LEDGER_FACTS.items()
        if word.facts.get(name)
    ]
    return ", ".join(dict.fromkeys(found))


def marks(call: LineCallView) -> list[dict[str, object]]:
    """The lines that lie inside the recording, with their place on its timeline."""
    return list(_marks(call))


def _marks(call: LineCallView) -> Iterator[dict[str, object]]:
    for word in call.words:
        if word.second is None or word.entry not in _MARKED:
            continue
        label, added = sentence(word).rstrip("."), details(word)
        yield {
            "at": round(word.second, 2),
            "kind": _MARKED[word.entry],
            "label": f"{label} ({added})" if added else label,
        }


def happened(event: str) -> str:
    """What happened, as a sentence; nothing for an event of a later Callward."""
    return gettext(event.words) if isinstance(event, Event) else ""


def fact_name(name: str) -> str:
    """The word for a fact, or its name where it has none."""
    return str(FACTS.get(name, name))


def fact_value(value: str | int, name: str) -> str:
    """The label of a value where it has one; references and digests stay as they are."""
    known = labels(_FACT_FAMILIES[name]) if name in _FACT_FAMILIES else {}
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
