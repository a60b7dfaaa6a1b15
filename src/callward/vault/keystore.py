"""The key store in two files: keys of epochs and of the house, and one wrap per recording."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from callward.kernel.disk import own_folder
from callward.sealing import root, secret, signatures, wrap
from callward.sealing.errors import SecretBrokenError
from callward.sealing.stream import new_key
from callward.vault.epochs import is_spool, wrap_context
from callward.vault.errors import (
    EpochMissingError,
    KeyFolderExposedError,
    RecordingGoneError,
    WrapExistsError,
    WrongRootKeyError,
)
from callward.vault.keyfile import KeyFile
from callward.vault.states import ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.vault.ports import WrapRow

KEYS_FILE = "keys.sqlite3"
WRAPS_FILE = "wraps.sqlite3"
MARKER_SIZE = 16
GROUP = 256
_DROPPED_TOGETHER = 5000
_OTHERS = 0o077
_CANARY = b"callward key store"

_KEYS_SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (
  name TEXT PRIMARY KEY, key_id BLOB NOT NULL, public BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)
"""
_WRAPS_SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, key_id BLOB NOT NULL, UNIQUE (name, key_id));
CREATE TABLE IF NOT EXISTS wrap (
  id INTEGER PRIMARY KEY, ref BLOB NOT NULL UNIQUE, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS wrap_epoch ON wrap (epoch);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)
"""
_WRAP_OF = (
    "SELECT e.name, e.key_id, w.wrapped FROM wrap w JOIN epoch e ON e.id = w.epoch WHERE w.ref = ?"
)
_WRAPS_AFTER = (
    "SELECT w.ref, e.name, e.key_id FROM wrap w JOIN epoch e ON e.id = w.epoch"
    " WHERE w.ref > ? ORDER BY w.ref LIMIT ?"
)
_POSITION = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'position'"
_FOLLOW = (
    "INSERT INTO meta VALUES ('position', ?1) ON CONFLICT (name) DO UPDATE "
    "SET value = max(CAST(value AS INTEGER), ?1)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKey:
    """One named key of the house; `public` is of its kind (Ed25519, X25519) or empty."""

    name: str
    secret: bytes = field(repr=False)
    public: bytes


def _public_half(name: str, private: bytes) -> bytes:
    if name in {ServiceKeyName.AUDIT, ServiceKeyName.CERTIFICATE}:
        return signatures.public_of(private)
    if name == ServiceKeyName.BACKUP:
        return wrap.EpochKey.from_private(private).public
    return b""


def _marker(sealed: bytes) -> bytes:
    # Inverted, so that the note of what to look for is itself not found.
    return bytes(byte ^ 0xFF for byte in sealed[1 : 1 + MARKER_SIZE])


class FileKeyStore:
    """Two small SQLite files in one folder that only its owner may enter."""

    def __init__(self, folder: Path, *, root_key: bytes) -> None:
        own_folder(folder)
        if folder.stat().st_mode & _OTHERS:
            raise KeyFolderExposedError
        self.folder = folder
        self._epoch_key = root.subkey(root_key, "epoch")
        self._service_key = root.subkey(root_key, "service")
        self._keys = KeyFile(folder / KEYS_FILE, _KEYS_SCHEMA)
        self._wraps = KeyFile(folder / WRAPS_FILE, _WRAPS_SCHEMA)
        self._require_root(root.subkey(root_key, "canary"))

    def _require_root(self, key: bytes) -> None:
        with self._keys.writing() as keys:
            found = keys.execute("SELECT value FROM meta WHERE name = 'canary'").fetchone()
            if found is None:
                sealed = secret.seal_secret(_CANARY, key, _CANARY)
                keys.execute("INSERT INTO meta VALUES ('canary', ?)", (sealed,))
                return
        try:
            secret.open_secret(found[0], key, _CANARY)
        except SecretBrokenError:
            raise WrongRootKeyError from None

    # epochs

    def public_key(self, epoch: str) -> bytes:
        """Give the public key of an epoch, made when it is not there yet."""
        return self.prepare([epoch])[epoch]

    def prepare(self, epochs: Iterable[str]) -> dict[str, bytes]:
        """Give the public keys of epochs, making the missing ones in one transaction."""
        wanted = list(dict.fromkeys(epochs))
        found = self._public_keys(wanted)
        missing = [name for name in wanted if name not in found]
        if missing:
            with self._keys.writing() as keys:
                keys.executemany(
                    "INSERT OR IGNORE INTO epoch VALUES (?, ?, ?, ?)",
                    [self._new_epoch(name) for name in missing],
                )
            found = self._public_keys(wanted)
        return found

    def _public_keys(self, names: Sequence[str]) -> dict[str, bytes]:
        connection = self._keys.connection()
        rows = (
            connection.execute("SELECT public FROM epoch WHERE name = ?", (name,)).fetchone()
            for name in names
        )
        return {name: row[0] for name, row in zip(names, rows, strict=True) if row}

    def _new_epoch(self, name: str) -> tuple[str, bytes, bytes, bytes]:
        pair = wrap.EpochKey.generate()
        identity = wrap.key_id(pair.public)
        sealed = secret.seal_secret(pair.private, self._epoch_key, name.encode() + identity)
        return name, identity, pair.public, sealed

    def has_key(self, epoch: str) -> bool:
        """Say whether an epoch has a key now."""
        return self.key_id_of(epoch) is not None

    def key_id_of(self, epoch: str) -> bytes | None:
        """Name the key that an epoch has now."""
        found = (
            self._keys.connection()
            .execute("SELECT key_id FROM epoch WHERE name = ?", (epoch,))
            .fetchone()
        )
        return found[0] if found else None

    def epochs(self) -> tuple[str, ...]:
        """List the epochs that have a key."""
        rows = self._keys.connection().execute("SELECT name FROM epoch ORDER BY name")
        return tuple(row[0] for row in rows.fetchall())

    def destroy_epoch(self, epoch: str, *, key_id: bytes | None = None) -> bool:
        """Destroy the key of an epoch for ever, and zero the journal that still holds its page."""
        with self._keys.writing() as keys:
            gone = keys.execute(
                "DELETE FROM epoch WHERE name = ?1 AND (?2 IS NULL OR key_id = ?2)", (epoch, key_id)
            ).rowcount
        self._keys.zero_journal()
        return gone > 0

    # wraps

    def put_wraps(self, wraps: Sequence[WrapRow]) -> None:
        """Keep wraps as one group; refuses when an epoch's key was destroyed meanwhile."""
        with self._keys.reading() as keys, self._wraps.writing() as connection:
            places = {
                (epoch, identity): self._place(keys, connection, epoch, identity)
                for epoch, identity in {(row[1], row[2]) for row in wraps}
            }
            for ref, epoch, identity, wrapped in wraps:
                try:
                    connection.execute(
                        "INSERT INTO wrap (ref, epoch, wrapped) VALUES (?, ?, ?)",
                        (ref.bytes, places[epoch, identity], wrapped),
                    )
                except sqlite3.IntegrityError:
                    raise WrapExistsError(ref=ref) from None

    @staticmethod
    def _place(
        keys: sqlite3.Connection, wraps: sqlite3.Connection, epoch: str, identity: bytes
    ) -> int:
        named = (epoch, identity)
        if not keys.execute("SELECT 1 FROM epoch WHERE name = ? AND key_id = ?", named).fetchone():
            raise EpochMissingError(epoch=epoch)
        wraps.execute("INSERT OR IGNORE INTO epoch (name, key_id) VALUES (?, ?)", named)
        found = wraps.execute("SELECT id FROM epoch WHERE name = ? AND key_id = ?", named)
        place: int = found.fetchone()[0]
        return place

    def _wrap_of(self, ref: Ref) -> tuple[str, bytes, bytes]:
        found = self._wraps.connection().execute(_WRAP_OF, (ref.bytes,)).fetchone()
        if found is None:
            raise RecordingGoneError(ref=ref)
        name, identity, wrapped = found
        return name, identity, wrapped

    def open(self, ref: Ref) -> bytes:
        """Give the data key of a recording; never kept, so that a destroyed key is dead at once."""
        epoch, identity, wrapped = self._wrap_of(ref)
        return wrap.unwrap(wrapped, self._private(epoch, identity, ref), wrap_context(ref, epoch))

    def _private(self, epoch: str, identity: bytes, ref: Ref | None) -> bytes:
        found = (
            self._keys.connection()
            .execute("SELECT sealed FROM epoch WHERE name = ? AND key_id = ?", (epoch, identity))
            .fetchone()
        )
        if found is None:
            raise RecordingGoneError(ref=ref)
        return secret.open_secret(found[0], self._epoch_key, epoch.encode() + identity)

    def open_spool(self, wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:
        """Open a data key that the phone line locked to one of its days."""
        if not is_spool(epoch) or self.key_id_of(epoch) != key_id:
            raise EpochMissingError(epoch=epoch)
        return wrap.unwrap(wrapped, self._private(epoch, key_id, None), context)

    def has(self, ref: Ref) -> bool:
        """Say whether a recording can be opened."""
        try:
            epoch, identity, _wrapped = self._wrap_of(ref)
        except RecordingGoneError:
            return False
        return self.key_id_of(epoch) == identity

    def epoch_of(self, ref: Ref) -> str:
        """Tell which epoch a recording is locked to."""
        return self._wrap_of(ref)[0]

    def refs_in(self, epoch: str, *, key_id: bytes | None = None) -> tuple[Ref, ...]:
        """List the recordings that are locked to an epoch."""
        rows = self._wraps.connection().execute(
            "SELECT w.ref FROM wrap w JOIN epoch e ON e.id = w.epoch "
            "WHERE e.name = ?1 AND (?2 IS NULL OR e.key_id = ?2) ORDER BY w.id",
            (epoch, key_id),
        )
        return tuple(UUID(bytes=row[0]) for row in rows.fetchall())

    def wraps(self) -> Iterator[tuple[Ref, str, bool]]:
        """List every wrap in order: recording, epoch, and whether the epoch's key is there."""
        alive = set(self._keys.connection().execute("SELECT name, key_id FROM epoch").fetchall())
        last = b""
        while rows := self._wraps.connection().execute(_WRAPS_AFTER, (last, GROUP)).fetchall():
            yield from ((UUID(bytes=ref), name, (name, key) in alive) for ref, name, key in rows)
            last = rows[-1][0]

    def move(self, refs: Sequence[Ref], to_epoch: str) -> int:
        """Lock recordings to another epoch; what is destroyed meanwhile stays destroyed."""
        public = self.public_key(to_epoch)
        moved = 0
        try:
            for first in range(0, len(refs), GROUP):
                moved += self._move_group(refs[first : first + GROUP], to_epoch, public)
        finally:
            self._wraps.zero_journal()
        return moved

    def _move_group(self, refs: Sequence[Ref], to_epoch: str, public: bytes) -> int:
        identity = wrap.key_id(public)
        olds = {ref: self._wrap_of(ref) for ref in refs}
        news = {
            ref: wrap.wrap(self.open(ref), public, wrap_context(ref, to_epoch))
            for ref, old in olds.items()
            if old[:2] != (to_epoch, identity)
        }
        with self._keys.reading() as keys, self._wraps.writing() as connection:
            place = self._place(keys, connection, to_epoch, identity)
            for ref, wrapped in news.items():
                name, old_identity, old = olds[ref]
                # Under both locks: a key that died since it was read must not live on.
                self._require_alive(keys, name, old_identity, ref)
                changed = connection.execute(
                    "UPDATE wrap SET epoch = ?, wrapped = ? WHERE ref = ? AND wrapped = ?",
                    (place, wrapped, ref.bytes, old),
                ).rowcount
                if not changed:
                    raise RecordingGoneError(ref=ref)
        return len(news)

    @staticmethod
    def _require_alive(keys: sqlite3.Connection, epoch: str, identity: bytes, ref: Ref) -> None:
        if not keys.execute(
            "SELECT 1 FROM epoch WHERE name = ? AND key_id = ?", (epoch, identity)
        ).fetchone():
            raise RecordingGoneError(ref=ref)

    def erase(self, refs: Sequence[Ref]) -> int:
        """Delete the wraps of single recordings; no other recording is touched."""
        gone = 0
        for first in range(0, len(refs), _DROPPED_TOGETHER):
            with self._wraps.writing() as connection:
                gone += connection.executemany(
                    "DELETE FROM wrap WHERE ref = ?",
                    [(ref.bytes,) for ref in refs[first : first + _DROPPED_TOGETHER]],
                ).rowcount
        self._wraps.zero_journal()
        return gone

    def drop_wraps(self, epoch: str, *, key_id: bytes) -> int:
        """Delete the wraps of an epoch whose key is destroyed."""
        gone, group = 0, -1
        while group:
            with self._wraps.writing() as connection:
                group = connection.execute(
                    "DELETE FROM wrap WHERE id IN (SELECT w.id FROM wrap w "
                    "JOIN epoch e ON e.id = w.epoch WHERE e.name = ? AND e.key_id = ? LIMIT ?)",
                    (epoch, key_id, _DROPPED_TOGETHER),
                ).rowcount
            gone += group
        with self._wraps.writing() as connection:
            connection.execute("DELETE FROM epoch WHERE name = ? AND key_id = ?", (epoch, key_id))
        self._wraps.zero_journal()
        return gone

    # the house's own keys

    def service_key(self, name: str) -> NamedKey:
        """Give a named key of the house, made at its first use."""
        named = str(ServiceKeyName(name))
        with self._keys.reading() as keys:
            found = keys.execute("SELECT sealed FROM service WHERE name = ?", (named,)).fetchone()
        if found is None:
            sealed = secret.seal_secret(new_key(), self._service_key, named.encode())
            with self._keys.writing() as keys:
                keys.execute("INSERT OR IGNORE INTO service VALUES (?, ?)", (named, sealed))
            return self.service_key(name)
        private = secret.open_secret(found[0], self._service_key, named.encode())
        return NamedKey(name=named, secret=private, public=_public_half(named, private))

    # what a destruction looks for, and how far the store has followed the ledger

    def markers(self, *, epoch: str | None, refs: Sequence[Ref]) -> tuple[bytes, ...]:
        """Give the inverted first bytes of what a destruction must leave nowhere."""
        rows = (
            self._keys.connection()
            .execute("SELECT sealed FROM epoch WHERE name = ?", (epoch,))
            .fetchall()
            if epoch
            else [
                row
                for ref in refs
                for row in self._wraps.connection()
                .execute("SELECT wrapped FROM wrap WHERE ref = ?", (ref.bytes,))
                .fetchall()
            ]
        )
        return tuple(_marker(row[0]) for row in rows)

    def position(self) -> int:
        """Tell up to which ledger entry both files have followed."""
        found = [
            file.connection().execute(_POSITION).fetchone() for file in (self._keys, self._wraps)
        ]
        return min(row[0] if row else 0 for row in found)

    def follow(self, position: int) -> None:
        """Remember in both files that the ledger was followed up to an entry."""
        for file in (self._keys, self._wraps):
            with file.writing() as connection:
                connection.execute(_FOLLOW, (position,))

    def restart(self, position: int) -> None:
        """Follow the ledger from an entry on, after a replay."""
        for file in (self._keys, self._wraps):
            with file.writing() as connection:
                connection.execute("DELETE FROM meta WHERE name = 'position'")
                connection.execute(_FOLLOW, (position,))

    def images(self) -> dict[str, bytes]:
        """Copy both files, so that no wrap is newer than the keys."""
        with self._keys.reading() as keys:
            keys.execute("SELECT count(*) FROM meta").fetchone()
            return {KEYS_FILE: self._keys.image(), WRAPS_FILE: self._wraps.image()}

    def rebuild(self) -> None:
        """Write both files anew, so that stale copies on their pages are gone too."""
        self._keys.rebuild()
        self._wraps.rebuild()

    def close(self) -> None:
        """Close this thread's connections."""
        self._keys.close()
        self._wraps.close()
