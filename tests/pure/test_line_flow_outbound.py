"""An outbound call: for a reason, told and asked before anything else, recorded after a yes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from build.line_house import MARA, LineHouse
from callward.kernel import clock
from callward.line.consent_gate import SETTLES
from callward.line.dial_permits import UsedPermits
from callward.line.errors import AsksTooLateError, NotNowError, PermitRefusedError
from callward.line.states import CallEvent, Entry, EvidenceKind, HangUp, RecordingFate

IDENTIFIES_FIRST = (
    'announce = "on-connect-before-identification", consent = "spoken"',
    'announce = "after-identification", consent = "spoken"',
)


@pytest.fixture
def house(tmp_path, the_clock):
    return LineHouse(tmp_path, the_clock)


def talk(house, seconds=1.0):
    house.timers.pass_(SETTLES)
    for _ in range(int(seconds * 10)):
        house.timers.pass_(0.1)
        for participant in list(house.call().participants):
            participant.media.speak()


def answered(house, **changes):
    """Ana dials, her phone rings, she answers, Mara answers."""
    house.board.dial(house.permit(**changes))
    house.timers.pass_()
    house.pick_up("ana")
    leg = house.legs[-1]
    assert leg.target.user == MARA
    leg.picks_up()
    house.timers.pass_()
    return leg


def stage(house):
    return house.board.state(house.call().ref, "ana")


@pytest.mark.req("K-03")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reason": "marketing"}, "reason-not-permitted"),
        ({"reason": "booking"}, "reason-not-permitted"),
        ({"expires_at": clock.now() - timedelta(days=4000)}, "expired"),
        ({"agent": "vera"}, "not-an-agent"),
        ({"controller": "nobody"}, "no-such-controller"),
    ],
)
def test_a_call_without_a_good_permit_is_not_made(house, changes, why):
    with pytest.raises(PermitRefusedError) as refused:
        house.board.dial(house.permit(**changes))
    assert refused.value.facts == {"why": why}
    house.timers.pass_()
    assert house.legs == []


@pytest.mark.req("K-03")
def test_a_permit_is_good_once_also_after_a_restart(house):
    answered(house).hangs_up()
    with pytest.raises(PermitRefusedError):
        house.board.dial(house.permit())
    again = UsedPermits(path=house.folder / "permits.used")
    again.load(at=clock.now())
    with pytest.raises(PermitRefusedError) as refused:
        again.use(house.permit(), rules=house.call_rules(), at=clock.now())
    assert refused.value.facts == {"why": "used-already"}
    assert MARA.encode() not in (house.folder / "permits.used").read_bytes()


@pytest.mark.req("K-03")
def test_a_list_of_permits_that_a_crash_cut_off_is_read_as_far_as_it_goes(house):
    answered(house).hangs_up()
    path = house.folder / "permits.used"
    path.write_bytes(path.read_bytes() + b'["p-2", 17')
    again = UsedPermits(path=path)
    again.load(at=clock.now())
    with pytest.raises(PermitRefusedError):
        again.use(house.permit(), rules=house.call_rules(), at=clock.now())
    again.use(house.permit(permit="p-2"), rules=house.call_rules(), at=clock.now())


@pytest.mark.req("K-03")
def test_the_ledger_holds_the_reason_and_its_reference(house):
    answered(house).hangs_up()
    facts = house.ledger().lines[0].facts
    assert (facts["reason"], facts["reference"], facts["permit"]) == ("complaint", "case-7", "p-1")


@pytest.mark.req("S-03")
def test_the_person_is_told_and_asked_before_anybody_hears_them(house):
    answered(house)
    outer, agent = house.call().outer.media, house.call().agent.media
    assert outer.heard == ["ro:announcement-outbound"]
    assert outer.other is None
    assert agent.other is None
    house.hear_out()
    assert outer.heard == ["ro:announcement-outbound", "ro:consent-question"]
    assert house.told(CallEvent.TOLD, CallEvent.ASKED) == [CallEvent.TOLD, CallEvent.ASKED]


@pytest.mark.req("S-03")
@pytest.mark.parametrize("way", ["digit", "click"])
def test_a_yes_starts_the_recording_and_nothing_before_it_is_kept(house, way):
    leg = answered(house)
    talk(house)
    house.hear_out()
    talk(house)
    assert house.frames() == 0
    if way == "digit":
        house.press("1")
    else:
        stage(house).click("agreed", by="ana")
    talk(house)
    leg.hangs_up()
    assert house.frames() == 20
    kind = EvidenceKind.DIGIT if way == "digit" else EvidenceKind.SPOKEN_AND_CLICKED
    assert house.ledger().evidence is kind


@pytest.mark.req("S-03")
@pytest.mark.parametrize("way", ["digit", "click"])
def test_a_no_is_never_recorded_and_the_call_goes_on(house, way):
    leg = answered(house)
    house.hear_out()
    if way == "digit":
        house.press("9")
    else:
        stage(house).click("refused", by="ana")
    talk(house)
    with pytest.raises(NotNowError):
        stage(house).click("agreed", by="ana")
    assert not leg.over
    leg.hangs_up()
    assert house.spool.writers == {}
    assert house.ledger().fate is RecordingFate.REFUSED


@pytest.mark.req("S-03")
def test_a_no_ends_the_call_where_the_policy_says_so(tmp_path, the_clock):
    ends = (
        'consent = "spoken", refuse = "go-on-unrecorded"',
        'consent = "spoken", refuse = "end-call"',
    )
    house = LineHouse(tmp_path, the_clock, edits=(ends,))
    leg = answered(house)
    house.hear_out()
    stage(house).click("refused", by="ana")
    outer = house.call().outer.media
    house.hear_out()
    assert outer.heard[-2:] == ["ro:unrecorded-ways", "ro:goodbye"]
    assert leg.over


def test_a_click_before_everything_was_told_counts_for_nothing(house):
    answered(house)
    with pytest.raises(NotNowError):
        stage(house).click("agreed", by="ana")
    assert not house.call().session.answered


def test_who_is_never_asked_to_the_end_is_never_recorded(house):
    leg = answered(house)
    house.hear_out()
    talk(house)
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.ABSENT


@pytest.mark.req("X-02")
def test_a_policy_that_identifies_before_asking_makes_no_call(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, edits=(IDENTIFIES_FIRST,))
    with pytest.raises(AsksTooLateError):
        house.board.dial(house.permit())
    assert house.legs == []


@pytest.mark.parametrize(
    ("why", "disposition"),
    [(HangUp.BUSY, "busy"), (HangUp.NO_ANSWER, "no-answer"), (HangUp.REJECTED, "failed")],
)
def test_a_call_that_nobody_takes_is_known_as_what_it_was(house, why, disposition):
    house.board.dial(house.permit())
    house.timers.pass_()
    agent = house.pick_up("ana")
    house.legs[-1].hangs_up(why)
    assert agent.over
    assert house.ledger().lines[-1].facts["disposition"] == disposition
    assert house.board.resources.availability.is_free("ana")


def test_an_agent_who_does_not_answer_rings_nobody(house):
    house.board.dial(house.permit())
    house.timers.pass_()
    house.legs[0].hangs_up(HangUp.NO_ANSWER)
    assert len(house.legs) == 1
    assert house.ledger().lines[-1].facts["why"] == "agent-not-there"


def test_an_agent_in_a_call_makes_no_second_one(house):
    answered(house)
    with pytest.raises(NotNowError):
        house.board.dial(house.permit(permit="p-2"))


@pytest.mark.req("K-33")
def test_a_pause_ends_by_itself_after_a_warning(house):
    leg = answered(house)
    house.hear_out()
    house.press("1")
    talk(house)
    stage(house).pause("card-payment")
    before = house.frames()
    talk(house, 10)
    house.timers.pass_(281)
    assert house.told(CallEvent.RESUMES_SOON) == [CallEvent.RESUMES_SOON]
    assert house.frames() == before
    house.timers.pass_(20)
    assert house.told(CallEvent.RESUMED) == [CallEvent.RESUMED]
    talk(house)
    leg.hangs_up()
    assert house.frames() == before + 20
    (writer,) = house.spool.writers.values()
    assert [label for _, _, label in writer.gaps] == ["card-payment"]


@pytest.mark.req("K-33")
def test_a_pause_needs_a_reason_of_the_policy(house):
    answered(house)
    house.hear_out()
    house.press("1")
    with pytest.raises(NotNowError):
        stage(house).pause("coffee")


def test_what_an_agent_may_not_do_is_refused_by_name(house):
    answered(house)
    for act in (
        lambda: stage(house).stop(by="agent"),
        lambda: stage(house).pause("card-payment"),
        lambda: stage(house).resume(by="agent"),
        lambda: stage(house).transfer("boris", attended=False),
        lambda: stage(house).complete(),
    ):
        with pytest.raises(NotNowError):
            act()


def test_the_order_of_a_good_call_is_in_its_ledger(house):
    leg = answered(house)
    house.hear_out()
    house.press("1")
    house.hear_out()
    leg.hangs_up()
    assert [line.entry for line in house.ledger().lines] == [
        Entry.CALL_BEGUN,
        Entry.RANG,
        Entry.ANNOUNCEMENT_BEGUN,
        Entry.ANNOUNCEMENT_ENDED,
        Entry.CONNECTED,
        Entry.ASKED,
        Entry.DIGIT,
        Entry.AGREED,
        Entry.OPENED,
        Entry.SHUT,
    ]
