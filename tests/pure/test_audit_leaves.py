"""Nothing about a person gets into an entry of the audit (D-04)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, StrEnum

import pytest

from callward.audit import leaves
from callward.audit.errors import AuditFactError
from callward.kernel.actors import carrier_actor, system_actor, user_actor
from callward.kernel.references import parse_ref


class Purpose(StrEnum):
    COMPLAINTS = "complaints"


class Level(Enum):
    HIGH = 3


REF = parse_ref("01995c00-0000-7000-8000-00000000000a")  # fixed: it stands in the names of tests
pytestmark = pytest.mark.req("D-04")


@pytest.mark.parametrize(
    "value",
    [
        REF,
        str(REF),
        Purpose.COMPLAINTS,
        Level.HIGH,
        "call-review",
        "recordings.playback.begun",
        "sha256:" + "0" * 64,
        "2026-09-29",
        "2026-09-29T00:00:00Z",
        date(2026, 9, 29),
        datetime(2026, 9, 29, tzinfo=UTC),
        "P6M",
        "PT15M",
        f"c/{REF}/call-recording/2026-09-29",
        "A6-1-f",
        "RO",
        "1.2",
        0,
        -3,
        9_999_999,
    ],
)
def test_references_codes_counts_and_dates_may_stand_in_the_audit(value):
    assert leaves.facts_text({"fact": value}).startswith('{"fact":')


@pytest.mark.parametrize(
    "value",
    [
        "Mara",
        "mara popescu",
        "Петрова",
        "mara@example.test",
        "+442079460000",
        "442079460000",
        "020-7946-0000",
        "call-442079460000",
        "tel:4420.7946.0000",
        442079460000,
        "10 Downing Street",
        "192.0.2.17",
        "2001:db8::1",
        "/var/spool/call.mp3",
        "spool/call.mp3",
        "c:\\calls",
        "line\nbreak",
        "",
        "x" * 65,
        1.5,
        None,
        b"bytes",
        ["list"],
    ],
)
def test_whatever_looks_like_a_person_number_address_or_path_is_refused(value):
    with pytest.raises(AuditFactError) as refusal:
        leaves.facts_text({"fact": value})
    assert str(value) not in str(refusal.value) or str(value) == ""


def test_a_measure_may_be_large():
    assert leaves.facts_text({"residue_bytes": 10**12}) == '{"residue_bytes":1000000000000}'


def test_facts_are_written_in_one_form_only():
    assert leaves.facts_text({"b": 1, "a": "x"}) == leaves.facts_text({"a": "x", "b": 1})
    assert leaves.facts_text({}) == "{}"


def test_an_actor_is_named_by_reference_only():
    assert leaves.actor_text(user_actor(REF)) == f"user:{REF}"
    assert leaves.actor_text(system_actor("retention.disposal")) == "system:retention.disposal"
    with pytest.raises(AuditFactError):
        leaves.actor_text(carrier_actor("+442079460000"))


def test_an_item_is_a_reference_or_nothing():
    assert leaves.item_text(None) == "-"
    assert leaves.item_text(REF) == str(REF)
    with pytest.raises(AuditFactError):
        leaves.item_text("mara")


def test_instants_are_written_in_utc_to_the_microsecond():
    summer = timezone(timedelta(hours=3))
    assert (
        leaves.instant_text(datetime(2026, 3, 29, 4, 0, tzinfo=summer))
        == "2026-03-29T01:00:00.000000Z"
    )
    with pytest.raises(AuditFactError):
        leaves.instant_text(datetime(2026, 3, 29, 4, 0))  # noqa: DTZ001  # the refused thing


def test_a_commitment_tells_nothing_without_its_salt():
    salt = b"s" * 32
    first = leaves.commitment("2026/17", name="case", salt=salt)
    assert first == leaves.commitment("2026/17", name="case", salt=salt)
    assert first != leaves.commitment("2026/18", name="case", salt=salt)
    assert first != leaves.commitment("2026/17", name="case", salt=b"t" * 32)
    assert leaves.facts_text({"case": first})
