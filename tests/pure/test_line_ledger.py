"""The ledger of a call: nothing after its end, and no line that can be changed unseen."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings, strategies as st

from callward.line.call_ledger import LedgerBook, verify
from callward.line.errors import LedgerShutError, LedgerTamperedError
from callward.line.states import Entry, EvidenceKind, RecordingFate

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def written(*, end: bool = True) -> LedgerBook:
    book = LedgerBook()
    book.add(Entry.CALL_BEGUN, at=AT, call="c1", direction="in")
    book.add(Entry.ANNOUNCEMENT_ENDED, at=AT, announcement="ab" * 32, frames=120, complete=True)
    book.add(Entry.DIGIT, at=AT, digit="1")
    book.add(Entry.AGREED, at=AT, evidence="digit", by="1")
    book.add(Entry.OPENED, at=AT, evidence="digit", announcement="ab" * 32)
    if end:
        book.add(Entry.SHUT, at=AT, fate="stored", why="bye-from-peer")
    return book


@pytest.mark.req("S-02")
def test_a_ledger_reads_back_with_its_evidence_and_its_fate():
    ledger = verify(written().as_bytes(), call="c1", head=written().head)
    assert ledger.fate is RecordingFate.STORED
    assert ledger.evidence is EvidenceKind.DIGIT
    assert ledger.finished
    assert not ledger.refused


@pytest.mark.req("S-04")
@pytest.mark.parametrize("entry", list(Entry))
def test_nothing_follows_the_end_of_a_ledger(entry):
    book = written()
    with pytest.raises(LedgerShutError):
        book.add(entry, at=AT, fate="stored")
    assert book.as_bytes() == written().as_bytes()


def test_a_crash_leaves_a_ledger_without_end_that_says_so():
    ledger = verify(written(end=False).as_bytes())
    assert not ledger.finished
    assert ledger.fate is RecordingFate.DEGRADED


def test_a_refusal_before_a_crash_is_still_a_refusal():
    book = written(end=False)
    book.add(Entry.REFUSED, at=AT, by="digit")
    assert verify(book.as_bytes()).fate is RecordingFate.REFUSED


@settings(deadline=None)
@given(at=st.integers(min_value=0), to=st.integers(0, 255))
def test_no_byte_of_a_ledger_can_be_changed_unseen(at, to):
    raw = bytearray(written().as_bytes())
    place = at % len(raw)
    if raw[place] == to:
        return
    raw[place] = to
    with pytest.raises(LedgerTamperedError):
        verify(bytes(raw), head=written().head)


@pytest.mark.parametrize("gone", range(6))
def test_no_line_can_be_taken_out(gone):
    lines = written().as_bytes().splitlines(keepends=True)
    with pytest.raises(LedgerTamperedError):
        verify(b"".join(lines[:gone] + lines[gone + 1 :]), head=written().head)


def test_lines_cannot_change_places():
    lines = written().as_bytes().splitlines(keepends=True)
    lines[2], lines[3] = lines[3], lines[2]
    with pytest.raises(LedgerTamperedError) as refused:
        verify(b"".join(lines))
    assert refused.value.facts == {"line": 3, "why": "chain"}


def test_a_ledger_of_another_call_is_refused():
    with pytest.raises(LedgerTamperedError):
        verify(written().as_bytes(), call="c2")


def test_a_ledger_written_anew_as_a_whole_is_refused_by_the_head_in_the_envelope():
    head = written().head
    other = LedgerBook()
    other.add(Entry.CALL_BEGUN, at=AT, call="c1", direction="in")
    other.add(Entry.SHUT, at=AT, fate="absent", why="bye-from-peer")
    with pytest.raises(LedgerTamperedError):
        verify(other.as_bytes(), head=head)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([(Entry.DIGIT, {})], "begin"),
        ([(Entry.CALL_BEGUN, {}), (Entry.CALL_BEGUN, {})], "begin"),
        (
            [(Entry.CALL_BEGUN, {}), (Entry.OPENED, {"evidence": "digit"})],
            "opened-without-evidence",
        ),
        (
            [
                (Entry.CALL_BEGUN, {}),
                (Entry.ANNOUNCEMENT_ENDED, {"complete": True}),
                (Entry.AGREED, {}),
                (Entry.REFUSED, {}),
                (Entry.OPENED, {"evidence": "digit"}),
            ],
            "opened-after-refusal",
        ),
        ([(Entry.CALL_BEGUN, {}), (Entry.SHUT, {"fate": "lost"})], "fate"),
    ],
)
def test_an_order_that_no_honest_call_has_is_refused(entries, why):
    book = LedgerBook()
    for entry, facts in entries:
        book.add(entry, at=AT, **facts)
    with pytest.raises(LedgerTamperedError) as refused:
        verify(book.as_bytes())
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize("raw", [b"", b"{}\n", b"[]\n", b"null\n", b"\xff\n", b"[" * 5000 + b"\n"])
def test_what_is_no_ledger_is_refused_by_name(raw):
    with pytest.raises(LedgerTamperedError):
        verify(raw)


@pytest.mark.parametrize("fact", ["+442079460123", "Mara Petrova", "mara@shop.example"])
def test_a_ledger_takes_no_person(fact):
    with pytest.raises(ValueError, match=r"^$"):
        LedgerBook().add(Entry.CLICKED, at=AT, by=fact)


def test_each_line_is_given_on_at_once_with_those_before():
    book, taken = written(end=False), []
    book.follow(taken.append)
    book.add(Entry.SHUT, at=AT, fate="stored", why="bye-from-peer")
    assert b"".join(line + b"\n" for line in taken) == book.as_bytes()
    assert json.loads(taken[-1])["entry"] == "shut"
