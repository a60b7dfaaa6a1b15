"""Which sentences of the notices stand or fall with each check."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from callward import texts
from callward.controllers import selectors as controllers
from callward.policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.texts.states import Probe


@lru_cache(maxsize=64)  # a policy id never means another policy
def sentences_by_probe(policy_id: str, language: str) -> Mapping[Probe, tuple[str, ...]]:
    """Every proven sentence of every notice of a policy, by the probe behind it, said once."""
    policy = policy_of(controllers.policy(policy_id).canonical)
    found: dict[Probe, dict[str, None]] = {}
    for kind in texts.kinds_of(policy):
        for sentence in _sentences(texts.render(policy, kind=kind, language=language)):
            if sentence.probe is not None:
                found.setdefault(sentence.probe, {})[sentence.text] = None
    return {probe: tuple(said) for probe, said in found.items()}


def _sentences(notice: texts.Notice) -> Iterator[texts.Sentence]:
    return (sentence for section in notice.sections for sentence in section.sentences)
