"""After a restore nothing is destroyed for want of a row: the keys remember the holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from build import retention as build
from build.accounts import cast
from build.controllers import controller
from build.vault import played, unplug_vault
from callward.kernel.actors import user_actor
from callward.kernel.references import new_ref
from callward.retention import ports, selectors, services
from callward.retention.models import HeldItem, Hold, Item
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


@pytest.fixture
def held(the_clock):
    meters = controller("smart-metering").ref
    daiva = cast(meters, at=the_clock.now()).daiva
    ref = build.keep_one(meters)
    epoch = Item.objects.get(ref=ref).epoch
    hold = services.place_hold(
        [ref],
        reason="complaint",
        case="C-1",
        owner=daiva.ref,
        actor=user_actor(daiva.ref),
        at=the_clock.now(),
    )
    return meters, ref, epoch, hold


def forget_today(ref, epoch):
    """What a restored database of yesterday looks like: no hold, and the old epoch in the row."""
    HeldItem.objects.all().delete()
    Hold.objects.all().delete()
    Item.objects.filter(ref=ref).update(epoch=epoch)


@pytest.mark.req("D-08")
def test_a_hold_that_the_restored_rows_forgot_still_keeps_its_recording(held, the_clock):
    meters, ref, epoch, hold = held
    forget_today(ref, epoch)

    settled = services.settle_after_replay(the_clock.now())

    assert (settled.holds_recovered, settled.realigned) == (1, 0)
    [found] = selectors.holds(meters, at=the_clock.now())
    assert (found.ref, found.case, found.items) == (hold.ref, "recovered", 1)
    due = the_clock.now() + timedelta(days=400)
    run = services.run_disposal(None, actor=build.RUNNER, at=due)
    assert (run.destroyed, run.held) == (0, 1)
    assert played(ref)


def test_a_recovered_hold_is_due_for_review_the_next_day(held, the_clock):
    meters, ref, epoch, _hold = held
    forget_today(ref, epoch)
    services.settle_after_replay(the_clock.now())
    the_clock.advance(timedelta(days=1))
    assert build.holds_to_review(meters, at=the_clock.now())


def test_settling_twice_changes_nothing_more(held, the_clock):
    _meters, ref, epoch, _hold = held
    forget_today(ref, epoch)
    services.settle_after_replay(the_clock.now())
    again = services.settle_after_replay(the_clock.now())
    assert (again.holds_recovered, again.realigned) == (0, 0)


def test_a_key_that_was_rescued_elsewhere_returns_to_the_epoch_of_its_row(the_clock):
    meters = controller("smart-metering").ref
    ref = build.keep_one(meters)
    vault.move([ref], to="rescued/7", at=the_clock.now())

    settled = services.settle_after_replay(the_clock.now())

    assert settled.realigned == 1
    assert vault.epoch_of(ref) == Item.objects.get(ref=ref).epoch
    assert played(ref)


def test_keys_of_holds_without_any_item_here_are_left_alone(held, the_clock):
    _meters, ref, _epoch, _hold = held
    HeldItem.objects.all().delete()
    Hold.objects.all().delete()
    Item.objects.filter(ref=ref).update(ref=new_ref(the_clock.now()))
    assert services.settle_after_replay(the_clock.now()).holds_recovered == 0
