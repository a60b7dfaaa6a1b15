"""Canonical JSON: one byte sequence for one meaning, and the id made from it."""

from __future__ import annotations

import hashlib
import json

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]


def canonical_bytes(value: JsonValue) -> bytes:
    """Sorted keys, UTF-8, no spaces, no decimals, nothing empty."""
    return json.dumps(
        _without_empty(value),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()


def policy_id_of(canonical: bytes) -> str:
    """The policy id of canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical).hexdigest()


def _without_empty(value: JsonValue) -> JsonValue:
    # An absent list and an empty one mean the same, so they must give the same id; this also
    # lets a later version add optional keys without changing the ids of older policies.
    if isinstance(value, dict):
        inner = {key: _without_empty(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in (None, [], {})}
    if isinstance(value, list):
        return [_without_empty(each) for each in value]
    return value
