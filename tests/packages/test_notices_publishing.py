"""A policy changes by two people, on its day, with its notices; and nobody can change what was."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from build.audit import guard
from build.notices import LONGER, SHORTER, asked, next_version, revised, standing
from callward.accounts.errors import CapabilityMissingError
from callward.approval.errors import NotAskedError, SamePersonError, SecondPersonError
from callward.audit.selectors import history
from callward.controllers import selectors as controllers, services as activating
from callward.controllers.errors import PolicyChainError, PolicyLintError, PolicyOfAnotherError
from callward.kernel.actors import system_actor, user_actor
from callward.kernel.calendar import start_of_day
from callward.notices import selectors, services
from callward.notices.errors import (
    NoticeTooShortError,
    OneAtATimeError,
    VersionTakenError,
)
from callward.notices.models import Document, NoticeVersion
from callward.notices.ports import SentenceCheck
from callward.notices.states import ArchiveFault, CheckState, NoticesEvent, NoticeVersionState
from callward.texts.states import NoticeKind

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), standing(django_db_blocker) as found:
        yield found


@pytest.fixture
def watch(stage):
    yield stage.watch
    stage.watch.forbids = ()
    stage.watch.states.clear()


@pytest.fixture
def home(stage, watch):
    return stage.home


@pytest.fixture
def people(stage):
    return stage.people


@pytest.fixture
def at(the_clock):
    return the_clock.now()


def actor(person):
    return user_actor(person.ref)


@pytest.mark.req("C-16", "D-06")
def test_the_first_policy_is_published_in_every_language_with_a_digest_of_every_byte(home):
    edition = selectors.current(home.ref)
    kept = selectors.documents(edition.ref)
    languages = {one.language for one in kept}
    assert {"en", "ro", "bg", "lt"} <= languages
    assert {one.kind for one in kept} >= {NoticeKind.CALL_RECORDING, NoticeKind.SITE}
    for one in kept:
        content = selectors.document(edition.ref, one.kind, language=one.language, form=one.format)
        assert hashlib.sha256(content).hexdigest() == one.sha256
        assert len(content) == one.size
    assert services.verify_archive(home.ref).ok


def test_publishing_twice_publishes_nothing_more(home, at):
    assert services.publish_due(at) == []
    assert len(selectors.published(home.ref)) == 1


@pytest.mark.req("D-19")
def test_nobody_approves_what_they_asked_for_themselves(home, people, at):
    draft = services.draft_policy(
        home.ref, revised(home.ref, at=at, changes=SHORTER), actor=actor(people.radu), at=at
    )
    with pytest.raises(NotAskedError):
        services.approve(draft.ref, actor=actor(people.daiva), at=at)
    services.ask_approval(draft.ref, actor=actor(people.radu), at=at)
    with pytest.raises(SamePersonError):
        services.approve(draft.ref, actor=actor(people.radu), at=at)
    for person in (people.boris, people.rita, people.vera):
        with pytest.raises((SecondPersonError, CapabilityMissingError)):
            services.approve(draft.ref, actor=actor(person), at=at)
    with pytest.raises(SecondPersonError):
        services.approve(draft.ref, actor=system_actor("command:uid-0"), at=at)
    approved = services.approve(draft.ref, actor=actor(people.daiva), at=at)
    assert approved.state is NoticeVersionState.APPROVED
    assert [leaf.event for leaf in history(draft.ref)] == [
        NoticesEvent.EDITION_DRAFTED,
        NoticesEvent.EDITION_APPROVAL_ASKED,
        NoticesEvent.EDITION_APPROVED,
    ]


@pytest.mark.req("D-19")
def test_without_anybody_the_delay_approves_and_the_officer_may_turn_it_down(
    home, people, at, the_clock
):
    waiting = asked(home, people, revised(home.ref, at=at, changes=SHORTER), at=at)
    assert waiting.officer_told_at == at
    assert [one.ref for one in selectors.editions(home.ref, states=selectors.OPEN)] == [waiting.ref]
    services.turn_down(waiting.ref, actor=actor(people.daiva), at=at)
    assert selectors.edition(waiting.ref).state is NoticeVersionState.DRAFT

    services.ask_approval(waiting.ref, actor=actor(people.radu), at=at)
    passes = selectors.edition(waiting.ref).passes_at
    services.approve_after_delay(passes - timedelta(seconds=1))
    assert selectors.edition(waiting.ref).state is NoticeVersionState.ASKED
    services.approve_after_delay(passes)
    approved = selectors.edition(waiting.ref)
    assert approved.state is NoticeVersionState.APPROVED
    assert approved.approved_by == "system:notices.delay-passed"


@pytest.mark.req("I-18")
def test_an_approved_version_takes_effect_at_the_first_instant_of_its_day(home, people, at):
    waiting = next_version(home, people, at=at)
    zone = controllers.policy_in_force(home.ref, at=at).zone
    midnight = start_of_day(waiting.effective_on, zone=zone)
    services.publish_due(midnight - timedelta(seconds=1))
    assert selectors.current(home.ref).ref != waiting.ref
    assert controllers.policy_in_force(home.ref, at=midnight).policy_id != waiting.policy_id

    done = services.publish_due(midnight)
    assert [one.ref for one in done] == [waiting.ref]
    assert selectors.current(home.ref).ref == waiting.ref
    assert controllers.policy_in_force(home.ref, at=midnight).policy_id == waiting.policy_id
    assert history(waiting.ref)[-1].event == NoticesEvent.EDITION_PUBLISHED


@pytest.mark.req("I-18")
def test_what_needs_notice_is_refused_before_its_days_and_a_mere_shortening_is_not(
    home, people, at
):
    tomorrow = revised(home.ref, at=at, changes=LONGER)
    draft = services.draft_policy(home.ref, tomorrow, actor=actor(people.radu), at=at)
    with pytest.raises(NoticeTooShortError):
        services.ask_approval(draft.ref, actor=actor(people.radu), at=at)
    in_time = revised(home.ref, at=at, effective=date(2026, 4, 28), changes=LONGER)
    draft = services.draft_policy(home.ref, in_time, actor=actor(people.radu), at=at)
    assert services.ask_approval(draft.ref, actor=actor(people.radu), at=at)


def test_a_file_that_cannot_follow_is_refused_as_a_draft(home, people, at):
    radu = actor(people.radu)
    good = revised(home.ref, at=at, changes=SHORTER).decode()
    with pytest.raises(PolicyChainError):
        services.draft_policy(
            home.ref, good.replace("previous = ", "# previous = ").encode(), actor=radu, at=at
        )
    other = good.replace('id = "therapy-association"', 'id = "somebody-else"', 1)
    with pytest.raises(PolicyOfAnotherError):
        services.draft_policy(home.ref, other.encode(), actor=radu, at=at)
    same = revised(home.ref, at=at, version=selectors.current(home.ref).version)
    with pytest.raises(VersionTakenError):
        services.draft_policy(home.ref, same, actor=radu, at=at)
    with pytest.raises(CapabilityMissingError):
        services.draft_policy(home.ref, good.encode(), actor=actor(people.boris), at=at)


def test_a_draft_with_errors_is_kept_but_never_asked_for(home, people, at):
    worse = revised(home.ref, at=at, changes={"\nnotice_days = ": "\nnotice_days = 0 #"})
    worse = worse.replace(b'announce = "before-connect"', b'announce = "never"', 1)
    draft = services.draft_policy(home.ref, worse, actor=actor(people.radu), at=at)
    assert any(one.refuses for one in selectors.findings(draft.ref, at=at))
    with pytest.raises(PolicyLintError):
        services.ask_approval(draft.ref, actor=actor(people.radu), at=at)


def test_one_version_waits_at_a_time(home, people, at):
    asked(home, people, revised(home.ref, at=at, changes=SHORTER), at=at)
    second = revised(home.ref, at=at, version="2027.2", changes=SHORTER)
    draft = services.draft_policy(home.ref, second, actor=actor(people.radu), at=at)
    with pytest.raises(OneAtATimeError):
        services.ask_approval(draft.ref, actor=actor(people.radu), at=at)


def test_a_red_check_blocks_publishing_and_is_written_down_once(home, people, at, watch):
    waiting = next_version(home, people, at=at)
    watch.forbids = ("expired-unreadable",)
    for minutes in range(3):
        assert services.publish_due(waiting.publish_at + timedelta(minutes=minutes)) == []
    assert selectors.edition(waiting.ref).blocked_by == ("expired-unreadable",)
    blocked = [leaf for leaf in history(waiting.ref) if leaf.event == NoticesEvent.EDITION_BLOCKED]
    assert len(blocked) == 1
    watch.forbids = ()
    assert services.publish_due(waiting.publish_at + timedelta(minutes=9))
    assert selectors.edition(waiting.ref).blocked_by == ()


def test_policy_and_notices_take_effect_together_or_not_at_all(home, people, at, monkeypatch):
    waiting = next_version(home, people, at=at)

    def broken(*_args, **_kwargs):
        raise OSError("the disk went away")

    monkeypatch.setattr("callward.notices.publication._keep_last", broken)
    with pytest.raises(OSError, match="the disk"):
        services.publish_due(waiting.publish_at)
    in_force = controllers.policy_in_force(home.ref, at=waiting.publish_at)
    assert in_force.policy_id == selectors.current(home.ref).policy_id != waiting.policy_id


@pytest.mark.req("C-16")
def test_no_byte_of_the_archive_can_be_changed_or_deleted(home):
    guard("notices_document")
    edition = selectors.current(home.ref)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(edition=edition.ref).update(content=b"another promise")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(edition=edition.ref).delete()


@pytest.mark.req("C-16")
def test_the_check_of_the_archive_finds_one_changed_byte(home):
    one = Document.objects.filter(kind="call-recording", language="en", format="md").get()
    changed = bytes(one.content).replace(b"e", b"a", 1)
    Document.objects.filter(ref=one.ref).update(content=changed)
    faults = {(found.kind, found.fault) for found in services.verify_archive(home.ref).faults}
    assert faults == {
        ("call-recording", ArchiveFault.BYTES_CHANGED),
        ("call-recording", ArchiveFault.RENDERS_DIFFERENTLY),
    }


@pytest.mark.req("I-18", "S-13")
def test_a_change_is_announced_on_the_site_and_in_every_office_and_counted(home, people, at):
    assert selectors.banner(home.ref, at=at) is None
    waiting = next_version(home, people, at=at)
    banner = selectors.banner(home.ref, at=at)
    assert banner.coming
    assert banner.version == waiting.version
    offices = [one for one in selectors.announcements(waiting.ref) if one.channel == "offices"]
    policy = selectors.policy_of(waiting.ref)
    assert {one.place for one in offices} == {one.name for one in policy.controller.office}

    services.acknowledge(offices[0].ref, actor=actor(people.boris), at=at)
    with pytest.raises(CapabilityMissingError):
        services.acknowledge(offices[1].ref, actor=actor(people.audra), at=at)
    reach = selectors.reach(waiting.ref)
    assert reach.acknowledged == 1
    assert reach.places == len(selectors.announcements(waiting.ref))

    services.publish_due(waiting.publish_at)
    assert selectors.banner(home.ref, at=waiting.publish_at).coming is False
    over = waiting.publish_at + timedelta(days=policy.change.notice_days + 1)
    assert selectors.banner(home.ref, at=over) is None


def test_a_version_keeps_what_the_checks_said_when_it_ended(home, people, at, watch):
    first = selectors.current(home.ref)
    name = min(selectors.checks_of(first.ref))
    watch.states[name.probe] = SentenceCheck(state=CheckState.RED, checked_at=at, public=True)
    waiting = next_version(home, people, at=at)
    services.publish_due(waiting.publish_at)
    watch.states.clear()
    then = selectors.sentence_checks(first, at=waiting.publish_at)
    assert then[name].state is CheckState.RED
    now = selectors.sentence_checks(selectors.current(home.ref), at=waiting.publish_at)
    assert now[name].state is CheckState.GREEN


def test_a_revision_that_was_put_into_force_by_command_is_published_too(home, people, at):
    toml = revised(home.ref, at=at, effective=at.date(), changes=SHORTER)
    activating.activate_policy(home.ref, toml, actor=system_actor("command:uid-0"), at=at)
    assert [one.version for one in services.publish_due(at)] == ["2027.1"]
    assert len(selectors.published(home.ref)) == 2


@pytest.mark.req("S-13")
def test_the_terms_are_looked_at_again_from_time_to_time(home, people, at):
    due = services.review_due(home.ref, at=at)
    later = at + timedelta(days=3 * 366)
    assert not due.overdue
    assert services.review_due(home.ref, at=later).overdue
    services.review(selectors.current(home.ref).ref, actor=actor(people.daiva), at=later)
    assert not services.review_due(home.ref, at=later).overdue


def test_the_database_itself_refuses_an_approval_by_the_same_person(home, people, at):
    waiting = asked(home, people, revised(home.ref, at=at, changes=SHORTER), at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeVersion.objects.filter(ref=waiting.ref).update(approved_by=waiting.asked_by)
    assert connection.is_usable()


def test_what_the_law_or_the_chain_forbids_by_now_is_written_down(home, people, at):
    waiting = next_version(home, people, at=at)
    other = revised(home.ref, at=at, version="2026.9", effective=at.date())
    activating.activate_policy(home.ref, other, actor=system_actor("command:uid-0"), at=at)
    services.publish_due(waiting.publish_at)
    assert selectors.edition(waiting.ref).blocked_by == ("policy-chain",)
    assert selectors.edition(waiting.ref).state is NoticeVersionState.APPROVED
