"""What was ever sealed by a released version is opened by every later one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build.tink_oracle import tink_opens
from callward.sealing import secret, wrap
from callward.sealing.header import HEADER_SIZE, read_header
from callward.sealing.stream import SealedReader

HERE = Path(__file__).parent / "sealed"
NAMES = sorted(path.stem for path in HERE.glob("*.sealed"))


def vector(name: str):
    return (HERE / f"{name}.sealed").read_bytes(), json.loads((HERE / f"{name}.json").read_text())


def test_the_frozen_objects_are_here():
    assert NAMES == ["v1-64k-empty", "v1-64k-long", "v1-spool-4k"]


@pytest.mark.parametrize("name", NAMES)
def test_a_frozen_object_opens_with_its_key(name):
    sealed, facts = vector(name)
    key, context = bytes.fromhex(facts["key"]), bytes.fromhex(facts["context"])
    plain = bytes(place * 31 % 251 for place in range(facts["size"]))
    reader = SealedReader(lambda at, size: sealed[at : at + size], len(sealed), key, context)
    assert b"".join(reader.chunks()) == plain
    assert reader.read(facts["size"] // 2, 100) == plain[facts["size"] // 2 :][:100]


@pytest.mark.parametrize("name", NAMES)
def test_tink_opens_a_frozen_object(name):
    sealed, facts = vector(name)
    key, context = bytes.fromhex(facts["key"]), bytes.fromhex(facts["context"])
    header = read_header(sealed[:HEADER_SIZE], key=key, context=context)
    plain = tink_opens(
        sealed[HEADER_SIZE:], key=key, bound=header.whole + context, segment=header.segment
    )
    assert plain == bytes(place * 31 % 251 for place in range(facts["size"]))


@pytest.mark.parametrize("name", NAMES)
def test_a_frozen_wrap_and_a_frozen_secret_open(name):
    _sealed, facts = vector(name)
    key, context = bytes.fromhex(facts["key"]), bytes.fromhex(facts["context"])
    private = bytes.fromhex(facts["epoch_private"])
    assert wrap.unwrap(bytes.fromhex(facts["wrapped"]), private, context) == key
    assert secret.open_secret(bytes.fromhex(facts["secret"]), key, context) == b"a small secret"
