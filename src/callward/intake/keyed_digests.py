"""Keyed digests and seals for what carriers write into ids and file names."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from callward.intake.file_names import call_ids_in, stem_of
from callward.subjects.ports import SealedTexts, field_keys

if TYPE_CHECKING:
    from callward.intake.envelope import Envelope

texts = SealedTexts("intake")


def _blind(kind: str, text: str) -> bytes:
    return field_keys.get().blind(f"intake/{kind}/{text}")


def call_key(call_id: str) -> bytes:
    """The digest that a call of a carrier is found by."""
    return _blind("call", call_id)


def call_keys_in(name: str) -> list[bytes]:
    """The digests of every call that a file's name may stand for."""
    return [call_key(call_id) for call_id in call_ids_in(name)]


def file_key(name: str) -> bytes:
    """The digest that a call record names its recording by; carriers differ in the extension."""
    # Old systems write names that are not UTF-8.
    return _blind("file", stem_of(name).encode(errors="surrogateescape").decode(errors="replace"))


def name_key(path: str) -> bytes:
    """The digest of a file's place in its inbox."""
    return _blind("name", path.encode(errors="surrogateescape").hex())


def recording_key(envelope: Envelope) -> bytes:
    """The digest of the id that a source gives to a recording."""
    source = envelope.source
    return _blind("recording", f"{source.system}/{source.account}/{envelope.recording_id}")


def fresh_key() -> bytes:
    """A digest of nothing, for an upload, which has no name."""
    return secrets.token_bytes(32)
