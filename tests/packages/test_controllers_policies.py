"""A controller runs by one activated policy at a time, and every one stays archived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from build.audit import TESTER, guard
from build.controllers import controller, sample
from callward.audit.selectors import latest
from callward.controllers import selectors, services
from callward.controllers.errors import (
    ControllerKnownError,
    ControllerNotFoundError,
    NoPolicyInForceError,
    PolicyChainError,
    PolicyKnownError,
    PolicyLintError,
    PolicyNotFoundError,
    PolicyOfAnotherError,
)
from callward.controllers.models import PolicyRevision
from callward.controllers.states import ControllersEvent
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.policy import PolicyError

pytestmark = [pytest.mark.django_db, pytest.mark.req("D-07")]


def next_revision(previous: str, *, effective: str = "2026-06-01") -> bytes:
    text = sample().decode().replace("effective = 2026-01-01", f"effective = {effective}", 1)
    assert effective in text
    return text.replace("\nlanguages", f'\nprevious = "{previous}"\nlanguages', 1).encode()


def activate(ref, toml):
    return services.activate_policy(ref, toml, actor=TESTER, at=clock.now())


@pytest.mark.parametrize(
    "name",
    ["therapy-association", "smart-metering", "dermatology-clinic", "web-shop", "voip-provider"],
)
def test_every_sample_controller_can_be_added(name):
    view = controller(name)
    assert view.slug == name
    assert selectors.controller(name) == selectors.controller(view.ref) == view
    assert selectors.policy_in_force(view.ref, at=clock.now()).controller == name


def test_a_policy_is_archived_byte_for_byte_and_found_by_its_id():
    view = controller()
    policy = selectors.policy_in_force(view.ref, at=clock.now())
    assert selectors.source(policy.policy_id) == sample()
    assert selectors.policy(policy.policy_id) is policy


def test_the_first_policy_is_in_force_since_its_effective_date():
    view = controller()
    since = datetime(2025, 12, 31, 22, 0, tzinfo=UTC)  # midnight in Bucharest
    assert selectors.policy_in_force(view.ref, at=since).version == "2026.1"
    with pytest.raises(NoPolicyInForceError):
        selectors.policy_in_force(view.ref, at=since - timedelta(seconds=1))


def test_a_later_revision_takes_over_on_its_effective_date():
    view = controller()
    first = selectors.policy_in_force(view.ref, at=clock.now())
    revision = activate(view.ref, next_revision(first.policy_id))
    takes_over = datetime(2026, 5, 31, 21, 0, tzinfo=UTC)
    assert revision.in_force_from == takes_over
    assert revision.previous_id == first.policy_id
    before = selectors.policy_in_force(view.ref, at=takes_over - timedelta(seconds=1))
    assert before.policy_id == first.policy_id
    after = selectors.policy_in_force(view.ref, at=takes_over)
    assert after.policy_id == revision.policy_id


def test_a_later_revision_never_reaches_back():
    view = controller()
    first = selectors.policy_in_force(view.ref, at=clock.now())
    revision = activate(view.ref, next_revision(first.policy_id, effective="2026-02-01"))
    assert revision.in_force_from == clock.now()


def test_a_revision_must_name_the_one_before_it():
    view = controller()
    with pytest.raises(PolicyChainError):
        activate(view.ref, next_revision("sha256:" + "0" * 64))
    assert len(selectors.revisions(view.ref)) == 1


def test_the_same_policy_is_not_activated_twice():
    view = controller()
    with pytest.raises(PolicyKnownError):
        activate(view.ref, sample())


def test_the_policy_of_another_controller_is_refused():
    view = controller()
    with pytest.raises(PolicyOfAnotherError):
        activate(view.ref, sample("web-shop"))
    with pytest.raises(ControllerNotFoundError):
        activate(new_ref(), sample())


def test_a_controller_is_added_once():
    controller()
    with pytest.raises(ControllerKnownError):
        controller()


@pytest.mark.parametrize("broken", [b"", b"\xff", b"schema = 1", sample()[:200]])
def test_a_file_that_is_no_policy_changes_nothing(broken):
    with pytest.raises(PolicyError):
        controller(toml=broken or b" ")
    assert selectors.controllers() == []
    assert latest() == []


def test_a_policy_with_lint_errors_is_refused():
    lines = sample().decode().splitlines()
    without = [line for line in lines if not line.startswith(("interest =", "balancing ="))]
    with pytest.raises(PolicyLintError, match="L-03"):
        controller(toml="\n".join(without).encode())
    assert selectors.controllers() == []
    assert latest() == []


def test_both_the_controller_and_its_policy_stand_in_the_audit():
    view = controller()
    activated, added = latest()
    assert (added.event, added.item) == (ControllersEvent.CONTROLLER_ADDED, view.ref)
    assert activated.event == ControllersEvent.POLICY_ACTIVATED
    policy = selectors.policy_in_force(view.ref, at=clock.now())
    assert activated.facts["policy"] == policy.policy_id
    assert activated.facts["controller"] == str(view.ref)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM controllers_policyrevision",
        "UPDATE controllers_policyrevision SET canonical = NULL",
        "UPDATE controllers_policyrevision SET in_force_from = activated_at",
    ],
)
def test_the_database_refuses_to_change_an_activated_policy(statement):
    controller()
    guard("controllers_policyrevision")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_archived_policy_that_was_altered_is_never_run_by():
    view = controller()
    policy_id = selectors.revisions(view.ref)[0].policy_id
    altered = bytes(PolicyRevision.objects.get().canonical).replace(b"P6M", b"P9Y")
    PolicyRevision.objects.update(canonical=altered)
    selectors.policy.cache_clear()
    with pytest.raises(PolicyNotFoundError):
        selectors.policy(policy_id)


def test_an_unknown_policy_or_controller_is_not_found():
    with pytest.raises(PolicyNotFoundError):
        selectors.policy("sha256:" + "0" * 64)
    with pytest.raises(PolicyNotFoundError):
        selectors.source("sha256:" + "0" * 64)
    with pytest.raises(ControllerNotFoundError):
        selectors.controller("nobody")
