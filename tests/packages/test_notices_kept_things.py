"""What a revision does to what is kept, and how houses of other sizes publish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from build.accounts import cast
from build.controllers import controller
from build.notices import LONGER, asked, next_version, published, revised, watched
from build.recordings import house, keep_one
from callward.approval.errors import DelayRunningError
from callward.audit.selectors import history
from callward.jobs.services import run_now
from callward.kernel.actors import user_actor
from callward.notices import notice_archive, publication, selectors, services
from callward.notices.models import Document
from callward.notices.states import NoticesEvent
from callward.retention.services import why_still_here
from callward.texts.errors import UnknownTermError
from callward.texts.states import Probe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def watch(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with watched() as plugged:
        yield plugged


@pytest.fixture
def at(the_clock):
    return the_clock.now()


def actor(person):
    return user_actor(person.ref)


@pytest.mark.req("D-19")
def test_a_policy_without_a_second_person_waits_for_its_delay(at, watch):
    clinic = published("dermatology-clinic", at=at)
    people = cast(clinic.ref, at=at)
    waiting = asked(clinic, people, revised(clinic.ref, at=at), at=at)
    with pytest.raises(DelayRunningError):
        services.approve(waiting.ref, actor=actor(people.daiva), at=at)
    assert services.approve_after_delay(waiting.passes_at) == 1


@pytest.mark.req("D-07")
def test_a_shorter_promise_reaches_what_is_kept_and_was_counted_before(tmp_path, the_clock, watch):
    home = house(tmp_path)
    kept = [keep_one(home) for _ in range(3)]
    at = the_clock.now()
    before = why_still_here(kept[0].ref, at).due_at
    services.publish_due(at)
    waiting = next_version(home.controller, home.cast, at=at)
    foreseen = selectors.foreseen(waiting.ref, at=at)["recording"]
    assert (foreseen.kept, foreseen.nearer, foreseen.unchanged) == (3, 3, 0)
    assert why_still_here(kept[0].ref, at).due_at == before  # to look changes nothing

    services.publish_due(waiting.publish_at)
    assert why_still_here(kept[0].ref, waiting.publish_at).due_at < before


@pytest.mark.req("C-15")
def test_a_longer_promise_never_reaches_what_is_kept(tmp_path, the_clock, watch):
    home = house(tmp_path)
    kept = keep_one(home)
    at = the_clock.now()
    services.publish_due(at)
    draft = services.draft_policy(
        home.controller.ref,
        revised(home.controller.ref, at=at, effective=date(2026, 5, 1), changes=LONGER),
        actor=actor(home.cast.radu),
        at=at,
    )
    foreseen = selectors.foreseen(draft.ref, at=at)["recording"]
    assert (foreseen.kept, foreseen.nearer, foreseen.unchanged) == (1, 0, 1)
    before = why_still_here(kept.ref, at).due_at
    services.ask_approval(draft.ref, actor=actor(home.cast.radu), at=at)
    waiting = services.approve(draft.ref, actor=actor(home.cast.daiva), at=at)
    services.publish_due(waiting.publish_at)
    assert why_still_here(kept.ref, waiting.publish_at).due_at == before


def test_the_trouble_of_one_controller_holds_no_other_up(at, watch, monkeypatch):
    broken, sound = controller("web-shop"), controller("dermatology-clinic")
    written = notice_archive.render_all

    def some(policy):
        if policy.controller.id == broken.slug:
            raise UnknownTermError(term="-", key="-")
        return written(policy)

    monkeypatch.setattr(notice_archive, "render_all", some)
    run_now("notices.publish")
    assert [one.slug for one in selectors.publishing_controllers()] == [sound.slug]


@pytest.fixture
def other_words(monkeypatch, watch):
    """A newer Callward, in which one sentence of every catalogue reads differently."""
    written = notice_archive.render_all

    def newer(policy):
        for made in written(policy):
            yield replace(made, content=made.content.replace(b" 5 ", b" five "))

    def upgrade():
        publication.forget_compared()
        monkeypatch.setattr(notice_archive, "render_all", newer)

    return upgrade


def test_new_words_of_ours_are_published_beside_the_old_ones(at, watch, other_words):
    home = published(at=at)
    first = selectors.current(home.ref)
    other_words()
    watch.forbids = (Probe.NOTICES_MATCH,)
    (again,) = services.publish_due(at)
    assert (again.label, again.policy_id, again.reworded) == ("2026.1-2", first.policy_id, True)
    assert selectors.current(home.ref).ref == again.ref
    assert selectors.changes_from(first.ref, again.ref) == ()  # no rule
    assert [leaf.event for leaf in history(again.ref)] == [
        NoticesEvent.EDITION_PUBLISHED,
        NoticesEvent.EDITION_REWORDED,
    ]
    banner = selectors.banner(home.ref, at=at)
    assert (banner.label, banner.previous_label, banner.reworded) == ("2026.1-2", "2026.1", True)
    assert services.verify_archive(home.ref).ok
    assert services.publish_due(at) == []
    assert [one.label for one in selectors.published(home.ref)] == ["2026.1-2", "2026.1"]


def test_after_new_words_a_waiting_version_is_not_held_up_by_the_old_ones(at, watch, other_words):
    home = published(at=at)
    waiting = next_version(home, cast(home.ref, at=at), at=at)
    other_words()
    watch.forbids = (Probe.NOTICES_MATCH,)
    done = services.publish_due(waiting.publish_at)
    assert [one.label for one in done] == ["2026.1-2", "2027.1"]


def test_another_red_check_holds_new_words_up(at, watch, other_words):
    published(at=at)
    other_words()
    watch.forbids = (Probe.NOTICES_MATCH, Probe.EXPIRED_UNREADABLE)
    assert services.publish_due(at) == []


def test_a_changed_archive_is_never_taken_for_new_words(at, watch, other_words):
    home = published(at=at)
    publication.forget_compared()
    one = Document.objects.filter(kind="call-recording", language="en", format="md").get()
    Document.objects.filter(ref=one.ref).update(content=b"we keep nothing")
    watch.forbids = (Probe.NOTICES_MATCH,)
    assert services.publish_due(at) == []
    assert len(selectors.published(home.ref)) == 1
    assert services.verify_archive(home.ref).faults
