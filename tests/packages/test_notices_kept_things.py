"""What a revision does to what is kept, and how houses of other sizes publish."""

from __future__ import annotations

from datetime import date

import pytest

from build.accounts import cast
from build.controllers import controller
from build.notices import LONGER, asked, next_version, published, revised, watched
from build.recordings import house, keep_one
from callward.jobs.services import run_now
from callward.kernel.actors import user_actor
from callward.notices import rendering, selectors, services
from callward.notices.errors import DelayRunningError
from callward.retention.services import why_still_here
from callward.texts.errors import UnknownTermError

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
    foreseen = selectors.foreseen(waiting.ref, at=at)
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
    foreseen = selectors.foreseen(draft.ref, at=at)
    assert (foreseen.kept, foreseen.nearer, foreseen.unchanged) == (1, 0, 1)
    before = why_still_here(kept.ref, at).due_at
    services.ask_approval(draft.ref, actor=actor(home.cast.radu), at=at)
    waiting = services.approve(draft.ref, actor=actor(home.cast.daiva), at=at)
    services.publish_due(waiting.publish_at)
    assert why_still_here(kept.ref, waiting.publish_at).due_at == before


def test_the_trouble_of_one_controller_holds_no_other_up(at, watch, monkeypatch):
    broken, sound = controller("web-shop"), controller("dermatology-clinic")
    written = rendering.render_all

    def some(policy):
        if policy.controller.id == broken.slug:
            raise UnknownTermError(term="-", key="-")
        return written(policy)

    monkeypatch.setattr(rendering, "render_all", some)
    run_now("notices.publish")
    assert [one.slug for one in selectors.publishing_controllers()] == [sound.slug]
