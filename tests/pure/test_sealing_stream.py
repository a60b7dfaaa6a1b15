"""The sealed format opens any range and refuses by name whatever is not what was sealed."""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import given, settings, strategies as st

from build.sealed import seal_bytes
from build.tink_oracle import tink_opens, tink_seals
from callward.sealing.errors import (
    KeyMalformedError,
    NotSealedError,
    SealBrokenError,
    SealDamagedError,
    SealExtendedError,
    SealReorderedError,
    SealTruncatedError,
    UnknownSuiteError,
    WrongContextError,
    WrongKeyError,
)
from callward.sealing.header import HEADER_SIZE, make_header
from callward.sealing.stream import (
    TAG_SIZE,
    TINK_HEADER_SIZE,
    SealedReader,
    Sealer,
    new_key,
    seal_stream,
    sealed_size,
)

KEY = bytes(range(32))
CONTEXT = b"recording 1, audio"
SEGMENT = 4096
FIRST = SEGMENT - TAG_SIZE - TINK_HEADER_SIZE
SIZES = (0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + SEGMENT - TAG_SIZE, 5 * SEGMENT, 40_000)


def reader(sealed: bytes, *, key: bytes = KEY, context: bytes = CONTEXT, expected=None):
    return SealedReader(
        lambda start, length: sealed[start : start + length],
        len(sealed),
        key,
        context,
        expected_size=expected,
    )


def sealed_segments(count: int = 5) -> tuple[bytes, list[bytes]]:
    plain = os.urandom(FIRST + (count - 1) * (SEGMENT - TAG_SIZE))
    sealed = seal_bytes(plain, key=KEY, context=CONTEXT, segment=SEGMENT)
    begin = HEADER_SIZE + TINK_HEADER_SIZE
    cuts = [begin, *(HEADER_SIZE + SEGMENT * place for place in range(1, count + 1))]
    return sealed[:begin], [sealed[a:b] for a, b in itertools.pairwise(cuts)]


@pytest.mark.parametrize("size", SIZES)
def test_tink_opens_what_we_seal(size):
    plain = os.urandom(size)
    sealed = seal_bytes(plain, key=KEY, context=CONTEXT, segment=SEGMENT)
    bound = sealed[:HEADER_SIZE] + CONTEXT
    assert tink_opens(sealed[HEADER_SIZE:], key=KEY, bound=bound, segment=SEGMENT) == plain


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_tink_seals(size):
    plain = os.urandom(size)
    header = make_header(key=KEY, context=CONTEXT, segment=SEGMENT)
    theirs = tink_seals(plain, key=KEY, bound=header + CONTEXT, segment=SEGMENT)
    assert reader(header + theirs).read(0, size) == plain


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000])
def test_tink_opens_segments_of_the_usual_size(size):
    plain = os.urandom(size)
    sealed = b"".join(seal_stream([plain], key=KEY, context=CONTEXT))
    bound = sealed[:HEADER_SIZE] + CONTEXT
    assert tink_opens(sealed[HEADER_SIZE:], key=KEY, bound=bound, segment=65_536) == plain


@given(
    plain=st.binary(max_size=3000),
    start=st.integers(-10, 3100),
    length=st.integers(-10, 3100),
)
@settings(max_examples=200, deadline=None)
def test_every_range_opens_to_what_a_file_would_give(plain, start, length):
    sealed = seal_bytes(plain, key=KEY, context=CONTEXT, segment=256)
    begin = max(start, 0)
    assert reader(sealed).read(start, length) == plain[begin : begin + max(length, 0)]


@given(chunks=st.lists(st.binary(max_size=700), max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_stream_seals_to_the_same_plain_however_it_is_cut(chunks):
    plain = b"".join(chunks)
    sealed = b"".join(seal_stream(chunks, key=KEY, context=CONTEXT, segment=256))
    assert len(sealed) == sealed_size(len(plain), segment=256)
    assert b"".join(reader(sealed).chunks(segments=2)) == plain
    assert reader(sealed).plain_size == len(plain)


def test_a_sealer_is_used_again_for_longer_and_shorter_contents():
    sealer = Sealer()
    for plain in (b"short", os.urandom(300_000), b"again"):
        sealed = bytes(sealer.seal(plain, key=KEY, context=CONTEXT))
        assert reader(sealed).read(0, len(plain)) == plain


def test_a_range_fetches_its_own_segments_only():
    sealed = seal_bytes(bytes(1_000_000), key=KEY, context=CONTEXT)
    fetched = []

    def fetch(start: int, length: int) -> bytes:
        fetched.append(length)
        return sealed[start : start + length]

    SealedReader(fetch, len(sealed), KEY, CONTEXT).read(500_000, 100)
    assert sum(fetched) <= HEADER_SIZE + TINK_HEADER_SIZE + 2 * 65_536


def test_matches_says_whether_the_whole_is_the_same():
    plain = os.urandom(20_000)
    sealed = seal_bytes(plain, key=KEY, context=CONTEXT, segment=SEGMENT)
    assert reader(sealed).matches(plain)
    assert not reader(sealed).matches(plain[:-1])
    assert not reader(sealed).matches(plain[:-1] + bytes([plain[-1] ^ 1]))


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_every_flipped_bit_is_refused(place, bit):
    sealed = bytearray(seal_bytes(b"spoken " * 200, key=KEY, context=CONTEXT, segment=256))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBrokenError):
        reader(bytes(sealed)).read(0, 1400)


def test_a_flipped_bit_in_a_segment_is_named_damage():
    sealed = bytearray(seal_bytes(bytes(20_000), key=KEY, context=CONTEXT, segment=SEGMENT))
    sealed[HEADER_SIZE + SEGMENT + 5] ^= 1
    with pytest.raises(SealDamagedError) as refused:
        reader(bytes(sealed)).read(0, 20_000)
    assert type(refused.value) is SealDamagedError
    assert refused.value.facts["segment"] == 1


def test_an_object_cut_at_a_segment_boundary_is_refused_as_truncated():
    beginning, segments = sealed_segments()
    with pytest.raises(SealTruncatedError):
        reader(beginning + b"".join(segments[:-1])).read(3 * SEGMENT, SEGMENT)


def test_an_object_cut_anywhere_is_refused_as_truncated_where_its_size_is_known():
    sealed = seal_bytes(bytes(10_000), key=KEY, context=CONTEXT, segment=SEGMENT)
    for cut in (0, 10, HEADER_SIZE, HEADER_SIZE + TINK_HEADER_SIZE, 5000, len(sealed) - 1):
        with pytest.raises(SealTruncatedError):
            reader(sealed[:cut], expected=len(sealed))


def test_an_object_cut_inside_a_segment_is_refused_also_where_its_size_is_unknown():
    sealed = seal_bytes(bytes(10_000), key=KEY, context=CONTEXT, segment=SEGMENT)
    for cut in range(HEADER_SIZE + 1, len(sealed), 97):
        with pytest.raises((SealTruncatedError, SealDamagedError)):
            reader(sealed[:cut]).read(0, 10_000)


def test_a_last_segment_shorter_than_its_tag_is_truncated():
    beginning, segments = sealed_segments(2)
    with pytest.raises(SealTruncatedError):
        reader(beginning + segments[0] + segments[1][:7])


def test_foreign_bytes_behind_the_end_are_refused():
    beginning, segments = sealed_segments()
    sealed = beginning + b"".join(segments)
    with pytest.raises(SealExtendedError):
        reader(sealed + b"x", expected=len(sealed))
    with pytest.raises(SealExtendedError):
        reader(sealed + bytes(100)).read(4 * SEGMENT, SEGMENT)


def test_reordered_segments_are_refused_by_name():
    beginning, segments = sealed_segments()
    segments[1], segments[2] = segments[2], segments[1]
    with pytest.raises(SealReorderedError):
        reader(beginning + b"".join(segments)).read(0, 4 * SEGMENT)


def test_a_store_that_returns_too_little_is_refused():
    sealed = seal_bytes(bytes(10_000), key=KEY, context=CONTEXT, segment=SEGMENT)
    opened = SealedReader(
        lambda start, length: sealed[start : start + min(length, 72)], len(sealed), KEY, CONTEXT
    )
    with pytest.raises(SealTruncatedError):
        opened.read(0, 10_000)


def test_another_context_is_refused_by_name():
    sealed = seal_bytes(b"words", key=KEY, context=CONTEXT)
    with pytest.raises(WrongContextError):
        reader(sealed, context=b"recording 2, audio")


def test_another_key_is_refused_by_name():
    sealed = seal_bytes(b"words", key=KEY, context=CONTEXT)
    with pytest.raises(WrongKeyError):
        reader(sealed, key=new_key())


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size):
    with pytest.raises(KeyMalformedError):
        seal_bytes(b"words", key=bytes(size), context=CONTEXT)


def test_what_was_never_sealed_is_refused():
    with pytest.raises(NotSealedError):
        reader(b"ID3" + bytes(500))


def test_a_foreign_tink_header_length_is_refused():
    sealed = bytearray(seal_bytes(b"words", key=KEY, context=CONTEXT))
    sealed[HEADER_SIZE] = 24
    with pytest.raises(NotSealedError):
        reader(bytes(sealed))


@pytest.mark.parametrize("place", [4, 5])
def test_a_format_or_suite_of_the_future_is_refused_by_name(place):
    sealed = bytearray(seal_bytes(b"words", key=KEY, context=CONTEXT))
    sealed[place] = 9
    with pytest.raises(UnknownSuiteError):
        reader(bytes(sealed))


@pytest.mark.parametrize("segment", [100, 128, 4097, 1 << 25])
def test_a_segment_size_that_the_header_cannot_say_is_refused(segment):
    with pytest.raises(UnknownSuiteError):
        seal_bytes(b"words", key=KEY, context=CONTEXT, segment=segment)


def test_two_seals_of_the_same_words_have_nothing_in_common():
    one, other = (seal_bytes(b"words", key=KEY, context=CONTEXT) for _ in range(2))
    assert one[HEADER_SIZE:] != other[HEADER_SIZE:]
    assert b"words" not in one


def test_the_end_of_an_object_is_known_without_reading_the_rest():
    beginning, segments = sealed_segments()
    reader(beginning + b"".join(segments)).require_end()
    with pytest.raises(SealTruncatedError):
        reader(beginning + b"".join(segments[:-1])).require_end()
    with pytest.raises(SealExtendedError):
        reader(beginning + b"".join(segments) + bytes(20)).read(4 * SEGMENT, SEGMENT)
