"""The intake envelope: a closed world whose errors name the place and never the person."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings, strategies as st

from build.intake import envelope, envelope_json
from callward.intake.envelope import LARGEST_ENVELOPE, Envelope, parse_envelope
from callward.intake.errors import MalformedEnvelopeError


def test_an_envelope_survives_the_way_to_the_wire_and_back():
    told = parse_envelope(envelope_json())

    assert parse_envelope(told.as_json()) == told


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"schema": "callward.intake/2"}, "schema"),
        ({"started_at": "2026-03-12T10:15:22"}, "started_at"),
        ({"started_at": 1773303322}, "started_at"),
        ({"started_at": "2026-03-12T10:16:22+02:00"}, "times"),
        ({"ended_at": "9999-12-31T23:59:59Z"}, "times"),
        ({"parties": [{"role": "caller", "number": "0712 345"}]}, "parties.0.number"),
        ({"parties": [{"role": "king"}]}, "parties.0.role"),
        ({"parties": [{"role": "caller"}] * 17}, "parties"),
        ({"talk_seconds": -1}, "talk_seconds"),
        ({"talk_seconds": "3"}, "talk_seconds"),
        ({"recording_id": "../../etc/passwd\n"}, "recording_id"),
        ({"media": {"seconds": float("1e300")}}, "media.seconds"),
        ({"media": {"sha256": "ff"}}, "media.sha256"),
        ({"consent": {"basis": "perhaps"}}, "consent.basis"),
        ({"direction": "sideways"}, "direction"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(changes, where):
    with pytest.raises(MalformedEnvelopeError) as caught:
        parse_envelope(envelope_json(**changes))

    assert caught.value.facts["where"] == where


def test_an_invented_key_is_refused_and_not_repeated():
    with pytest.raises(MalformedEnvelopeError) as caught:
        parse_envelope(envelope_json(MaraExemplu="x"))

    assert "Mara" not in str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b" " * (LARGEST_ENVELOPE + 1),
        b'{"schema": NaN}',
    ],
    ids=range(8),
)
def test_garbage_is_one_error(raw):
    with pytest.raises(MalformedEnvelopeError):
        parse_envelope(raw)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(envelope())),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        min_size=1,
    )
)
def test_any_values_are_answered_with_an_envelope_or_one_error(changes):
    raw = json.dumps(envelope() | changes).encode()

    with contextlib.suppress(MalformedEnvelopeError):
        assert isinstance(parse_envelope(raw), Envelope)
