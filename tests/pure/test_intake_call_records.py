"""Carriers' call records: read whatever the order of columns, and never a traceback."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from callward.calls.states import CallDirection, Disposition, PartyRole
from callward.intake.cdr import LARGEST_CDR, CdrCall, CdrFault, CdrRules, read_cdr

VECTORS = Path(__file__).parents[1] / "vectors" / "cdr"
LINE, MARA, PETRAS = "+442079460101", "+442079460777", "+12025550143"
RULES = CdrRules(zone=ZoneInfo("Europe/Bucharest"), region="RO", own=frozenset({LINE}))
ROW = (VECTORS / "asterisk-master.csv").read_text().splitlines()[0]
NAMES = (
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end "
    "duration billsec disposition amaflags uniqueid userfield"
)


def read(raw):
    return list(read_cdr(raw if isinstance(raw, bytes) else raw.encode(), RULES))


def vector(name):
    return read((VECTORS / name).read_bytes())


def test_asterisk_tells_who_rang_whom_and_for_how_long():
    inbound, outbound, internal, missed = vector("asterisk-master.csv")

    assert [each.envelope.direction for each in (inbound, outbound, internal)] == [
        CallDirection.IN,
        CallDirection.OUT,
        CallDirection.INTERNAL,
    ]
    assert inbound.envelope.started_at == datetime(2026, 3, 12, 8, 15, 22, tzinfo=UTC)
    assert inbound.envelope.answered_at == datetime(2026, 3, 12, 8, 15, 25, tzinfo=UTC)
    assert inbound.envelope.talk_seconds == 60
    assert (inbound.envelope.agent, outbound.envelope.agent) == ("101", "102")
    (caller, _) = inbound.envelope.parties
    assert (caller.role, caller.number, caller.name) == (PartyRole.CALLER, MARA, "Mara Exemplu")
    assert outbound.envelope.parties[0].number == PETRAS
    assert [each.answered for each in (inbound, missed)] == [True, False]
    assert missed.envelope.disposition is Disposition.NO_ANSWER


def test_freepbx_names_its_columns_in_an_order_of_its_own():
    (call,) = vector("freepbx-header.csv")

    assert call.envelope.did == LINE
    assert call.envelope.queue == "programari"
    assert call.recording_file.endswith("1773303322.1.wav")


def test_a_repeated_local_hour_is_the_earlier_one_and_the_call_still_ends_after_it_starts():
    (call,) = vector("repeated-hour.csv")

    assert call.envelope.started_at == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert call.envelope.ended_at == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("order", [1, 5, 11])
def test_columns_may_stand_in_any_order_under_a_header(order):
    names = NAMES.split()
    values = [value.strip('"') for value in ROW.replace('""Mara Exemplu""', "Mara").split('","')]
    turned = [names[order:] + names[:order], values[order:] + values[:order]]
    (call,) = read("\n".join(",".join(row) for row in turned))

    assert call.envelope.source_call_id == "1773303322.1"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("garbage", "columns"),
        ('"unclosed', "columns"),
        (ROW.replace("1773303322.1", ""), "no-id"),
        (ROW.replace("1773303322.1", "a b"), "no-id"),
        (ROW.replace("2026-03-12 10:15:22", "yesterday"), "columns"),
        (ROW.replace("2026-03-12 10:15:22", "0001-01-01 00:00:00"), "time"),
        (ROW.replace("2026-03-12 10:15:22", "2026-02-30 10:15:22"), "time"),
        (ROW.replace('"63"', '"-1"'), "duration"),
        (ROW.replace('"60"', '"1e9"'), "billsec"),
        (ROW.replace('"63"', '"99999999"'), "duration"),
        (ROW + "," + ",".join(["x"] * 40), "columns"),
        ("x" * 20_000, "too-long"),
    ],
)
def test_a_line_that_cannot_be_read_is_one_fault_and_the_next_call_is_read(line, kind):
    fault, call = read(f"{line}\n{ROW}")

    assert isinstance(call, CdrCall)
    assert isinstance(fault, CdrFault)
    assert (fault.line, fault.kind) == (1, kind) or kind == "columns"


def test_a_fault_never_repeats_the_line():
    (fault,) = read(ROW.replace('"63"', '"Mara"'))

    assert "Mara" not in repr(fault)


def test_a_file_beyond_every_reason_is_refused_whole():
    assert read(bytes(LARGEST_CDR + 1)) == [CdrFault(line=0, kind="too-long")]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_garbage_is_answered_with_faults_alone(raw):
    assert all(isinstance(each, CdrCall | CdrFault) for each in read(raw))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=18, max_size=18))
def test_any_words_in_the_columns_are_answered_with_a_call_or_a_fault(values):
    header = NAMES.replace(" ", ",")
    row = ",".join('"' + value.replace('"', '""') + '"' for value in values)

    assert all(isinstance(each, CdrCall | CdrFault) for each in read(f"{header}\n{row}"))
