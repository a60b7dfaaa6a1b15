"""From a policy to a notice: the sections of each kind, none of them empty (G-01, G-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.policy.compiled import RECORDING_ACTIVITY
from callward.policy.compiler import canonical_json, policy_id_of
from callward.texts.catalogue import catalogue_of
from callward.texts.composing import Composer, composer_of
from callward.texts.errors import EmptySectionError, NoSuchNoticeError
from callward.texts.notice import Notice, Section
from callward.texts.part_changes import automated, changes, remarks
from callward.texts.part_contents import contents, giving, purposes
from callward.texts.part_keeping import kept_of_calls, place_of_calls
from callward.texts.part_listening import listening, recipients_of_calls
from callward.texts.part_rights import objection, rights_in_short
from callward.texts.part_told import told, ways
from callward.texts.part_who import who_for_calls
from callward.texts.states import NoticeKind
from callward.texts.writing import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from callward.policy.schema import Policy
    from callward.texts.notice import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section of a document: who writes it, and which table an empty one lacks."""

    id: str
    write: Callable[[Composer], Iterator[Sentence]]
    table: str
    needed: bool = True


_CALL_RECORDING = (
    Part(id="who", write=who_for_calls, table="controller"),
    Part(id="told", write=told, table="activity.call-recording"),
    Part(id="ways", write=ways, table="activity.call-recording.unrecorded"),
    Part(id="contents", write=contents, table="activity.call-recording.categories"),
    Part(id="purposes", write=purposes, table="activity.call-recording.purposes"),
    Part(id="giving", write=giving, table="activity.call-recording.giving"),
    Part(id="listening", write=listening, table="activity.call-recording.access"),
    Part(id="recipients", write=recipients_of_calls, table="recipient"),
    Part(id="place", write=place_of_calls, table="activity.call-recording.locate"),
    Part(id="kept", write=kept_of_calls, table="activity.call-recording.retain"),
    Part(id="rights", write=rights_in_short, table="rights"),
    Part(id="objection", write=objection, table="rights"),
    Part(id="automated", write=automated, table="profiling"),
    Part(id="changes", write=changes, table="change"),
    Part(id="remarks", write=remarks, table="remark", needed=False),
)
DOCUMENTS: Mapping[NoticeKind, tuple[Part, ...]] = {NoticeKind.CALL_RECORDING: _CALL_RECORDING}


def kinds_of(policy: Policy) -> tuple[NoticeKind, ...]:
    """The notices that this policy gives."""
    return tuple(kind for kind in NoticeKind if kind in DOCUMENTS and _given(policy, kind))


def _given(policy: Policy, kind: NoticeKind) -> bool:
    if kind is NoticeKind.CALL_RECORDING:
        return RECORDING_ACTIVITY in policy.activity
    return True


def render(policy: Policy, *, kind: NoticeKind, language: str) -> Notice:
    """The notice of this kind in this language; the same bytes on every machine."""
    catalogue = catalogue_of(language)
    kinds = kinds_of(policy)
    if kind not in kinds:
        raise NoSuchNoticeError(kind=kind, known=", ".join(kinds))
    canonical = canonical_json(policy)
    composer = composer_of(policy, catalogue, canonical)
    return Notice(
        kind=kind,
        language=language,
        controller=policy.controller.id,
        legal_name=policy.controller.legal_name,
        policy_id=policy_id_of(canonical),
        version=policy.version,
        effective=policy.effective,
        title=written(f"title.{kind}", {}, catalogue=catalogue),
        sections=tuple(_sections(composer, kind)),
    )


def _sections(composer: Composer, kind: NoticeKind) -> Iterator[Section]:
    for part in DOCUMENTS[kind]:
        sentences = tuple(part.write(composer))
        if sentences:
            title = written(f"section.{part.id}", {}, catalogue=composer.catalogue)
            yield Section(id=part.id, title=title, sentences=sentences)
        elif part.needed:
            raise EmptySectionError(section=part.id, kind=kind, key=part.table)
