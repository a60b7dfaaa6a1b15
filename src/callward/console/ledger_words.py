"""What a call's ledger says, in the reader's words, and as marks on the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from callward.console import term_words
from callward.line.states import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.telephony.values import LedgerWord, LineCallView

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
_FACTS = {
    "prompt": "prompt",
    "reason": "pause-reason",
    "evidence": "evidence",
    "fate": "fate",
}


def sentence(word: LedgerWord) -> str:
    """What one line of the ledger says."""
    if word.entry is Entry.ANNOUNCEMENT_ENDED and not word.facts.get("complete", True):
        return gettext("The announcement was cut off.")
    if word.entry is Entry.DIGIT and word.facts.get("digit"):
        return gettext("The person pressed the key %(key)s.") % {"key": word.facts["digit"]}
    return term_words.label("entry", word.entry)


def details(word: LedgerWord) -> str:
    """What it adds: which prompt, for which reason, by what evidence."""
    if word.entry is Entry.CALL_BEGUN:
        return ""
    found = [
        term_words.label(family, word.facts[name])
        for name, family in _FACTS.items()
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
