"""A worker of its own that collects the line's spool, so that a test may kill it anywhere.

python -m build.line_crash prepare|collect|recover, with CALLWARD_DATA and CALLWARD_CRASH_AT.
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
    (top / "spool" / "line").mkdir(mode=0o700, parents=True, exist_ok=True)
    django.setup()

    from django.conf import settings

    from build.line_spool import spooling
    from callward.kernel import clock

    clock.set_clock(clock.FixedClock(NOW))
    print(json.dumps(STEPS[sys.argv[1]](spooling(top, settings))))


def prepare(into) -> dict:
    """Make the tables and a controller, and leave four calls in the spool."""
    from django.core.management import call_command

    from build.controllers import controller
    from build.line_spool import put_call, story_of
    from callward.controllers.selectors import policy_in_force
    from callward.line.states import RecordingFate

    call_command("migrate", verbosity=0)
    view = controller()
    policy = policy_in_force(view.ref, at=NOW).policy_id
    put_call(into, story_of(view, policy))
    put_call(into, story_of(view, policy, paused=True))
    put_call(into, story_of(view, policy, finished=False))
    put_call(into, story_of(view, policy, refused=True, fate=RecordingFate.REFUSED))
    return {}


def collect(_into) -> dict:
    """Collect once."""
    from callward.telephony import services as telephony

    report = telephony.collect(NOW)
    return {"taken_in": report.taken_in, "waiting": report.waiting}


def recover(into) -> dict:
    """Start as the worker does, collect again, and tell everything that is kept."""
    from callward.calls.models import Call
    from callward.intake import services as intake
    from callward.recordings.models import Recording
    from callward.telephony.models import LineCall
    from callward.vault import services as vault

    intake.recover(NOW)
    report = collect(into)
    sealed = [row for row in Recording.objects.all() if vault.has_key(row.ref)]
    return report | {
        "calls": Call.objects.count(),
        "lines": LineCall.objects.count(),
        "states": sorted(Recording.objects.values_list("state", flat=True)),
        "digests": len({row.captured_sha256 for row in sealed}),
        "ledgers": sum(vault.part_size(row.ref, "ledger") > 0 for row in sealed),
        "spool": into.names(),
        "clean": vault.reconcile().clean,
    }


STEPS = {"prepare": prepare, "collect": collect, "recover": recover}


if __name__ == "__main__":
    main()
