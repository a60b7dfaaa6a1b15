"""The consent gate: no frame without evidence, nothing after it is shut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from build.line import FakeWriter, Steady, evidence, rules
from callward.kernel.errors import CallwardError
from callward.line.call_ledger import LedgerBook, verify
from callward.line.consent_gate import SETTLES, ConsentGate
from callward.line.errors import EvidenceMissingError, NotNowError
from callward.line.states import Codec, Entry, EvidenceKind, GateState, Party, RecordingFate
from callward.policy.vocabulary import ConsentMode, Direction

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
FRAME = b"\xd5" * 160
NONE, KEY = ConsentMode.NONE, ConsentMode.KEYPRESS
SPOKEN, CONTINUED = ConsentMode.SPOKEN, ConsentMode.CONTINUED


class House:
    """A gate with its ledger, its spool and its clock."""

    def __init__(self, **about: object) -> None:
        self.steady, self.book = Steady(), LedgerBook()
        self.book.add(Entry.CALL_BEGUN, at=AT, call="c1")
        self.book.add(Entry.ANNOUNCEMENT_ENDED, at=AT, complete=True)
        self.book.add(Entry.AGREED, at=AT)
        self.writers: list[FakeWriter] = []
        self.gate = ConsentGate(
            rules=rules(**about), direction=Direction.IN, ledger=self.book, steady=self.steady
        )

    def begin(self, began: float) -> FakeWriter:
        self.writers.append(FakeWriter(began=began))
        return self.writers[-1]

    def open(self, given=None) -> None:
        self.gate.open(given or evidence(), at=AT, begin=self.begin)

    def speak(self, after: float = 0.0) -> None:
        self.gate.frame(Party.OUTER, Codec.PCMA, FRAME, self.steady.now + after)

    def end(self) -> bool:
        return self.gate.end(
            at=AT, why="bye-from-peer", disposition="answered", envelope=lambda: b"{}"
        )


@pytest.mark.req("D-10")
def test_a_spoken_yes_that_nobody_clicked_opens_nothing():
    house = House(mode=SPOKEN)
    with pytest.raises(EvidenceMissingError):
        house.open(evidence(kind=EvidenceKind.SPOKEN_AND_CLICKED, by=""))


@pytest.mark.parametrize("mode", [ConsentMode.PER_CHANNEL, ConsentMode.WRITTEN])
@pytest.mark.parametrize("kind", EvidenceKind)
def test_a_consent_that_no_call_can_show_opens_nothing(mode, kind):
    with pytest.raises(EvidenceMissingError):
        House(mode=mode).open(evidence(kind=kind))


@pytest.mark.req("X-02")
def test_what_is_said_before_the_gate_opens_never_reaches_the_spool():
    house = House()
    house.speak()
    house.open()
    house.speak(SETTLES - 0.001)  # spoken before the answer, arrived after it
    house.speak(SETTLES)
    assert [at for _, _, at in house.writers[0].frames] == [house.steady.now + SETTLES]
    assert house.gate.dropped == 2


@pytest.mark.req("S-02")
@pytest.mark.parametrize(
    ("mode", "kind", "opens"),
    [
        (KEY, EvidenceKind.DIGIT, True),
        (KEY, EvidenceKind.SPOKEN_AND_CLICKED, False),
        (KEY, EvidenceKind.ANNOUNCED_AND_CONTINUED, False),
        (KEY, EvidenceKind.NONE_NEEDED, False),
        (SPOKEN, EvidenceKind.DIGIT, True),
        (SPOKEN, EvidenceKind.SPOKEN_AND_CLICKED, True),
        (SPOKEN, EvidenceKind.NONE_NEEDED, False),
        (CONTINUED, EvidenceKind.ANNOUNCED_AND_CONTINUED, False),
        (NONE, EvidenceKind.NONE_NEEDED, True),
        (NONE, EvidenceKind.ANNOUNCED_AND_CONTINUED, False),
        (ConsentMode.WRITTEN, EvidenceKind.DIGIT, False),
        (ConsentMode.PER_CHANNEL, EvidenceKind.NONE_NEEDED, False),
    ],
)
def test_only_the_evidence_that_the_policy_asks_for_opens(mode, kind, opens):
    house = House(mode=mode)
    if opens:
        house.open(evidence(kind))
        assert house.gate.state is GateState.OPEN
        return
    with pytest.raises(EvidenceMissingError):
        house.open(evidence(kind))
    assert (house.gate.state, house.writers) == (GateState.CLOSED, [])
    assert not house.book.has(Entry.OPENED)


@pytest.mark.req("K-02")
@pytest.mark.parametrize(
    "changes", [{"complete": False}, {"announcement": ""}, {"by": "9"}, {"by": ""}]
)
def test_a_yes_without_the_whole_announcement_or_the_right_key_opens_nothing(changes):
    house = House()
    with pytest.raises(EvidenceMissingError):
        house.open(evidence(**changes))
    assert house.writers == []


@pytest.mark.req("S-02")
@pytest.mark.parametrize(
    ("until", "opens"),
    [(None, False), (date(2026, 3, 28), False), (date(2026, 3, 29), True)],
)
def test_going_on_counts_as_an_answer_only_under_a_waiver_that_still_runs(until, opens):
    house = House(mode=CONTINUED, continued_until=until)
    given = evidence(EvidenceKind.ANNOUNCED_AND_CONTINUED)
    if opens:
        house.open(given)
    else:
        with pytest.raises(EvidenceMissingError):
            house.open(given)
    assert len(house.writers) == opens


@pytest.mark.req("L-01")
def test_a_policy_that_rests_on_consent_never_records_without_an_answer():
    house = House(mode=NONE, rests_on_consent=True)
    with pytest.raises(EvidenceMissingError):
        house.open(evidence(EvidenceKind.NONE_NEEDED))


@pytest.mark.req("K-05")
def test_a_refusal_after_capture_leaves_nothing_and_never_opens_again():
    house = House()
    house.open()
    house.speak(1)
    house.gate.refuse(at=AT, by="digit")
    house.speak(2)
    assert house.writers[0].abandoned
    assert house.writers[0].frames == []
    with pytest.raises(NotNowError):
        house.open()
    assert house.end() is False
    assert verify(house.book.as_bytes()).fate is RecordingFate.REFUSED


@pytest.mark.req("K-05")
def test_no_other_gate_of_the_call_opens_after_a_refusal():
    house = House()
    house.book.add(Entry.REFUSED, at=AT, by="digit")
    with pytest.raises(EvidenceMissingError):
        house.open()
    assert house.writers == []


@pytest.mark.req("K-05")
def test_a_stopped_recording_keeps_what_was_agreed_to_and_takes_nothing_more():
    house = House()
    house.open()
    house.speak(1)
    house.gate.stop(at=AT, by="digit")
    house.speak(2)
    assert house.end() is True
    assert len(house.writers[0].frames) == 1
    assert verify(house.writers[0].finished[0]).fate is RecordingFate.STORED


@pytest.mark.req("K-33")
def test_a_pause_keeps_the_timeline_and_says_why():
    house = House()
    house.open()
    house.steady.now += 10
    house.gate.pause("card-payment", at=AT)
    house.speak(1)
    house.steady.now += 20
    house.gate.resume("card-payment", at=AT, by="timer")
    house.speak(0)  # spoken before the resumption settled
    house.speak(1)
    assert house.writers[0].gaps == [(110.0, 130.0 + SETTLES, "card-payment")]
    assert len(house.writers[0].frames) == 1


def test_two_reasons_to_pause_end_only_when_both_have_ended():
    house = House()
    house.open()
    house.gate.pause("card-payment", at=AT)
    house.gate.pause("hold", at=AT)
    house.gate.resume("card-payment", at=AT, by="ana")
    house.speak(5)
    assert house.gate.state is GateState.PAUSED
    house.gate.resume("hold", at=AT, by="ana")
    house.speak(5)
    assert len(house.writers[0].frames) == 1


def test_a_spool_that_cannot_begin_leaves_a_failed_recording_that_says_so():
    house = House()

    def full(began: float) -> FakeWriter:
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        house.gate.open(evidence(), at=AT, begin=full)
    assert house.end() is False
    assert verify(house.book.as_bytes()).fate is RecordingFate.FAILED


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order: no frame without evidence, none after shut."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(mode=SPOKEN)
        self.at, self.opened, self.barred = AT, False, False

    def _try(self, act) -> bool:
        self.at += timedelta(seconds=1)
        self.house.steady.now += 1
        try:
            act()
        except CallwardError:
            return False
        return True

    @rule(kind=st.sampled_from(EvidenceKind), complete=st.booleans())
    def opens(self, kind, complete):
        given = evidence(kind, complete=complete)
        allowed = kind in {EvidenceKind.DIGIT, EvidenceKind.SPOKEN_AND_CLICKED} and complete
        before = self.house.gate.state
        if self._try(lambda: self.house.open(given)):
            assert allowed
            assert before is GateState.CLOSED
            self.opened = True

    @rule(label=st.sampled_from(["card-payment", "hold"]))
    def pauses(self, label):
        self._try(lambda: self.house.gate.pause(label, at=self.at))

    @rule(label=st.sampled_from(["card-payment", "hold"]))
    def resumes(self, label):
        self._try(lambda: self.house.gate.resume(label, at=self.at, by="ana"))

    @rule(act=st.sampled_from(["stop", "refuse", "end"]))
    def bars(self, act):
        acts = {
            "stop": lambda: self.house.gate.stop(at=self.at, by="digit"),
            "refuse": lambda: self.house.gate.refuse(at=self.at, by="digit"),
            "end": self.house.end,
        }
        if self._try(acts[act]):
            self.barred = True

    @rule()
    def somebody_speaks(self):
        before = sum(len(each.frames) for each in self.house.writers)
        self.house.speak(1)
        after = sum(len(each.frames) for each in self.house.writers)
        went_through = after > before
        assert went_through == (self.house.gate.state is GateState.OPEN)
        assert not (went_through and self.barred)
        assert not (went_through and not self.opened)

    @invariant()
    def the_ledger_holds(self):
        verify(self.house.book.as_bytes(), call="c1")

    @invariant()
    def a_refused_call_keeps_no_frame(self):
        if self.house.book.has(Entry.REFUSED):
            assert all(each.abandoned and not each.frames for each in self.house.writers)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
