"""Keyed digests and seals for what carriers write into ids and file names.

Asterisk and FreePBX write the call's id into the name of a recording's file.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.subjects.ports import SealedTexts, field_keys

if TYPE_CHECKING:
    from callward.intake.envelope import Envelope

_LONGEST_NAME = 200
_MONITOR = re.compile(
    r"(?P<prefix>[A-Za-z]{1,12})-(?P<first>[^-/]{1,40})-(?P<second>[^-/]{1,40})"
    r"-(?P<day>\d{8})-(?P<time>\d{6})-(?P<uniqueid>[A-Za-z0-9_.:-]{1,60}?)",
    re.ASCII,
)
_UNIQUEID = re.compile(r"(?:[A-Za-z0-9_-]{1,30}-)?\d{9,11}\.\d{1,10}", re.ASCII)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """The pieces of `out-DST-EXT-YYYYMMDD-HHMMSS-UNIQUEID`."""

    prefix: str
    first: str
    second: str
    local_time: str
    uniqueid: str


def is_safe_name(name: str) -> bool:
    """Whether a file name is one that an honest system writes."""
    if not 0 < len(name.encode(errors="surrogateescape")) <= _LONGEST_NAME:
        return False
    if name.startswith("-") or "/" in name or "\\" in name or ".." in name:
        return False
    if any(unicodedata.category(letter) in _UNSEEN for letter in name):
        return False
    return unicodedata.is_normalized("NFC", name)


def kind_of(name: str) -> str:
    """The extension in small letters, without its dot."""
    stem, dot, kind = name.rpartition(".")
    return kind.lower() if dot and stem else ""


def stem_of(name: str) -> str:
    """The name without its extension."""
    return name.rpartition(".")[0] or name


def parse_name(name: str) -> NameParts | None:
    """Read a monitor file's name; None when it is of another form."""
    match = _MONITOR.fullmatch(stem_of(name))
    if match is None:
        return None
    return NameParts(
        prefix=match["prefix"].lower(),
        first=match["first"],
        second=match["second"],
        local_time=f"{match['day']}T{match['time']}",
        uniqueid=match["uniqueid"],
    )


def call_ids_in(name: str) -> tuple[str, ...]:
    """The call ids that a recording's name may stand for, likeliest first."""
    parts, stem = parse_name(name), stem_of(name)
    found = [parts.uniqueid] if parts else []
    if _UNIQUEID.fullmatch(stem):
        found.append(stem)
    return tuple(found)


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
