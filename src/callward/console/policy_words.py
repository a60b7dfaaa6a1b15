"""A policy's findings, changes and errors in the reader's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from callward.console import refusals
from callward.console.term_words import check_words, period_words
from callward.kernel.actors import ActorKind
from callward.kernel.references import parse_ref
from callward.policy.errors import PolicyError
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from callward.kernel.errors import CallwardError
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView
    from callward.policy import Finding
    from callward.policy.canonical import JsonValue
    from callward.policy.change import Change


def problems_of(error: CallwardError) -> list[tuple[str, str]]:
    """Everything that is wrong with a file, each as its fact and its mend."""
    others = error.others if isinstance(error, PolicyError) else ()
    return [refusals.sentences(one) for one in (error, *others)]


def findings(found: Sequence[Finding]) -> list[dict[str, object]]:
    """What lint says, errors before warnings, what is waived at the end."""
    lines = [_finding(one) for one in found]
    return sorted(lines, key=lambda line: (line["waived"], line["severity"], line["code"]))


def _finding(one: Finding) -> dict[str, object]:
    facts = {"where": one.where, **one.facts}
    return {
        "code": one.code,
        "severity": str(one.severity),
        "waived": one.waived,
        "refuses": one.refuses,
        "article": one.article,
        "where": one.where,
        "fact": _(one.fact_template) % facts,
        "mend": _(one.mend_template) % facts,
    }


def changes(found: Sequence[Change]) -> list[dict[str, object]]:
    """What a version changes, rule by rule."""
    return [
        {
            "rule": one.rule,
            "topic": _(one.topic),
            "sentence": _(one.sentence),
            "needs_notice": one.needs_notice,
            "before": value_words(_unlike(one.before, one.after)),
            "after": value_words(_unlike(one.after, one.before)),
        }
        for one in found
    ]


def _unlike(value: JsonValue, other: JsonValue) -> JsonValue:
    """Of two tables only what differs; everything else as it is."""
    if not isinstance(value, dict) or not isinstance(other, dict):
        return value
    return {key: each for key, each in value.items() if other.get(key) != each} or None


def value_words(value: JsonValue) -> str:
    """A value of the file as people read it; periods in words."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(value_words(each) for each in value)
    if isinstance(value, str):
        return period_words(value)
    return json.dumps(value)


def blocked_words(code: str) -> str:
    """What keeps a version from being published, as a sentence."""
    if code.partition(":")[0] in set(Probe):
        return check_words(code)
    return _("It does not follow what is in force by now, or lint refuses it: %(code)s.") % {
        "code": code
    }


def people_of(editions: Iterable[NoticeVersionView]) -> set[Ref]:
    """The users of staff who stand behind these versions."""
    actors = {
        actor
        for one in editions
        for actor in (one.drafted_by, one.asked_by, one.approved_by, one.published_by)
    }
    split = (actor.partition(":") for actor in actors)
    return {parse_ref(ref) for kind, _colon, ref in split if kind == ActorKind.USER}
