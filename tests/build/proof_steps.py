"""Steps on a real data folder whose database goes back to an older day; each program is a visit."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from callward.ops.command_context import load

load()

from allauth.mfa.totp.internal.auth import TOTP  # noqa: E402  # Django is set up now
from django.apps import apps  # noqa: E402  # as above
from django.contrib.auth import get_user_model  # noqa: E402  # as above
from django.core.cache import cache  # noqa: E402  # as above

from build import retention as build  # noqa: E402  # Django is set up now
from callward.audit import selectors as audited, services as audit  # noqa: E402  # as above
from callward.controllers import selectors as controllers  # noqa: E402  # as above
from callward.jobs import services as jobs  # noqa: E402  # as above
from callward.kernel import clock  # noqa: E402  # as above
from callward.kernel.errors import CallwardError  # noqa: E402  # as above
from callward.ops.data_folder import chosen_folder  # noqa: E402  # as above
from callward.ops.root_key_source import read_root_key  # noqa: E402  # as above
from callward.policy.vocabulary_notice import ErasureGround  # noqa: E402  # as above
from callward.retention import selectors, services as retention  # noqa: E402  # as above
from callward.retention.models import Disposal, Item  # noqa: E402  # as above
from callward.vault import ports, services as vault  # noqa: E402  # as above

DAY = timedelta(days=1)
SOON = build.CALLED + DAY


def prepare(backup: str) -> dict[str, Any]:
    """Back up, then destroy two that are due, one of another day, and one that came later."""
    meters = controllers.controller("smart-metering").ref
    due = build.keep(meters, words=["heron", "stork"], at=SOON)
    other = build.keep_one(meters, called=build.CALLED + 2 * DAY)
    kept = build.keep_one(meters, called=build.CALLED + 4 * DAY)
    audit.checkpoint(at=SOON)
    vault.back_up(Path(backup), at=SOON, dies_on=(SOON + 30 * DAY).date())
    keys = Path(backup).with_name("keys.backup")
    root_key, dies_on = read_root_key(chosen_folder()), (SOON + 7 * DAY).date()
    vault.back_up_keys(keys, root_key=root_key, at=SOON, dies_on=dies_on)
    late = build.keep_one(meters, called=build.CALLED + 3 * DAY, word="late")
    for ref in (other, late):
        retention.erase(ref, ground=ErasureGround.OBJECTION, actor=build.RUNNER, at=SOON + DAY)
    build.run(Item.objects.get(ref=due[0]).due_at)
    audit.checkpoint(at=SOON + DAY)
    return {"gone": [str(ref) for ref in (*due, other, late)], "kept": str(kept)}


def proofs(*refs: str) -> dict[str, Any]:
    """The certificates, which of them speaks for whom, and what becomes of whoever asks."""
    return {
        "listed": {str(one.ref): one.document.decode() for one in selectors.certificates()},
        "of": {ref: _certified(UUID(ref)) for ref in refs},
        "fate": {ref: _fate(UUID(ref)) for ref in refs},
        "disposals": sorted(Disposal.objects.values_list("state", "count", "residue_bytes")),
    }


def _certified(ref: UUID) -> str:
    return str(build.certificate_of(ref) or "")


def _fate(ref: UUID) -> str:
    try:
        retention.require_usable(ref, SOON)
    except CallwardError as error:
        return error.code
    return "usable"


def grow() -> int:
    """Something happens and is signed."""
    meters = controllers.controller("smart-metering").ref
    build.keep_one(meters, called=build.CALLED + 5 * DAY)
    signed = audit.checkpoint(at=SOON + 2 * DAY)
    assert signed is not None
    return signed.size


def note() -> str:
    """The newest checkpoint, as a witness would keep it."""
    newest = audited.latest_checkpoint()
    assert newest is not None
    return newest.note


def witnessed(note: str) -> list[Any]:
    """What the check says about a checkpoint that was kept elsewhere."""
    found = audit.verify(witness=note)
    return [found.ok, sorted(str(fault.kind) for fault in found.faults)]


def told() -> list[Any]:
    """What the tree says about restores."""
    return [
        [one.event, dict(one.facts)]
        for one in reversed(audited.latest(limit=1000))
        if one.event.startswith("vault.backup.")
    ]


def wait_for_work() -> int:
    """Hand over work that nobody does here."""
    jobs.prepare()
    jobs.enqueue("promises.check", key="promises.check")
    return len(jobs.statuses())


def everything() -> dict[str, list[str]]:
    """Every row of every table but the audit, as the house itself reads it."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "audit"
    }


def keep_more(days: str) -> str:
    """A recording of another day."""
    meters = controllers.controller("smart-metering").ref
    return str(build.keep_one(meters, called=build.CALLED + int(days) * DAY))


def erase(ref: str) -> None:
    """Grant an objection."""
    retention.erase(UUID(ref), ground=ErasureGround.OBJECTION, actor=build.RUNNER, at=clock.now())


def opened(*refs: str) -> dict[str, str]:
    """What becomes of whoever wants to hear recordings."""
    return {ref: _heard(UUID(ref)) for ref in refs}


def _heard(ref: UUID) -> str:
    try:
        vault.verify_part(ref)
    except CallwardError as error:
        return error.code
    return "opens"


def copies_end(of: str) -> str:
    """When the last copy that may hold a row ends."""
    found = vault.copies_end(of=datetime.fromisoformat(of), keys_only=False)
    return found.isoformat() if found else ""


def destroy_expired_backups() -> None:
    """What the worker does every hour."""
    jobs.run_now("backups.destroy-expired")


def lose_key(ref: str) -> int:
    """The key of a recording is lost, and nobody destroyed it."""
    return ports.key_store.get().erase([UUID(ref)])


def second_factor(username: str, secret: str) -> str:
    """Let a person have a second factor; tells who it is."""
    user = get_user_model().objects.get(username=username)
    TOTP.activate(user, secret)
    return str(user.pk)


def forget_codes() -> None:
    """As after half a minute: the next code of everybody is a new one."""
    cache.clear()


def size() -> int:
    """How many entries there are."""
    return audited.size()


def main() -> None:
    """Do the steps asked for and print one answer each."""
    sys.stdout.write(json.dumps([globals()[name](*args) for name, *args in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
