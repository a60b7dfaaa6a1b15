"""`callward line` stands alone: no framework, no database; and its journal is read by the house."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.line.main import Journal
from callward.line.states import CallEvent
from callward.telephony.adapters import FileJournal

PROGRAM = """
import sys
from callward.ops.main import callward
assert callward.get_command(None, "line") is not None
import callward.line.main
print(sorted(name for name in sys.modules if name.partition(".")[0] in {"django", "dbos"}))
"""


def test_the_command_loads_neither_django_nor_the_queue():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_without_a_data_folder_the_command_says_so_in_one_line(tmp_path):
    environment = os.environ | {"CALLWARD_DATA": str(tmp_path / "nothing")}
    done = subprocess.run(
        [sys.executable, "-m", "callward.ops", "line"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("callward: not-set-up:")
    assert done.stderr.count("\n") == 1


def test_the_journal_names_every_call_that_began_and_nobody_in_it(tmp_path, the_clock):
    journal, reader, at = Journal(tmp_path), FileJournal(tmp_path), clock.now()
    ours, other = new_ref(at), new_ref(at)
    recording = str(new_ref(at))
    begun = {"call": str(ours), "recording": recording, "controller": "ours", "queue": "front"}
    journal.tell(CallEvent.BEGUN, begun)
    journal.tell(CallEvent.BEGUN, begun | {"call": str(other), "controller": "theirs"})
    journal.tell(CallEvent.TOLD, begun)
    the_clock.advance(timedelta(days=1))
    journal.tell(CallEvent.ENDED, begun | {"fate": "stored"})
    with next(tmp_path.glob("journal-*.jsonl")).open("a") as torn:
        torn.write('{"event": "begun", "call": "019')

    day = timedelta(days=1)
    (found,) = reader.calls_of(at, at + day, controller="ours")
    assert (found.ref, str(found.recording)) == (ours, recording)
    assert reader.calls_of(at + day, at + 2 * day, controller="ours") == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
