"""An object is sealed while it grows; cut short, its whole segments open, and it says so."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings, strategies as st

from build.sealed import seal_bytes
from build.tink_oracle import tink_opens
from callward.sealing.errors import (
    NotSealedError,
    SealTruncatedError,
    WrongContextError,
    WrongKeyError,
)
from callward.sealing.header import HEADER_SIZE
from callward.sealing.stream import TAG_SIZE, TINK_HEADER_SIZE, SealedReader
from callward.sealing.unfinished_objects import GrowingSealer, UnfinishedReader

KEY = bytes(range(32))
CONTEXT = b"spool 1"
SEGMENT = 256
BEGINNING = HEADER_SIZE + TINK_HEADER_SIZE
FIRST = SEGMENT - TAG_SIZE - TINK_HEADER_SIZE
NEXT = SEGMENT - TAG_SIZE


def grown(*pieces: bytes, ended: bool = True) -> bytes:
    sealer = GrowingSealer(key=KEY, context=CONTEXT, segment=SEGMENT)
    sealed = sealer.beginning + b"".join(sealer.add(piece) for piece in pieces)
    return sealed + sealer.end() if ended else sealed


def unfinished(sealed: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> UnfinishedReader:
    return UnfinishedReader(
        lambda start, length: sealed[start : start + length], len(sealed), key, context
    )


def finished(sealed: bytes) -> SealedReader:
    return SealedReader(
        lambda start, length: sealed[start : start + length], len(sealed), KEY, CONTEXT
    )


@given(pieces=st.lists(st.binary(max_size=700), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_grown_object_opens_as_any_other(pieces):
    sealed, plain = grown(*pieces), b"".join(pieces)
    assert b"".join(finished(sealed).chunks()) == plain
    finished(sealed).require_end()
    reader = unfinished(sealed)
    assert b"".join(reader.chunks()) == plain
    assert (reader.whole, reader.left_over) == (True, 0)


@pytest.mark.parametrize("size", [1, FIRST - 1, FIRST + 1, FIRST + NEXT + 1, 3000])
def test_tink_opens_a_grown_object(size):
    plain = os.urandom(size)
    sealed = grown(plain[: size // 2], plain[size // 2 :])
    bound = sealed[:HEADER_SIZE] + CONTEXT
    assert tink_opens(sealed[HEADER_SIZE:], key=KEY, bound=bound, segment=SEGMENT) == plain


def test_a_segment_is_sealed_at_once_when_it_is_full():
    sealer = GrowingSealer(key=KEY, context=CONTEXT, segment=SEGMENT)
    assert sealer.missing == FIRST
    assert sealer.add(bytes(FIRST - 1)) == b""
    assert (sealer.waiting, sealer.missing) == (FIRST - 1, 1)
    assert len(sealer.add(b"x")) == FIRST + TAG_SIZE
    assert (sealer.waiting, sealer.missing) == (0, NEXT)


def test_nothing_is_added_behind_the_end():
    sealer = GrowingSealer(key=KEY, context=CONTEXT, segment=SEGMENT)
    sealer.end()
    with pytest.raises(ValueError, match="1"):
        sealer.add(b"more")
    with pytest.raises(ValueError, match="1"):
        sealer.end()


@pytest.mark.crash
@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_cut_at_a_segment_boundary_the_finished_reader_refuses_and_salvage_says_not_whole(kept):
    plain = os.urandom(FIRST + 3 * NEXT + 10)
    sealed = grown(plain)[: HEADER_SIZE + max(kept * SEGMENT, TINK_HEADER_SIZE)]
    reader = None
    if kept:
        with pytest.raises(SealTruncatedError):
            finished(sealed).require_end()
        reader = unfinished(sealed)
        opened = b"".join(reader.chunks())
        assert opened == plain[: FIRST + (kept - 1) * NEXT]
        assert (reader.whole, reader.left_over) == (False, 0)
    else:
        with pytest.raises(SealTruncatedError):
            unfinished(sealed)


@given(cut=st.integers(BEGINNING + TAG_SIZE, BEGINNING + 1000))
@settings(max_examples=100, deadline=None)
def test_cut_anywhere_only_whole_segments_open(cut):
    plain = bytes(range(250)) * 5
    sealed = grown(plain, ended=False)[:cut]
    reader = unfinished(sealed)
    opened = b"".join(reader.chunks())
    assert plain.startswith(opened)
    assert len(opened) == max(0, (cut - HEADER_SIZE) // SEGMENT * NEXT - TINK_HEADER_SIZE)
    assert not reader.whole
    assert reader.left_over < SEGMENT


def test_an_altered_segment_ends_the_salvage_and_counts_as_damage():
    sealed = bytearray(grown(os.urandom(FIRST + 3 * NEXT), ended=False))
    sealed[HEADER_SIZE + SEGMENT + 5] ^= 1
    reader = unfinished(bytes(sealed))
    assert len(b"".join(reader.chunks())) == FIRST
    assert reader.left_over == 3 * SEGMENT


def test_segments_in_another_order_do_not_open():
    sealed = grown(os.urandom(FIRST + 2 * NEXT), ended=False)
    start = HEADER_SIZE + SEGMENT
    swapped = sealed[:start] + sealed[start + SEGMENT :] + sealed[start : start + SEGMENT]
    reader = unfinished(swapped)
    assert len(b"".join(reader.chunks())) == FIRST


def test_bytes_behind_the_end_are_counted_and_not_read():
    reader = unfinished(grown(b"x" * FIRST, b"y" * 20) + bytes(300))
    assert list(reader.chunks()) == [b"x" * FIRST]
    assert not reader.whole
    assert reader.left_over > 300


def test_foreign_keys_contexts_and_bytes_are_refused_by_name():
    sealed = grown(b"audio")
    with pytest.raises(WrongKeyError):
        unfinished(sealed, key=bytes(32))
    with pytest.raises(WrongContextError):
        unfinished(sealed, context=b"spool 2")
    with pytest.raises(NotSealedError):
        unfinished(bytes(200))
    broken = bytearray(seal_bytes(b"audio", key=KEY, context=CONTEXT))
    broken[HEADER_SIZE] = 7
    with pytest.raises(NotSealedError):
        unfinished(bytes(broken))
