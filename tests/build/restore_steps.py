"""Steps on a real data folder that no command offers; each program is one day's visit."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from callward.ops.command_context import load
from callward.ops.data_folder import chosen_folder

load()

from django.db import connection  # noqa: E402  # Django is set up now

from build.console import signed_in  # noqa: E402  # as above
from build.retention import items_of_hold  # noqa: E402  # as above
from callward.accounts import selectors as accounts  # noqa: E402  # as above
from callward.audit import selectors as audited, services as audit  # noqa: E402  # as above
from callward.calls.selectors import CallFilters  # noqa: E402  # as above
from callward.controllers import selectors as controllers  # noqa: E402  # as above
from callward.jobs import services as jobs  # noqa: E402  # as above
from callward.kernel import clock  # noqa: E402  # as above
from callward.kernel.actors import system_actor  # noqa: E402  # as above
from callward.kernel.errors import CallwardError  # noqa: E402  # as above
from callward.ops.demo import cast  # noqa: E402  # as above
from callward.policy.vocabulary_notice import ErasureGround  # noqa: E402  # as above
from callward.recordings import selectors as recordings  # noqa: E402  # as above
from callward.retention import selectors as retained, services as retention  # noqa: E402  # as above
from callward.retention.certificates import verify_certificate  # noqa: E402  # as above
from callward.retention.ports import signer  # noqa: E402  # as above
from callward.vault import ports as vault_ports, services as vault  # noqa: E402  # as above

SLUG = "therapy-association"
ACTOR = system_actor("tests")


def _home() -> Any:
    return controllers.controller(SLUG)


def engage() -> None:
    """Everybody comes with role, training and grants."""
    cast.engage(_home(), actor=ACTOR, at=clock.now())


def kept() -> dict[str, str]:
    """The recordings that the list shows, by the day of their call."""
    rows = recordings.list_calls(_home().ref, CallFilters()).rows
    return {
        row.call.started_at.isoformat(): str(one.ref)
        for row in rows
        for one in row.recordings
        if one.playable
    }


def erase(ref: str) -> None:
    """Grant an objection."""
    retention.erase(UUID(ref), ground=ErasureGround.OBJECTION, actor=ACTOR, at=clock.now())


def restore_only(file: str) -> None:
    """Put a data backup back and stop there, as if the power went before the replay."""
    connection.close()
    vault.restore(Path(file), database=chosen_folder().database, at=clock.now())


def restore_keys_only(file: str) -> None:
    """The same with a backup of the keys."""
    from callward.ops.root_key_source import read_root_key  # noqa: PLC0415  # only here

    folder = chosen_folder()
    vault.restore_keys(
        Path(file), root_key=read_root_key(folder), folder=folder.keys, at=clock.now()
    )


def by_service(*refs: str) -> dict[str, str]:
    """What the vault's own door answers: a digest of the audio, or the code of the refusal."""
    return {ref: _heard(UUID(ref)) for ref in refs}


def _heard(ref: UUID) -> str:
    try:
        return sha256(vault.read_range(ref, "audio", 0, vault.part_size(ref))).hexdigest()
    except CallwardError as error:
        return error.code


def by_console(*refs: str) -> dict[str, Any]:
    """What a signed-in reviewer with a grant hears in the browser."""
    at = clock.now()
    rita = accounts.user_named("rita")
    cast.train(rita.ref, _home().ref, actor=ACTOR, at=at)
    cast.grant(rita.ref, _home().ref, "complaints", actor=ACTOR, at=at)
    browser = signed_in(rita)
    answers: dict[str, Any] = {}
    for ref in refs:
        begun = browser.post(
            f"/recordings/{ref}/playbacks",
            {"purpose": "complaints"},
            HTTP_ACCEPT="application/json",
        )
        answers[ref] = begun.status_code
        if begun.status_code == 201:
            sound = browser.get(begun.json()["url"])
            answers[ref] = sha256(b"".join(_chunks(sound))).hexdigest()
    return answers


def _chunks(answer: Any) -> Any:
    if not answer.streaming:
        return [answer.content]
    return list(answer.streaming_content)


def by_force(*refs: str) -> dict[str, list[Any]]:
    """What is left for somebody who holds the key store itself: a wrap, a key, an object."""
    store, objects = vault_ports.key_store.get(), chosen_folder().objects
    found = {}
    for ref in refs:
        try:
            key = bool(store.open(UUID(ref)))
        except CallwardError:
            key = False
        names = [one.name for one in objects.rglob("*") if UUID(ref).hex in one.name]
        found[ref] = [store.has(UUID(ref)), key, len(names)]
    return found


def destroy_expired_backups() -> None:
    """What the worker does every hour."""
    jobs.run_now("backups.destroy-expired")


def destroyed_backups() -> list[dict[str, Any]]:
    """What the audit says about backups that ended."""
    return [
        dict(one.facts)
        for one in reversed(audited.latest(limit=1000))
        if one.event == "vault.backups.destroyed"
    ]


def copies_end(of: str) -> str:
    """When the last backup that may hold a row ends."""
    found = vault.copies_end(of=datetime.fromisoformat(of), keys_only=False)
    return found.isoformat() if found else ""


def holds() -> list[list[str]]:
    """The holds in force, each with what it keeps."""
    found = retained.holds(_home().ref, at=clock.now())
    return [[one.case, *sorted(str(i) for i in items_of_hold(one.ref))] for one in found]


def certificates() -> list[bool]:
    """Whether each certificate that is here bears the house's signature."""
    public = signer.get().public_key
    return [bool(verify_certificate(one.document, public)) for one in retained.certificates()]


def verified() -> list[Any]:
    """What the audit says about itself."""
    told = audit.verify()
    return [told.ok, told.size]


def main() -> None:
    """Do the steps asked for and print one answer each."""
    sys.stdout.write(json.dumps([globals()[name](*args) for name, *args in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
