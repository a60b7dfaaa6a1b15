"""An inbound call: told, asked, and only then rung through and recorded."""

from __future__ import annotations

import pytest

from build.line_house import MARA, OFFICER, WEEKDAYS, LineHouse
from callward.line.consent_gate import SETTLES
from callward.line.snapshot import NobodyThere, Presence, Strategy
from callward.line.states import CallEvent, Entry, EvidenceKind, HangUp, RecordingFate
from callward.policy.vocabulary import PromptKey

KEY = 'announce = "before-connect", consent = "keypress"'


@pytest.fixture
def house(tmp_path, the_clock):
    return LineHouse(tmp_path, the_clock)


def talk(house, seconds=2.0):
    house.timers.pass_(SETTLES)
    for _ in range(int(seconds * 10)):
        house.timers.pass_(0.1)
        for participant in list(house.call().participants):
            participant.media.speak()


def entries(house):
    return [line.entry for line in house.ledger().lines]


@pytest.mark.req("K-01")
def test_no_phone_rings_before_the_announcement_was_heard_and_answered(house):
    leg = house.call_in()
    assert leg.answered_with
    assert house.rings() == []
    house.hear_out()
    assert house.rings() == []  # asked, not yet answered
    house.press("1")
    assert house.rings() == []  # thanked
    house.hear_out()
    assert house.rings() == ["ana"]


@pytest.mark.req("S-02")
def test_a_yes_by_key_records_both_parties_from_then_on(house):
    leg = house.call_in()
    talk(house)
    house.hear_out()
    house.press("1")
    house.hear_out()
    talk(house)
    assert house.frames() == 0
    house.pick_up("ana")
    talk(house, 2.0)
    leg.hangs_up()
    assert house.frames() == 40
    ledger = house.ledger()
    assert ledger.fate is RecordingFate.STORED
    assert ledger.evidence is EvidenceKind.DIGIT
    assert house.told(CallEvent.TOLD, CallEvent.AGREED, CallEvent.OPENED, CallEvent.ENDED) == [
        CallEvent.TOLD,
        CallEvent.AGREED,
        CallEvent.OPENED,
        CallEvent.ENDED,
    ]


@pytest.mark.req("K-01")
@pytest.mark.parametrize("rounds", [0, 1])
def test_who_hangs_up_during_the_announcement_leaves_no_sound(house, rounds):
    leg = house.call_in()
    talk(house)
    if rounds:
        house.hear_out()
    leg.hangs_up()
    house.timers.pass_(5)  # what the media thread tells late is nobody's
    assert house.frames() == 0
    assert house.ledger().fate is RecordingFate.ABSENT
    assert house.told(CallEvent.MISSED) == [CallEvent.MISSED]


@pytest.mark.req("K-05")
def test_a_refusal_breaks_off_the_announcement_and_leads_to_the_unrecorded_queue(house):
    leg = house.call_in()
    house.press("9")
    heard = house.call().outer.media.heard
    assert heard[-1] == "ro:goes-on-unrecorded"
    house.hear_out()
    assert heard[-2] == "ro:unrecorded-ways"  # S-05
    assert house.rings() == ["boris"]
    house.pick_up("boris")
    talk(house)
    leg.hangs_up()
    assert house.frames() == 0
    assert house.ledger().fate is RecordingFate.REFUSED
    ended = [line for line in house.ledger().lines if line.entry is Entry.ANNOUNCEMENT_ENDED]
    assert [line.facts["complete"] for line in ended] == [False]


def test_an_announcement_that_ends_in_the_moment_of_a_refusal_counts_for_nothing(house):
    house.call_in()
    port = house.call().outer.media
    late = port.done  # the media thread has told it already, the loop has not heard it yet
    house.press("9")
    late(50, True)
    house.timers.pass_()
    ledger = house.call().session.ledger
    assert not house.call().session.told
    assert house.call().state.name == "declined"
    assert b'"complete":true' not in ledger.as_bytes()


def test_any_key_skips_the_addresses(house):
    house.call_in()
    house.press("9")
    house.press("5")
    assert house.rings() == ["boris"]


@pytest.mark.req("S-02")
def test_a_yes_before_everything_was_told_is_no_yes(house):
    house.call_in()
    house.press("1")
    house.hear_out()
    assert house.call().session.answered is False
    assert house.rings() == []


@pytest.mark.req("S-02")
def test_silence_is_no_consent(house):
    leg = house.call_in()
    house.hear_out()
    house.timers.pass_(7)
    assert house.call().outer.media.heard[-1] == "ro:consent-question"
    house.hear_out()
    house.timers.pass_(7)
    house.hear_out()
    house.pick_up("boris")
    talk(house)
    leg.hangs_up()
    assert house.frames() == 0
    assert house.ledger().fate is RecordingFate.REFUSED


@pytest.mark.req("K-05")
def test_a_refusal_while_talking_destroys_what_was_recorded(house):
    leg = begin_talk(house)
    talk(house)
    assert house.frames() > 0
    house.press("9")
    assert house.frames() == 0
    assert [each.abandoned for each in house.spool.writers.values()] == [True]
    talk(house)
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.REFUSED
    assert len(house.spool.kept) == 1


@pytest.mark.req("K-05")
@pytest.mark.parametrize("by", ["caller", "agent's phone", "agent's click"])
def test_stop_keeps_what_was_and_takes_nothing_more(house, by):
    leg = begin_talk(house)
    talk(house)
    before = house.frames()
    call = house.call()
    if by == "caller":
        house.press("8")
    elif by == "agent's phone":
        call.agent.media.digit("8")
    else:
        house.board.state(call.ref, "ana").stop(by="agent")
    talk(house)
    assert call.outer.media.heard[-1] == "ro:recording-stopped"
    leg.hangs_up()
    assert house.frames() == before
    assert house.ledger().fate is RecordingFate.STORED


@pytest.mark.req("S-02")
def test_a_policy_whose_basis_is_not_consent_records_after_the_announcement(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, sample="therapy-association")
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house, 1)
    leg.hangs_up()
    assert house.frames() == 20
    assert house.ledger().evidence is EvidenceKind.NONE_NEEDED


@pytest.mark.req("S-02")
@pytest.mark.parametrize(
    ("until", "fate"),
    [("2027-06-30", RecordingFate.STORED), ("2026-03-01", RecordingFate.BLOCKED)],
)
def test_going_on_counts_only_under_a_waiver_that_runs(tmp_path, the_clock, until, fate):
    asks = 'consent = "keypress", refuse'
    waiver = f'[[waiver]]\ncode = "L-01"\nby = "Daiva"\nuntil = {until}\nreason = "x"\n'
    house = LineHouse(
        tmp_path,
        the_clock,
        edits=(
            (asks, 'consent = "continued", refuse'),
            ("# S-11, S-15", waiver + "# S-11, S-15"),
        ),
    )
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house, 1)
    leg.hangs_up()
    assert house.ledger().fate is fate
    assert house.frames() == (20 if fate is RecordingFate.STORED else 0)


@pytest.mark.req("S-20")
def test_a_call_to_the_protection_officer_is_never_recorded(house):
    leg = house.call_in(OFFICER)
    house.timers.pass_(6)
    house.hear_out()
    house.timers.pass_(6)
    house.hear_out()
    assert "ro:greeting-unrecorded" in house.call().outer.media.heard
    assert house.rings() == ["petras"]
    house.pick_up("petras")
    talk(house)
    leg.hangs_up()
    assert house.frames() == 0
    assert house.ledger().lines[-1].facts["unrecorded"] == "officer"


@pytest.mark.req("M-01")
def test_a_number_that_the_policy_does_not_name_is_never_recorded(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, sample="web-shop")
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house)
    leg.hangs_up()
    assert house.frames() == 0
    assert house.ledger().lines[-1].facts["unrecorded"] == "number-not-declared"


@pytest.mark.parametrize("sample", ["dermatology-clinic", "voip-provider"])
def test_a_controller_that_records_no_calls_never_arms_the_recorder(tmp_path, the_clock, sample):
    house = LineHouse(tmp_path, the_clock, sample=sample)
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house)
    house.press("1")
    leg.hangs_up()
    assert house.spool.writers == {}
    assert house.ledger().lines[-1].facts["unrecorded"] == "no-call-recording"


def test_a_disk_nearly_full_blocks_new_recordings_says_so_and_keeps_running_ones(house):
    first = begin_talk(house)
    house.spool.full = True
    second = house.call_in()
    call = house.call()
    house.hear_out()
    assert call.outer.media.heard[:2] == ["ro:greeting-unrecorded", "ro:not-recorded-now"]
    second.hangs_up()
    talk(house, 1)
    first.hangs_up()
    assert house.frames() == 20
    (kept,) = house.spool.kept.values()
    assert b'"fate":"blocked"' in kept[0]
    assert (CallEvent.BLOCKED, "line-disk-nearly-full") in [
        (event, facts.get("why")) for event, facts in house.events
    ]


def test_a_spool_that_breaks_at_the_opening_leaves_a_failed_recording(house):
    house.spool.broken = True
    leg = begin_talk(house)
    assert house.call().outer.media.heard[-1] == "ro:not-recorded-now"
    talk(house)
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.FAILED


def test_without_a_key_for_today_nothing_is_recorded(house, the_clock):
    house.timers.pass_(4 * 24 * 3600)
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    leg.hangs_up()
    assert house.told(CallEvent.BLOCKED, CallEvent.LOST) == [CallEvent.BLOCKED, CallEvent.LOST]


@pytest.mark.req("K-02")
def test_a_call_whose_announcement_is_missing_is_not_recorded_and_says_so(tmp_path, the_clock):
    missing = (PromptKey.ANNOUNCEMENT_INBOUND,)
    house = LineHouse(tmp_path, the_clock, without=missing)
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house)
    leg.hangs_up()
    assert house.ledger().lines[-1].facts["unrecorded"] == "line-prompt-missing"
    assert house.frames() == 0


@pytest.mark.req("K-02")
def test_a_swapped_prompt_is_refused_by_name_and_never_played(house):
    for path in (house.folder / "prompts").iterdir():
        path.write_bytes(b"\xd5" * 8000)
    house.board.use(house.snapshot)
    assert {fault.code for _, fault in house.board.faults()} == {"line-prompt-swapped"}
    leg = house.call_in()
    assert house.call().outer.media.heard[-1:] in ([], ["tone"])
    house.pick_up("ana")
    talk(house)
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.BLOCKED
    assert house.ledger().lines[-1].facts["unrecorded"] == "line-prompt-swapped"


def test_a_policy_that_tells_too_late_records_nothing_and_is_named(tmp_path, the_clock):
    house = LineHouse(
        tmp_path,
        the_clock,
        edits=((KEY, KEY.replace("before-connect", "never")),),
    )
    assert "line-asks-too-late" in {fault.code for _, fault in house.board.faults()}
    leg = house.call_in()
    house.hear_out()
    house.pick_up("ana")
    talk(house)
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.BLOCKED
    assert house.frames() == 0


def test_the_language_is_chosen_by_its_key(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock)
    house.call_in(OFFICER)  # this number offers both languages
    house.press("2")
    assert house.call().outer.media.heard[-1] == "en:greeting-unrecorded"


def test_what_people_type_is_never_written_down_unless_it_answers(house):
    leg = begin_talk(house)
    for digit in "4567023#*":
        house.press(digit)
    leg.hangs_up()
    digits = [line.facts["digit"] for line in house.ledger().lines if line.entry is Entry.DIGIT]
    assert digits == ["1"]


@pytest.mark.req("K-01")
def test_where_the_carrier_carries_it_the_announcement_comes_before_the_answer(tmp_path, the_clock):
    early = (
        'consent = "none", refuse = "unrecorded-queue"',
        'consent = "none", early_media = true',
    )
    house = LineHouse(tmp_path, the_clock, sample="therapy-association", early=True, edits=(early,))
    leg = house.call_in()
    assert (leg.early_with is not None, leg.answered_with) == (True, None)
    assert house.rings() == []
    house.hear_out()
    assert leg.answered_with
    assert house.rings() == ["ana"]
    house.pick_up("ana")
    talk(house, 1)
    leg.hangs_up()
    assert house.frames() == 20


def test_a_question_is_never_put_before_the_answer(tmp_path, the_clock):
    early = (
        'consent = "keypress", refuse = "unrecorded-queue"',
        'consent = "keypress", early_media = true',
    )
    house = LineHouse(tmp_path, the_clock, early=True, edits=(early,))
    leg = house.call_in()
    assert (leg.early_with, leg.answered_with is None) == (None, False)


def test_closed_hours_are_said_and_the_call_is_missed(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, hours=WEEKDAYS)  # it is a Sunday night
    house.call_in()
    house.press("9")
    house.hear_out()
    assert house.told(CallEvent.MISSED) == [CallEvent.MISSED]
    assert house.legs[0].over


def test_a_message_is_told_recorded_and_ended_by_its_own_rule(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, sample="voip-provider", hours=WEEKDAYS, voicemail=True)
    leg = house.call_in()
    house.call().outer.media.speak()
    house.hear_out()
    talk(house, 1)
    assert house.frames() == 10
    leg.hangs_up()
    ledger = house.ledger()
    assert ledger.fate is RecordingFate.STORED
    assert ledger.evidence is EvidenceKind.NONE_NEEDED
    assert b'"queue": "voicemail"' in house.handed()[1]


def test_a_message_ends_by_the_clock(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, sample="voip-provider", hours=WEEKDAYS, voicemail=True)
    house.call_in()
    house.hear_out()
    house.timers.pass_(31)
    house.hear_out()
    assert house.ledger().lines[-1].facts["why"] == "message-left"


def test_nobody_free_is_said_and_the_caller_is_called_back(house):
    for agent in ("ana", "boris", "petras"):
        house.board.presence(agent, "away")
    house.call_in()
    house.press("9")
    house.hear_out()
    assert "ro:all-busy" in house.call().outer.media.heard
    house.timers.pass_(61)
    house.hear_out()
    assert house.told(CallEvent.CALLBACK_WANTED) == [CallEvent.CALLBACK_WANTED]
    assert Entry.CALLBACK_NOTED in entries(house)


@pytest.mark.parametrize("way", list(NobodyThere))
def test_a_queue_that_nobody_answers_ends_as_it_is_set(tmp_path, the_clock, way):
    house = LineHouse(tmp_path, the_clock, nobody=way)
    house.call_in()
    house.press("9")
    house.hear_out()
    house.timers.pass_(61)
    house.hear_out()
    assert house.call_in() is not None
    assert len(house.spool.kept) == 1


def test_the_longest_idle_agent_is_rung_first_and_then_the_next(house):
    begin_talk(house).hangs_up()  # Ana talked last
    house.call_in()
    house.press("9")
    house.press("5")
    assert house.rings() == ["boris"]
    house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    assert house.rings() == ["boris", "petras"]
    house.legs[-1].hangs_up(HangUp.NO_ANSWER)
    house.timers.pass_(2)
    assert house.rings() == ["boris", "ana"]


def test_an_agent_who_was_away_is_not_rung_by_a_line_that_has_just_begun(house):
    line = house.snapshot.controllers[0]
    agents = tuple(
        agent.model_copy(update={"presence": Presence.AWAY if agent.ref == "ana" else "ready"})
        for agent in line.agents
    )
    line = line.model_copy(update={"agents": agents})
    house.board.use(house.snapshot.model_copy(update={"controllers": (line,)}))
    assert not house.board.resources.availability.is_free("ana")
    house.board.presence("ana", Presence.READY)
    house.board.use(house.snapshot.model_copy(update={"controllers": (line,)}))
    assert house.board.resources.availability.is_free(
        "ana"
    )  # what was said counts, not what was written


def test_all_phones_ring_and_one_gets_the_call(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, strategy=Strategy.RING_ALL)
    house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    assert house.rings() == ["ana", "boris", "petras"]
    house.pick_up("boris")
    assert house.rings() == []
    assert house.call().facts.agent == "boris"
    assert house.board.resources.availability.is_free("ana")


def test_the_ledger_tells_what_was_lost_on_the_way(house):
    leg = begin_talk(house)
    talk(house, 1)
    house.call().agent.media.lost = 3
    leg.hangs_up()
    facts = house.ledger().lines[-1].facts
    assert (facts["outer_received"], facts["agent_received"]) == (10, 10)
    assert (facts["outer_lost"], facts["agent_lost"]) == (0, 3)


@pytest.mark.req("C-05")
def test_the_envelope_holds_numbers_and_redirects_and_the_ledger_holds_none(house):
    leg = house.call_in()
    house.call().facts.redirects = ("+442079460777",)
    leg.hangs_up()
    ledger, envelope = house.handed()
    for number in (MARA, "+442079460777"):
        assert number.encode() in envelope
        assert number[1:].encode() not in ledger


def test_a_number_of_nobody_is_not_found(house):
    leg = house.call_in("+442079460199")
    assert leg.rejected == 404
    assert leg.answered_with is None


@pytest.mark.req("K-03")
def test_a_phone_that_dials_outside_by_itself_is_refused(house):
    leg = house._leg(phone="phone-ana", dialled_number=MARA)
    leg.listener = house.board.call_offered(leg)
    assert leg.rejected == 403


def begin_talk(house):
    leg = house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    house.pick_up(house.rings()[-1])
    return leg
