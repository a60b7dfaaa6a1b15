"""The audit ends too: by its own rule, in the same run, with a certificate, and its tree stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction

from build import retention as build
from build.audit import plug_signer
from build.controllers import controller
from build.vault import unplug_vault
from callward.accounts.states import AccountsEvent
from callward.audit import services as audit
from callward.audit.models import Leaf
from callward.calls.states import CallsEvent
from callward.controllers.selectors import policy_in_force, source
from callward.controllers.services import activate_policy
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.retention import services
from callward.retention.certificates import verify_certificate
from callward.retention.models import Certificate
from callward.retention.ports import signer
from callward.retention.states import RunState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("G-16")]

DAY = timedelta(days=1)
TESTER = system_actor("tests")


@pytest.fixture(autouse=True)
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    build.plug_house(tmp_path)
    plug_signer()
    yield
    unplug_vault()
    signer.unbind()


def entry(owner, *, at=None, event=CallsEvent.CALL_KEPT):
    """One entry about a thing of its own."""
    item = new_ref()
    audit.record(event, item=item, actor=TESTER, at=at or clock.now(), owner=owner)
    return item


def about(*items):
    """How many entries about these things still stand."""
    return Leaf.objects.filter(item__in=[str(item) for item in items]).count()


def run(at, only=None):
    return services.run_disposal(only, actor=build.RUNNER, at=at)


def of_audit():
    return Certificate.objects.filter(disposal__activity="audit").order_by("made_at")


def test_an_entry_goes_on_its_own_controllers_day_and_nobodys_with_the_first():
    meters, shop = controller("smart-metering"), controller("web-shop")  # three years, two years
    theirs, ours, nobodys = entry(meters.ref), entry(shop.ref), entry(None)

    run(build.local("2028-03-28T23:59", shop.ref))
    assert about(theirs, ours, nobodys) == 3
    run(build.local("2028-03-29T00:00", shop.ref))
    assert (about(theirs), about(ours, nobodys)) == (1, 0)
    run(build.local("2029-03-28T23:59", meters.ref))
    assert about(theirs) == 1
    done = run(build.local("2029-03-29T00:00", meters.ref))
    assert about(theirs) == 0
    assert (done.state, done.overdue_after) == (RunState.CLEAN, 0)
    assert audit.verify().ok


def test_the_certificate_names_rule_count_and_the_root_of_the_sub_tree():
    shop = controller("web-shop")
    entry(shop.ref)
    at = build.local("2028-03-29T00:00", shop.ref)
    run(at)
    certificate = of_audit().get()
    said = verify_certificate(bytes(certificate.document), signer.get().public_key)
    assert said["what"] == "audit"
    assert said["method"] == "row-deletion"
    assert (said["rule"]["period"], said["rule"]["start"]) == ("P2Y", "event.recorded")
    [told] = Leaf.objects.filter(event="audit.leaves.destroyed")
    assert f'"digest":"{said["items_digest"]}"' in told.facts
    assert f'"leaves":{said["count"]}' in told.facts


def test_a_preview_counts_what_the_run_then_takes():
    shop, meters = controller("web-shop"), controller("smart-metering")
    for owner in (shop.ref, shop.ref, meters.ref, None):
        entry(owner)
    at = build.local("2029-04-01T00:00", shop.ref)
    told = services.preview_disposal(at)
    assert told.agrees
    assert told.due == Leaf.objects.count()
    assert run(at).destroyed == told.due


@pytest.mark.req("D-07")
def test_a_shorter_rule_reaches_entries_already_written_and_a_longer_one_never(the_clock):
    shop = controller("web-shop")
    first = entry(shop.ref)
    the_clock.advance(10 * DAY)
    revise(shop.ref, "P2Y", "P1Y")
    second = entry(shop.ref)
    the_clock.advance(10 * DAY)
    revise(shop.ref, "P1Y", "P5Y")
    third = entry(shop.ref)
    run(build.local("2027-03-29T00:00", shop.ref))
    assert (about(first), about(second)) == (0, 1)
    run(build.local("2027-04-08T00:00", shop.ref))
    assert (about(second), about(third)) == (0, 1)
    run(build.local("2031-04-17T23:59", shop.ref))
    assert about(third) == 1
    run(build.local("2031-04-18T00:00", shop.ref))
    assert about(third) == 0


def revise(ref, old, new):
    """Put a revision into force whose audit is kept for another time."""
    before = policy_in_force(ref, at=clock.now())
    rule = 'kind = "cap", period = "{}", start = "event.recorded"'
    text = source(before.policy_id).decode()
    audit_rule = f"[record.audit]\nretain = {{ {rule.format(old)} }}"
    assert audit_rule in text
    text = text.replace(audit_rule, audit_rule.replace(old, new))
    text = re.sub("^previous = .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("jurisdiction =", f'previous = "{before.policy_id}"\njurisdiction =', 1)
    activate_policy(ref, text.encode(), actor=TESTER, at=clock.now())


def test_the_trail_of_what_is_held_stays_as_long_as_the_hold():
    shop = controller("web-shop")
    kept = build.keep_one(shop.ref)
    free = entry(shop.ref)
    hold = build.hold([kept], at=clock.now())
    at = build.local("2028-04-01T00:00", shop.ref)
    assert hold.ends_at > at, "else nothing is shown"
    run(at)
    assert about(kept) > 0
    assert about(free) == 0
    over = hold.ends_at + 900 * DAY
    run(over)
    assert not Leaf.objects.filter(item=str(kept), at__lt=over.isoformat()).exists()
    assert audit.verify().ok


def test_a_forged_entry_stays_for_the_check_and_makes_the_run_red():
    shop = controller("web-shop")
    entry(shop.ref)
    forged = entry(shop.ref)
    audit.checkpoint(at=clock.now())
    Leaf.objects.filter(item=str(forged)).update(actor="system:nobody")
    done = run(build.local("2028-04-01T00:00", shop.ref))
    assert (done.state, done.overdue_after, about(forged)) == (RunState.RED, 1, 1)
    assert [fault.kind for fault in audit.verify().faults] == ["leaf-altered"]


def test_what_was_committed_to_about_a_thing_is_wiped_when_the_thing_is_destroyed():
    meters = controller("smart-metering")
    kept = build.keep_one(meters.ref)
    with transaction.atomic():
        index = audit.record(
            AccountsEvent.GRANT_GIVEN,
            item=kept,
            actor=TESTER,
            at=clock.now(),
            committed={"case": "Petras against the company"},
        )
    case = {"name": "case", "value": "Petras against the company"}
    assert audit.discloses(index, **case)
    run(build.CALLED + 400 * DAY)
    assert not audit.discloses(index, **case)
    assert Leaf.objects.filter(event="audit.salts.wiped", item=str(kept)).exists()
