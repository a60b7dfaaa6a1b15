"""The steps that a house with nothing but a vault can be asked for; Django is set up before."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from build import vault
from callward.kernel.actors import system_actor
from callward.kernel.errors import CallwardError
from callward.vault import backup, services
from callward.vault.models import Intent
from callward.vault.states import IntentKind

DIES_ON = date(2026, 4, 28)


class Steps:
    """What a house can be asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    def migrate(self) -> None:
        call_command("migrate", verbosity=0)

    def keep(self, *words: str) -> list[str]:
        return [str(sealed.ref) for sealed in vault.keep(words, size=20_000)]

    def keep_held(self, *words: str) -> list[str]:
        refs = self.keep(*words)
        self.hold(*refs)
        return refs

    def seal_only(self, *words: str) -> list[str]:
        items = [vault.ToSeal(audio=w.encode(), epoch=vault.DUE_EPOCH) for w in words]
        return [str(one.ref) for one in services.seal_group(items, at=self.at)]

    def play(self, *refs: str) -> list[str]:
        answers = []
        for ref in refs:
            try:
                answers.append(vault.played(UUID(ref))[:20].decode())
            except CallwardError as error:
                answers.append(error.code)
        return answers

    def hold(self, *refs: str) -> str:
        epoch = vault.a_hold()
        services.move([UUID(ref) for ref in refs], to=epoch, at=self.at)
        return epoch

    def _intend(self, kind: str, refs: list[UUID]) -> Any:
        return services.intend(
            refs,
            epoch=vault.DUE_EPOCH,
            kind=IntentKind(kind),
            rule="cap P6M",
            actor=system_actor("disposal"),
            at=self.at,
        )

    def destroy(self) -> list[Any]:
        return self._destroyed(self._intend("epoch", []))

    def erase(self, *refs: str) -> list[Any]:
        return self._destroyed(self._intend("erase", [UUID(ref) for ref in refs]))

    def resume(self) -> list[Any]:
        return [self._destroyed(one) for one in services.open_intents()]

    def _destroyed(self, intent: Any) -> list[Any]:
        done = services.destroy(intent, at=self.at)
        return [sorted(str(ref) for ref in done.refs), done.residue_bytes]

    def reconcile(self) -> dict[str, list[str]]:
        found = services.reconcile()
        names = ("rows_without_objects", "objects_without_rows", "rows_without_wraps")
        names += ("wraps_without_rows", "wraps_without_keys")
        return {n: [str(ref) for ref in getattr(found, n)] for n in names if getattr(found, n)}

    def discard(self, *refs: str) -> int:
        return services.discard([UUID(ref) for ref in refs])

    def scan(self) -> int:
        return services.scan().residue_bytes

    def markers(self) -> list[str]:
        return [bytes(one.markers).hex() for one in Intent.objects.all()]

    def back_up(self, to: str) -> int:
        return backup.back_up(Path(to), at=self.at, dies_on=DIES_ON).ledger_position

    def back_up_keys(self, to: str) -> int:
        key = vault.ROOT_KEY
        facts = backup.back_up_keys(Path(to), root_key=key, at=self.at, dies_on=DIES_ON)
        return facts.ledger_position

    def restore(self, source: str) -> str:
        database = self.folder / "callward.sqlite3"
        return backup.restore(Path(source), database=database, at=self.at).kind

    def restore_keys(self, source: str) -> str:
        keys, root_key = self.folder / "keys", vault.ROOT_KEY
        return backup.restore_keys(Path(source), root_key=root_key, folder=keys, at=self.at).kind

    def rows(self) -> dict[str, list[str]]:
        with connection.cursor() as cursor:
            found = {}
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = sorted(map(str, cursor.fetchall()))
        return found

    def awaiting(self) -> bool:
        return services.awaiting_replay()

    def replay(self) -> dict[str, Any]:
        done = services.replay(at=self.at)
        return {
            "entries": done.entries,
            "recordings": done.recordings,
            "holds": list(done.hold_epochs),
            "rescued": [str(ref) for ref in done.rescued],
        }


def main() -> None:
    """Run the steps asked for and print one answer each."""
    folder = Path(sys.argv[1])
    steps, asked = Steps(folder), json.loads(sys.argv[2])
    if "restore_keys" not in [name for name, *_args in asked]:
        vault.plug_vault(folder)
    json.dump([getattr(steps, name)(*args) for name, *args in asked], sys.stdout)
