"""A process of its own that takes in a folder, so that a test may kill it anywhere.

python -m build.intake_crash prepare|look|recover, with CALLWARD_DATA and CALLWARD_CRASH_AT.
"""

# ruff: noqa: PLC0415, T201  # Django is set up first, and the parent process reads what is printed

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def main() -> None:
    """Do one step and tell what there is afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "callward.config.settings"
    top = Path(os.environ["CALLWARD_DATA"])
    (top / "db").mkdir(parents=True, exist_ok=True)
    django.setup()

    from build.intake import open_context
    from callward.kernel import clock

    clock.set_clock(clock.FixedClock(NOW))
    house = open_context(top)
    print(json.dumps(STEPS[sys.argv[1]](house)))


def prepare(house) -> dict:
    """Make the tables, the controller and its declaration."""
    from django.core.management import call_command

    from build.controllers import controller
    from build.intake import declare

    call_command("migrate", verbosity=0)
    therapists = controller()
    declare(therapists.ref)
    return {"controller": str(therapists.ref)}


def look(house) -> dict:
    """Look into the inbox once."""
    from build import intake
    from callward.controllers.selectors import controller

    return dict(intake.look(house, controller("therapy-association").ref).as_json())


def recover(house) -> dict:
    """Recover, look again, and tell everything that is kept."""
    from callward.intake import services

    found = services.recover(NOW)
    report = look(house)
    return facts() | {"recovered": found, "report": report}


def facts() -> dict:
    """What is kept, sealed and open, and the data keys that must lie nowhere in clear."""
    from callward.audit import services as audit
    from callward.intake.models import Delivery, Quarantined
    from callward.recordings.models import Recording
    from callward.retention.models import Item
    from callward.vault import ports, services as vault

    refs = [row.ref for row in Recording.objects.all()]
    sealed = refs + [row.item_ref for row in Quarantined.objects.all()]
    audit.checkpoint(at=NOW)
    return {
        "recordings": len(refs),
        "digests": sorted(row.captured_sha256 for row in Recording.objects.all()),
        "sizes": sorted(vault.part_size(ref) for ref in refs),
        "quarantined": Quarantined.objects.count(),
        "items": Item.objects.count(),
        "states": sorted({row.state for row in Delivery.objects.all()}),
        "reconciled": vault.reconcile().clean,
        "audited": audit.verify().ok,
        "keys": [ports.key_store.get().open(ref).hex() for ref in sealed],
    }


STEPS = {"prepare": prepare, "look": look, "recover": recover}

if __name__ == "__main__":
    main()
