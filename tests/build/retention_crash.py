"""A process of its own that disposes, erases or holds, so that a test may kill it anywhere.

python -m build.retention_crash STEP, with CALLWARD_DATA and CALLWARD_CRASH_AT.
"""
# ruff: noqa: PLC0415, T201  # models load after Django is set up; the answer goes to stdout

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import django

WORDS = ("marker-heron", "marker-stork", "marker-crane")
DAY = timedelta(days=1)


def main() -> None:
    """Do one step and tell what there is afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "callward.config.settings"
    top = Path(os.environ["CALLWARD_DATA"])
    (top / "db").mkdir(parents=True, exist_ok=True)
    django.setup()

    from build.retention import CALLED, plug_house
    from callward.kernel import clock

    plug_house(top)
    clock.set_clock(clock.FixedClock(CALLED + DAY))
    print(json.dumps(STEPS[sys.argv[1]]()))


def prepare() -> dict:
    """Three recordings that are due together, one of that day that is held, one of another day."""
    from django.core.management import call_command

    from build import retention
    from build.controllers import controller
    from callward.retention.models import Item
    from callward.vault import ports

    call_command("migrate", verbosity=0)
    meters = controller("smart-metering").ref
    due = retention.keep(meters, words=WORDS)
    held = retention.keep_one(meters, word="held")
    later = retention.keep_one(meters, word="later", called=retention.CALLED + 2 * DAY)
    retention.hold([held], at=retention.CALLED + DAY)
    item = Item.objects.get(ref=due[0])
    store = ports.key_store.get()
    return {
        "due": [str(ref) for ref in due],
        "held": str(held),
        "later": str(later),
        "markers": [
            bytes(byte ^ 0xFF for byte in marker).hex()
            for epoch in (item.epoch, None)
            for marker in store.markers(epoch=epoch, refs=due)
        ],
        "keys": [store.open(ref).hex() for ref in due],
    }


def prepare_calls() -> dict:
    """A whole call of Petras that is due, and one of Mara that is held."""
    from django.core.management import call_command

    from build.calls import MARA, PETRAS
    from build.recordings import house, keep_one, wav_tone
    from build.retention import CALLED, hold
    from callward.calls.models import CdrRow, Leg
    from callward.kernel import clock
    from callward.recordings.models import Recording
    from callward.retention.models import Item
    from callward.subjects import selectors as subjects
    from callward.subjects.models import Number

    call_command("migrate", verbosity=0)
    home = house(Path(os.environ["CALLWARD_DATA"]))
    at, audio = clock.now() - DAY, wav_tone(seconds=3)
    gone = keep_one(
        home,
        audio,
        mime="audio/wav",
        caller=PETRAS,
        name="Petras",
        raw=b"row-of-petras",
        started_at=CALLED,
    )
    kept = keep_one(home, caller=MARA, name="Mara", raw=b"row-of-mara", started_at=CALLED)
    hold([kept.ref], at=Item.objects.get(ref=kept.ref).due_at - DAY)
    number = Number.objects.get(ref=subjects.find(home.controller.ref, PETRAS).ref)
    leg = Leg.objects.get(call_id=gone.call_ref, number_ref=number.ref)
    marks = {
        "number": bytes(number.sealed),
        "blind": bytes(number.blind),
        "name": bytes(leg.sealed_name),
        "row": bytes(CdrRow.objects.get(call_id=gone.call_ref).sealed),
        "digest": Recording.objects.get(ref=gone.ref).captured_sha256.encode(),
        "mark": bytes(Item.objects.get(ref=gone.ref).mark or b""),
    }
    return {
        "gone": str(gone.ref),
        "kept": str(kept.ref),
        "due": Item.objects.get(ref=gone.ref).due_at.isoformat(),
        "marks": {name: mark.hex() for name, mark in marks.items() if mark},
        "clear": [b"row-of-petras".hex(), audio[100:164].hex(), PETRAS.e164.encode().hex()],
        "asked": at.isoformat(),
    }


def dispose_calls() -> dict:
    """Run on the due instant of the calls, and tell what is left of them."""
    from build import retention
    from callward.audit import services as audit
    from callward.calls.models import Call, CdrRow, Leg
    from callward.recordings.models import Recording
    from callward.retention.models import Item
    from callward.subjects.models import Number
    from callward.vault import services as vault

    run = retention.run(Item.objects.order_by("due_at")[0].due_at)
    audit.checkpoint(at=run.started_at)
    return {
        "run": [run.state, retention.recordings_in(run), run.held, run.residue_bytes],
        "rows": [model.objects.count() for model in (Recording, Call, CdrRow, Item)],
        "legs": Leg.objects.count(),
        "numbers": Number.objects.count(),
        "keys": [vault.has_key(row.ref) for row in Recording.objects.all()],
        "audited": audit.verify().ok,
    }


def prepare_rows() -> dict:
    """Calls of which nothing is recorded: 700 that are due, one that is held, one of later."""
    from django.core.management import call_command

    from build.calls import a_call
    from build.controllers import controller
    from build.retention import CALLED, RUNNER, hold
    from callward.calls.services import keep_calls
    from callward.controllers.selectors import policy_in_force
    from callward.kernel import clock

    call_command("migrate", verbosity=0)
    at, meters = clock.now(), controller("smart-metering").ref
    told = policy_in_force(meters, at=at).policy_id
    due = [
        a_call(meters, told, started_at=CALLED, agent_code=WORDS[0], queue=WORDS[1])
        for _each in range(700)
    ]
    held = a_call(meters, told, started_at=CALLED, agent_code="held")
    later = a_call(meters, told, started_at=CALLED + 2 * DAY, agent_code="later")
    refs = keep_calls([*due, held, later], actor=RUNNER, at=at)
    hold([refs[-2]], at=at)
    return {"due": [str(ref) for ref in refs[:-2]]}


def dispose() -> dict:
    """Run on the due instant."""
    from build import retention

    run = retention.run(_due_at())
    return {"destroyed": run.destroyed}


def erase() -> dict:
    """Erase the recording of the other day."""
    from build import retention
    from callward.policy.vocabulary_notice import ErasureGround
    from callward.retention import services

    services.erase(
        _later(), ground=ErasureGround.OBJECTION, actor=retention.RUNNER, at=retention.CALLED + DAY
    )
    return {}


def hold() -> dict:
    """Hold the recording of the other day."""
    from build import retention

    retention.hold([_later()], at=retention.CALLED + DAY, case="KLG-2")
    return {}


def recover() -> dict:
    """Finish what is open, run once more, and tell everything that is left."""
    from build.retention import run
    from build.vault import played
    from callward.audit import services as audit
    from callward.calls.models import Call
    from callward.retention import services
    from callward.retention.models import Certificate, DestroyedItem, Disposal, Item
    from callward.vault import services as vault
    from callward.vault.models import SealedItem, SealedPart

    finished = services.finish_open_disposals(_due_at())
    again = services.finish_open_disposals(_due_at())
    after = run(_due_at())
    audit.checkpoint(at=_due_at())
    return {
        "finished": [finished, again],
        "run": [after.state, after.overdue_after, after.residue_bytes],
        "certificates": sorted(Certificate.objects.values_list("disposal__count", flat=True)),
        "disposals": sorted(Disposal.objects.values_list("state", flat=True)),
        "residue": sum(Disposal.objects.values_list("residue_bytes", flat=True)),
        "items": Item.objects.count(),
        "destroyed": DestroyedItem.objects.count(),
        "calls": sorted(Call.objects.values_list("agent_code", flat=True)),
        "sealed": [SealedItem.objects.count(), SealedPart.objects.count()],
        "played": [played(item.ref)[:12].decode() for item in Item.objects.order_by("ref")],
        "reconciled": vault.reconcile().clean,
        "audited": audit.verify().ok,
    }


def end_entries() -> dict:
    """Run when everything written until the due instant is over in the audit as well."""
    from build import retention
    from callward.audit import services as audit
    from callward.retention.models import Disposal

    run = retention.run(retention.CALLED + 1500 * DAY)
    audit.checkpoint(at=run.started_at)
    found = audit.verify()
    of_audit = Disposal.objects.filter(activity="audit")
    return {
        "run": [run.state, run.overdue_after],
        "verified": [found.ok, found.destroyed > 0],
        "certified": [
            sum(of_audit.values_list("count", flat=True)) == found.destroyed,
            *set(of_audit.values_list("state", flat=True)),
        ],
    }


def _due_at():
    from callward.kernel import calendar

    zone = calendar.zone_named("Europe/Vilnius")
    from build.retention import CALLED

    return calendar.cap_due(CALLED, calendar.parse_period("P6M"), zone=zone)


def _later():
    from build.retention import CALLED
    from callward.retention.models import Item

    return Item.objects.get(called_at=CALLED + 2 * DAY).ref


STEPS = {
    "prepare": prepare,
    "prepare-calls": prepare_calls,
    "prepare-rows": prepare_rows,
    "dispose-calls": dispose_calls,
    "dispose": dispose,
    "erase": erase,
    "hold": hold,
    "recover": recover,
    "end-entries": end_entries,
}

if __name__ == "__main__":
    main()
