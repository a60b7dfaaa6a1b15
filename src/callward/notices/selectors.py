"""What can be asked of this room."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import F

from callward.controllers import selectors as controllers
from callward.kernel.calendar import local_day
from callward.kernel.ports import PortUnboundError
from callward.notices import ports
from callward.notices.archived_notice import NoticeText, read_notice
from callward.notices.errors import (
    AnnouncementNotFoundError,
    NothingPublishedError,
    NoticeNotFoundError,
    NoticeVersionNotFoundError,
)
from callward.notices.models import Announcement, Document, LastCheck, NoticeVersion
from callward.notices.ports import SentenceCheck
from callward.notices.rules import SentenceChange, best_language, changed_sentences
from callward.notices.states import OPEN, PUBLIC, CheckState, NoticeVersionState
from callward.notices.values import AnnouncementView, Banner, DocumentView, NoticeVersionView, Reach
from callward.policy import canonical_json, compile_policy, lint, load
from callward.policy.change import changes_between
from callward.policy.vocabulary import AnnounceChange
from callward.retention import services as retention
from callward.subjects import selectors as subjects
from callward.texts.states import CheckName, Format, NoticeKind, Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from callward.controllers.selectors import ControllerView
    from callward.kernel.references import Ref
    from callward.notices.ports import SentenceChecks
    from callward.policy import Finding, Policy
    from callward.policy.change import Change
    from callward.retention.services import Foreseen


def edition_view(row: NoticeVersion) -> NoticeVersionView:
    """One version as a plain value."""
    return NoticeVersionView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        policy_id=row.policy_id,
        version=row.version,
        label=row.label,
        reworded=row.reworded,
        languages=tuple(row.languages.split()),
        effective_on=row.effective_on,
        state=NoticeVersionState(row.state),
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        passes_at=row.passes_at,
        officer_told_at=row.officer_told_at,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        publish_at=row.publish_at,
        blocked_by=tuple(row.blocked_by.split()),
        published_at=row.published_at,
        published_by=row.published_by,
        withdrawn_at=row.withdrawn_at,
    )


def announcement_view(row: Announcement) -> AnnouncementView:
    """One announcement as a plain value."""
    return AnnouncementView(
        ref=row.ref,
        channel=AnnounceChange(row.channel),
        place=row.place,
        made_at=row.made_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )


def _row(edition_ref: Ref) -> NoticeVersion:
    found = NoticeVersion.objects.filter(ref=edition_ref).first()
    if found is None:
        raise NoticeVersionNotFoundError(ref=edition_ref)
    return found


def edition(edition_ref: Ref) -> NoticeVersionView:
    """One version; raises EditionNotFoundError."""
    return edition_view(_row(edition_ref))


def editions(
    controller_ref: Ref, *, states: Sequence[NoticeVersionState] = ()
) -> list[NoticeVersionView]:
    """The versions of a controller, the newest first."""
    rows = NoticeVersion.objects.filter(controller_ref=controller_ref).defer("source")
    if states:
        rows = rows.filter(state__in=states)
    return [edition_view(row) for row in rows.order_by("-drafted_at", "-ref")]


def published(controller_ref: Ref) -> list[NoticeVersionView]:
    """Every version that was ever in force and published, the newest first."""
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.PUBLISHED
    )
    return [edition_view(row) for row in rows.defer("source").order_by("-number")]


def current(controller_ref: Ref) -> NoticeVersionView:
    """The version that people read today; raises NothingPublishedError."""
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.PUBLISHED
    )
    row = rows.defer("source").order_by("-number").first()
    if row is None:
        raise NothingPublishedError(ref=controllers.controller(controller_ref).slug)
    return edition_view(row)


def upcoming(controller_ref: Ref) -> NoticeVersionView | None:
    """The version that is approved and waits for its day."""
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.APPROVED
    )
    row = rows.defer("source").first()
    return None if row is None else edition_view(row)


def labelled(controller_ref: Ref, label: str) -> NoticeVersionView:
    """The public version of this name; raises EditionNotFoundError."""
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, label=label, state__in=PUBLIC
    )
    row = rows.defer("source").first()
    if row is None:
        raise NoticeVersionNotFoundError(ref=label)
    return edition_view(row)


def publishing_controllers() -> list[ControllerView]:
    """The controllers that have published notices, by brand."""
    rows = NoticeVersion.objects.filter(state=NoticeVersionState.PUBLISHED).order_by()
    refs = set(rows.values_list("controller_ref", flat=True).distinct())
    found = [one for one in controllers.controllers() if one.ref in refs]
    return sorted(found, key=lambda one: one.brand.casefold())


def source(edition_ref: Ref) -> bytes:
    """The policy file of a version, byte for byte."""
    return bytes(_row(edition_ref).source)


def canonical(edition_ref: Ref) -> bytes:
    """The policy of a version in the form that its id is the digest of."""
    return canonical_json(policy_of(edition_ref))


@lru_cache(maxsize=64)  # the source of a version never changes
def policy_of(edition_ref: Ref) -> Policy:
    """The policy of a version, as written."""
    return load(source(edition_ref))


def findings(edition_ref: Ref, *, at: datetime) -> list[Finding]:
    """What the linter says of a version today."""
    policy = policy_of(edition_ref)
    return lint(policy, on=local_day(at, zone=compile_policy(policy).zone))


def changes(edition_ref: Ref, *, at: datetime) -> tuple[Change, ...]:
    """What a version changes against what came before it, or against what is in force now."""
    row = _row(edition_ref)
    after = load(bytes(row.source))
    before = _before(row, after, at=at)
    return () if before is None else changes_between(before, after)


def changes_from(edition_ref: Ref, newer_ref: Ref) -> tuple[Change, ...]:
    """What one version changes against another."""
    return changes_between(policy_of(edition_ref), policy_of(newer_ref))


def _before(row: NoticeVersion, after: Policy, *, at: datetime) -> Policy | None:
    if row.state == NoticeVersionState.PUBLISHED:
        return load(controllers.source(after.previous)) if after.previous else None
    in_force = controllers.policy_in_force(row.controller_ref, at=at)
    return load(controllers.source(in_force.policy_id))


def foreseen(edition_ref: Ref, *, at: datetime) -> Mapping[str, Foreseen]:
    """How much of each kind a version would end earlier."""
    row = _row(edition_ref)
    policy = compile_policy(load(bytes(row.source)))
    return retention.foresee(row.controller_ref, policy, at=at)


def sentence_checks(
    edition: NoticeVersionView, *, at: datetime
) -> Mapping[CheckName, SentenceCheck]:
    """What the checks say: now for what people read today, as written down then for the rest."""
    if edition.ref == current(edition.controller_ref).ref:
        return checks_now(edition.controller_ref, at=at)
    return checks_then(edition.ref)


def documents(edition_ref: Ref) -> list[DocumentView]:
    """What the archive keeps of a version, without the bytes."""
    rows = Document.objects.filter(edition=edition_ref).defer("content")
    return [
        DocumentView(
            kind=NoticeKind(row.kind),
            language=row.language,
            format=Format(row.format),
            size=row.size,
            sha256=row.sha256,
        )
        for row in rows.order_by("kind", "language", "format")
    ]


def document(edition_ref: Ref, kind: str, *, language: str, form: str) -> bytes:
    """One archived document, byte for byte; raises NoticeNotFoundError."""
    row = (
        Document.objects.filter(edition=edition_ref, kind=kind, language=language, format=form)
        .values_list("content")
        .first()
    )
    if row is None:
        raise NoticeNotFoundError(ref=f"{kind}/{language}.{form}"[:60])
    return bytes(row[0])


def notice(edition_ref: Ref, kind: str, *, language: str) -> NoticeText:
    """One notice of a version as pages show it; raises NoticeNotFoundError."""
    return read_notice(document(edition_ref, kind, language=language, form=Format.JSON))


def kinds(edition_ref: Ref) -> tuple[NoticeKind, ...]:
    """Which notices a version has, in the order in which people look for them."""
    rows = Document.objects.filter(edition=edition_ref).order_by()
    found = set(rows.values_list("kind", flat=True).distinct())
    return tuple(kind for kind in NoticeKind if kind in found)


def checks_of(edition_ref: Ref) -> set[CheckName]:
    """Every check that a sentence of a version stands on; the same in every language."""
    rows = Document.objects.filter(edition=edition_ref, format=Format.JSON)
    written = rows.order_by("language").values_list("content", flat=True)
    notices = [read_notice(bytes(content)) for content in written]
    return {name for notice in notices for one in notice.sentences() for name in one.checks}


def announcements(edition_ref: Ref) -> list[AnnouncementView]:
    """Every place that a version was announced to."""
    rows = Announcement.objects.filter(edition=edition_ref).order_by("channel", "place")
    return [announcement_view(row) for row in rows]


def announcement(announcement_ref: Ref) -> tuple[NoticeVersionView, AnnouncementView]:
    """One announcement and its version; raises AnnouncementNotFoundError."""
    row = Announcement.objects.select_related("edition").filter(ref=announcement_ref).first()
    if row is None:
        raise AnnouncementNotFoundError(ref=announcement_ref)
    return edition_view(row.edition), announcement_view(row)


def reach(edition_ref: Ref) -> Reach:
    """How many places tell people already, and whom a message could lawfully reach (I-18)."""
    row = _row(edition_ref)
    places = list(row.announcements.values_list("acknowledged_at", flat=True))
    wanted = load(bytes(row.source)).change.announce
    contacts = {}
    if AnnounceChange.SMS in wanted:
        contacts[AnnounceChange.SMS] = subjects.count_numbers(row.controller_ref)
    if AnnounceChange.EMAIL in wanted:
        contacts[AnnounceChange.EMAIL] = 0  # no room keeps an address of a caller yet
    acknowledged = sum(seen is not None for seen in places)
    return Reach(places=len(places), acknowledged=acknowledged, contacts=contacts)


def banner(controller_ref: Ref, *, at: datetime) -> Banner | None:
    """What every page of a controller says of a change: one that comes, or one just come."""
    rows = NoticeVersion.objects.filter(controller_ref=controller_ref, state__in=PUBLIC)
    line = list(rows.defer("source").order_by(F("number").desc(nulls_first=True))[:2])
    if len(line) < _A_CHANGE:
        return None
    after, before = line
    coming = after.state == NoticeVersionState.APPROVED
    zone = controllers.policy_in_force(controller_ref, at=at).zone
    last = after.announced_until
    if not coming and (last is None or local_day(at, zone=zone) > last):
        return None
    begun = after.published_at if after.reworded else None
    return Banner(
        label=after.label,
        version=after.label,
        effective_on=local_day(begun, zone=zone) if begun else after.effective_on,
        previous_label=before.label,
        coming=coming,
        reworded=after.reworded,
    )


def _watcher() -> SentenceChecks | None:
    try:
        return ports.checks.get()
    except PortUnboundError:  # a house without promises: every sentence is simply not checked
        return None


def checks_now(controller_ref: Ref, *, at: datetime) -> Mapping[CheckName, SentenceCheck]:
    """The last result of every check; nothing where nobody watches."""
    watcher = _watcher()
    return {} if watcher is None else watcher.states_of(controller_ref, at)


def blocking(controller_ref: Ref, *, at: datetime) -> tuple[str, ...]:
    """The codes of the checks that forbid to publish now."""
    watcher = _watcher()
    return () if watcher is None else tuple(watcher.may_publish(controller_ref, at))


def checks_then(edition_ref: Ref) -> Mapping[CheckName, SentenceCheck]:
    """What was written down then; always public, since it is over."""
    rows = LastCheck.objects.filter(edition=edition_ref)
    return {
        CheckName(Probe(row.probe), row.kind): SentenceCheck(
            state=CheckState(row.state), checked_at=row.checked_at, public=True
        )
        for row in rows
    }


_A_CHANGE = 2  # versions: one alone is no change
