"""The one place that knows every adapter; nothing is opened before it is first used."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import cache
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from callward.accounts import ports as accounts
from callward.audit import ports as audit
from callward.jobs import ports as jobs
from callward.kernel import clock
from callward.kernel.grow_only_file import KeptLines
from callward.notices import ports as notices
from callward.ops.data_folder import DataFolder, chosen_folder
from callward.ops.folder_mark import read_mark
from callward.ops.root_key_source import read_root_key
from callward.promises import ports as promises
from callward.retention import ports as retention
from callward.sealing import digests, secret, signatures
from callward.subjects import ports as subjects
from callward.telephony import ports as telephony
from callward.vault import ports as vault

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.ports import Port
    from callward.kernel.references import Ref
    from callward.vault.ports import ServiceKey
    from callward.vault.states import BackupFacts

_CREDENTIAL = b"callward/credential"


class _Later:
    """Stands at a port; loads and makes the adapter when somebody first asks it for anything."""

    def __init__(self, module: str, name: str, *given: object) -> None:
        self._home, self._given, self._lock = (module, name), given, Lock()
        self._made: object | None = None

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = _named_in(*self._home)(*self._given)
        return getattr(self._made, name)


def _named_in(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def _bind_later(port: Port[Any], module: str, name: str, *given: object) -> None:
    port.bind(_Later(module, name, *given))


@cache
def _key(store: int, name: str) -> ServiceKey:
    del store  # another key store is another cache entry
    return vault.key_store.get().service_key(name)


def _named(name: str) -> ServiceKey:
    return _key(id(vault.key_store.get()), name)


class _Signer:
    """Signs with one of the house's keys and shows only its public half."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def origin(self) -> str:
        return f"callward/{self._name}/{self.public_key.hex()[:16]}"

    @property
    def public_key(self) -> bytes:
        return _named(self._name).public

    def sign(self, message: bytes) -> bytes:
        return signatures.sign(message, _named(self._name).secret)


class _FieldKeys:
    """Blinds with the lookup key and seals with the field key."""

    def blind(self, text: str) -> bytes:
        return digests.keyed_digest(_named("lookup").secret, text)

    def seal(self, text: str, context: bytes) -> bytes:
        return secret.seal_secret(text.encode(), _named("fields").secret, context)

    def open(self, sealed: bytes, context: bytes) -> str:
        return secret.open_secret(sealed, _named("fields").secret, context).decode()


class _CredentialBox:
    """Seals second factors under the field key."""

    def seal(self, secret_text: str) -> str:
        sealed = secret.seal_secret(secret_text.encode(), _named("fields").secret, _CREDENTIAL)
        return b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        key = _named("fields").secret
        return secret.open_secret(b64decode(sealed), key, _CREDENTIAL).decode()


class _RestoreBook:
    """Lets the audit sign what a restore does to its tree."""

    @property
    def how_many(self) -> str:
        return str(_named_in("callward.audit.services", "HOW_MANY"))

    def note_restore(
        self, facts: BackupFacts, *, size_before: int, size_after: int, at: datetime
    ) -> None:
        _named_in("callward.audit.services", "note_restore")(
            size_before=size_before,
            size_after=size_after,
            backup_made_at=facts.made_at,
            ledger_position=facts.ledger_position,
            at=at,
        )


def wire() -> None:
    """Give every port its adapter and everybody the clock of the data folder."""
    folder = chosen_folder()
    _wire_vault(folder)
    audit.signer.bind(_Signer("audit"))
    retention.signer.bind(_Signer("certificate"))
    audit.kept.bind(KeptLines(folder.keys / "checkpoints.kept"))
    retention.proofs.bind(KeptLines(folder.keys / "certificates.kept"))
    subjects.field_keys.bind(_FieldKeys())
    accounts.credential_box.bind(_CredentialBox())
    _wire_promises(folder)
    _bind_later(jobs.queue, __name__, "open_queue", folder)
    _wire_line()
    mark = read_mark(folder)
    if mark is not None:
        clock.set_clock(mark.clock())


def open_keys(folder: DataFolder) -> object:
    """The key store, opened by the root key; asks for a passphrase where there is one."""
    store = _named_in("callward.vault.keystore", "FileKeyStore")
    return store(folder.keys, root_key=read_root_key(folder))


def open_queue(folder: DataFolder) -> object:
    """The job queue: a file of the data folder, or the server of the rows without a pooler."""
    chosen, module = folder.chosen, "callward.jobs.dbos_queue"
    if chosen.database.on_postgresql:
        direct = _named_in("callward.postgresql.direct", "url")
        url = direct(chosen.database, name=chosen.jobs.database)
    else:
        url = _named_in(module, "file_url")(folder.jobs)
    return _named_in(module, "DbosQueue")(url)


def open_objects(folder: DataFolder) -> object:
    """The object store: a folder of the data folder, or a bucket of an S3 store."""
    chosen = folder.chosen.objects
    if chosen.on_s3:
        return _named_in("callward.vault.s3_objects", "S3Objects")(chosen)
    return _named_in("callward.vault.objects", "LocalObjects")(folder.objects)


def _wire_vault(folder: DataFolder) -> None:
    _bind_later(vault.key_store, __name__, "open_keys", folder)
    _bind_later(vault.ledger, "callward.vault.destroyed_ledger", "FileLedger", folder.keys)
    _bind_later(vault.objects, __name__, "open_objects", folder)
    vault.restores.bind(_RestoreBook())


def _declared_hosts(controller_ref: Ref) -> frozenset[str]:
    hosts: frozenset[str] = _named_in("callward.config.reachability", "declared_hosts")(
        controller_ref
    )
    return hosts


def _wire_promises(folder: DataFolder) -> None:
    promises.world.bind(folder)
    _bind_later(promises.reach, "callward.config.reachability", "Reach")
    _bind_later(promises.visitor, "callward.config.reachability", "Visitor", folder.web_address)
    promises.declared_hosts.bind(_declared_hosts)
    _bind_later(notices.checks, "callward.promises.sentence_checks", "SentenceChecks")


def _wire_line() -> None:
    _bind_later(telephony.spool, "callward.telephony.adapters", "open_spool")
    _bind_later(telephony.journal, "callward.telephony.adapters", "open_journal")
    _bind_later(telephony.line, "callward.telephony.adapters", "reach_line")
