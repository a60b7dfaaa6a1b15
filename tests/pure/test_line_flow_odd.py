"""What seldom happens in a call, and what the house side orders it to do."""

from __future__ import annotations

import json

import pytest

from build.line_house import HELD, MARA, NUMBER, OFFICER, PEER, WEEKDAYS, LineHouse
from callward.line.control_messages import read_request
from callward.line.errors import NoSuchCallError, NotNowError, PermitRefusedError
from callward.line.main import obey
from callward.line.ports import MediaFigures
from callward.line.snapshot import Presence
from callward.line.states import CallEvent, Entry, HangUp, RecordingFate
from callward.policy.vocabulary import PromptKey

FIGURES = MediaFigures(received=1, relayed=1, lost=0, late_ticks=0, legs_open=2, delay_p99_ms=1.0)
ASKS_BY_KEY = ('consent = "spoken", refuse = "go-on', 'consent = "keypress", refuse = "go-on')


@pytest.fixture
def house(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock)
    house.figures = lambda: FIGURES
    return house


def order(house, do, **facts):
    content = {"schema": "callward.line/1", "id": 1, "order": {"do": do, **facts}}
    request = read_request(json.dumps(content).encode())
    return obey(house.board, request, reload=lambda: house.events.append(("reload", {})))


def nowhere(*_about):
    return None


def talking(house):
    house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    agent = house.rings()[-1]
    house.pick_up(agent)
    return {"call": house.call().ref, "agent": agent}


def why(house):
    return house.ledger().lines[-1].facts["why"]


# Orders.


@pytest.mark.req("K-33")
def test_the_house_side_orders_what_an_agent_clicks(house):
    about = talking(house)
    order(house, "pause", reason="card-payment", **about)
    order(house, "resume", **about)
    order(house, "transfer", to="boris", attended=True, **about)
    house.pick_up("boris")
    order(house, "complete", **about)
    house.hear_out(house.ports[-1])
    about["agent"] = "boris"
    order(house, "stop", **about)
    order(house, "hang-up", **about)
    seen = {line.entry for line in house.ledger().lines}
    assert {Entry.PAUSED, Entry.RESUMED, Entry.TRANSFERRED, Entry.STOPPED} <= seen
    assert why(house) == "agent"


@pytest.mark.req("S-03")
def test_a_click_and_a_dial_are_orders_too(house):
    permit = json.loads(house.permit().model_dump_json())
    call = order(house, "dial", permit=permit)["call"]
    house.timers.pass_()
    house.pick_up("ana")
    house.legs[-1].picks_up()
    house.timers.pass_()
    house.hear_out()
    order(house, "click", call=call, agent="ana", said="agreed")
    assert house.call().session.recording


def test_status_tells_calls_agents_faults_and_figures_by_reference(house):
    about = talking(house)
    order(house, "presence", agent="boris", says="wrap-up")
    status = order(house, "status")
    assert [call["call"] for call in status["calls"]] == [about["call"]]
    assert {each["agent"]: each["says"] for each in status["agents"]}["boris"] == "wrap-up"
    assert {each["agent"]: each["free"] for each in status["agents"]}["ana"] is False
    assert status["media"]["lost"] == 0
    assert MARA[1:] not in json.dumps(status)
    order(house, "reload")
    assert ("reload", {}) in house.events


@pytest.mark.parametrize("agent", ["boris", "vera"])
def test_a_call_obeys_its_own_agent_alone(house, agent):
    about = talking(house) | {"agent": agent}
    with pytest.raises(NoSuchCallError):
        order(house, "stop", **about)
    with pytest.raises(NoSuchCallError):
        order(house, "hang-up", **about)


# The opening.


def test_who_chooses_no_language_gets_the_first(house):
    house.call_in(OFFICER)
    house.hear_out()
    house.timers.pass_(6)
    assert house.call().outer.media.heard[-1] == "ro:greeting-unrecorded"


@pytest.mark.req("S-03")
def test_an_outbound_policy_may_ask_for_a_key(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, edits=(ASKS_BY_KEY,))
    house.board.dial(house.permit())
    house.timers.pass_()
    house.pick_up("ana")
    leg = house.legs[-1]
    leg.picks_up()
    house.timers.pass_()
    house.hear_out()
    stage = house.board.state(house.call().ref, "ana")
    with pytest.raises(NotNowError):
        stage.click("agreed", by="ana")
    house.press("1")
    house.hear_out()
    assert house.call().session.recording
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.STORED


@pytest.mark.req("S-03")
def test_an_agent_may_click_the_no_that_was_said_instead_of_pressed(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, edits=(ASKS_BY_KEY,))
    house.board.dial(house.permit())
    house.timers.pass_()
    house.pick_up("ana")
    house.legs[-1].picks_up()
    house.timers.pass_()
    house.hear_out()
    house.board.state(house.call().ref, "ana").click("refused", by="ana")
    house.press("5")  # enough of the addresses
    assert house.call().state.name == "talking"
    assert house.told(CallEvent.REFUSED) == [CallEvent.REFUSED]


def test_a_call_that_came_without_an_offer_begins_when_it_has_one(house):
    leg = house._leg(trunk="carrier", media=None)
    leg.listener = house.board.call_offered(leg)
    house.timers.soon(lambda: leg.listener.leg_reoffered(leg, PEER))
    house.timers.pass_()
    assert house.call().outer.media.heard == ["ro:announcement-inbound"]


def test_a_call_given_up_at_once_begins_nothing(house):
    leg = house._leg(trunk="carrier")
    leg.listener = house.board.call_offered(leg)
    leg.hangs_up(HangUp.CANCELLED)
    house.timers.pass_()
    assert leg.answered_with is None
    assert why(house) == "cancelled"


# Messages.


@pytest.fixture
def voicemail(tmp_path, the_clock):
    return LineHouse(tmp_path, the_clock, sample="voip-provider", hours=WEEKDAYS, voicemail=True)


def test_a_message_ends_by_its_key(voicemail):
    voicemail.call_in()
    voicemail.hear_out()
    voicemail.press("#")
    voicemail.hear_out()
    assert why(voicemail) == "message-left"


@pytest.mark.req("K-05")
def test_a_refusal_while_leaving_a_message_leaves_none(voicemail):
    voicemail.call_in()
    voicemail.hear_out()
    voicemail.timers.pass_(1)
    voicemail.call().outer.media.speak()
    voicemail.press("9")
    voicemail.hear_out()
    assert voicemail.frames() == 0
    assert voicemail.ledger().fate is RecordingFate.REFUSED


@pytest.mark.parametrize("what", ["full", "broken"])
def test_a_message_that_cannot_be_kept_is_not_asked_for(voicemail, what):
    setattr(voicemail.spool, what, True)
    voicemail.call_in()
    voicemail.hear_out()
    voicemail.hear_out() if voicemail.board.calls() else None
    assert voicemail.board.calls() == []
    assert voicemail.frames() == 0


def test_without_its_announcement_no_message_is_taken(tmp_path, the_clock):
    house = LineHouse(
        tmp_path,
        the_clock,
        sample="voip-provider",
        hours=WEEKDAYS,
        voicemail=True,
        without=(PromptKey.VOICEMAIL,),
    )
    house.call_in()
    house.hear_out()
    assert why(house) == "nobody-there"
    assert house.spool.writers == {}


def test_who_refused_the_recording_leaves_no_message_either(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, hours=WEEKDAYS, voicemail=True)
    house.call_in()
    house.press("9")
    house.press("5")
    house.hear_out()
    assert why(house) == "nobody-there"
    assert house.ledger().fate is RecordingFate.REFUSED


# Phones that do not do as hoped.


@pytest.mark.parametrize("phones", [{"phone-ana"}, {"phone-ana", "phone-boris", "phone-petras"}])
def test_a_phone_that_is_not_reached_is_passed_over(house, monkeypatch, phones):
    reached = house.phone
    monkeypatch.setattr(house, "phone", lambda user: None if user in phones else reached(user))
    house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    house.timers.pass_(3)
    assert house.rings() == ([] if len(phones) == 3 else ["boris"])


def test_a_trunk_that_is_not_reached_makes_no_call_and_spends_no_permit(house, monkeypatch):
    monkeypatch.setattr(house, "trunk", nowhere)
    with pytest.raises(NotNowError):
        house.board.dial(house.permit())
    monkeypatch.undo()
    assert house.board.dial(house.permit())


def test_a_controller_without_outbound_calls_makes_none(house):
    line = house.snapshot.controllers[0].model_copy(update={"outbound": None})
    house.board.use(house.snapshot.model_copy(update={"controllers": (line,)}))
    with pytest.raises(PermitRefusedError):
        house.board.dial(house.permit())


def test_an_agent_who_hangs_up_while_it_rings_ends_it(house):
    house.board.dial(house.permit())
    house.timers.pass_()
    house.pick_up("ana").hangs_up()
    assert why(house) == "agent-gone"
    assert house.legs[-1].over


def test_a_call_goes_on_to_a_queue(house):
    about = talking(house)
    order(house, "transfer", to="officer", **about)
    assert house.rings() == ["petras"]
    house.pick_up("petras")
    assert house.ports[-1].heard == ["ro:new-party-told"]


def test_a_colleague_who_leaves_while_being_told_brings_the_caller_back_to_the_queue(house):
    about = talking(house)
    order(house, "transfer", to="boris", **about)
    house.pick_up("boris").hangs_up()
    house.timers.pass_(2)
    assert house.rings() != []


@pytest.mark.parametrize("how", ["busy", "unreached"])
def test_a_colleague_who_cannot_be_asked_gives_the_caller_back(house, monkeypatch, how):
    about = talking(house)
    if how == "unreached":
        monkeypatch.setattr(house, "phone", nowhere)
    order(house, "transfer", to="boris", attended=True, **about)
    if how == "busy":
        house.legs[-1].hangs_up(HangUp.BUSY)
    assert house.call().state.name == "talking"
    assert house.call().session.gate.state == "open"


def test_who_lets_go_while_the_colleague_still_rings_has_passed_the_call_on(house):
    about = talking(house)
    order(house, "transfer", to="boris", attended=True, **about)
    house.legs[1].hangs_up()
    house.pick_up("boris")
    house.hear_out(house.ports[-1])
    assert house.call().facts.agent == "boris"
    assert house.call().session.gate.state == "open"


def test_nobody_left_to_take_an_outbound_call_ends_it(house):
    house.board.dial(house.permit())
    house.timers.pass_()
    house.pick_up("ana")
    house.legs[-1].picks_up()
    house.timers.pass_()
    house.hear_out()
    house.press("1")
    order(house, "transfer", to="boris", call=house.call().ref, agent="ana")
    house.legs[-1].hangs_up(HangUp.BUSY)
    house.legs[-1].hangs_up(HangUp.BUSY)
    assert why(house) == "transfer-failed"


def test_a_call_recorded_without_the_words_for_a_new_party_is_recorded_no_more(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, without=(PromptKey.NEW_PARTY_TOLD,))
    about = talking(house)
    order(house, "transfer", to="boris", **about)
    house.pick_up("boris")
    assert house.call().state.name == "talking"
    house.legs[0].hangs_up()
    stopped = [line for line in house.ledger().lines if line.entry is Entry.STOPPED]
    assert stopped[0].facts["by"] == "new-party-not-told"


def test_a_hold_that_began_before_the_yes_keeps_the_gate_from_opening(house):
    house.board.dial(house.permit())
    house.timers.pass_()
    ana = house.pick_up("ana")
    house.legs[-1].picks_up()
    house.timers.pass_()
    house.hear_out()
    ana.listener.leg_reoffered(ana, HELD)
    house.press("1")
    assert house.call().session.gate.state == "paused"
    ana.listener.leg_reoffered(ana, PEER)
    assert house.call().session.gate.state == "open"


# Colleagues among themselves.


def inner(house, to="phone-boris"):
    leg = house._leg(phone="phone-ana", dialled_number=to)
    leg.listener = house.board.call_offered(leg)
    house.timers.pass_()
    return leg


def test_colleagues_talk_unrecorded_and_either_ends_it(house):
    leg = inner(house)
    boris = house.legs[-1]
    boris.picks_up()
    house.timers.pass_()
    assert house.ports[0].other is house.ports[1]
    boris.listener.leg_asked_transfer(boris, "phone-petras", None)
    assert boris.told == [603]
    boris.hangs_up()
    assert leg.over
    assert house.board._internals == []
    assert house.board.resources.availability.is_free("ana")
    assert house.spool.kept == {}


def test_a_busy_or_absent_colleague_is_not_rung(house):
    house.board.presence("boris", Presence.AWAY)
    assert inner(house).rejected == 486
    assert inner(house, "phone-vera").rejected == 403
    assert house._leg(phone="phone-nobody").rejected is None
    stranger = house._leg(phone="phone-nobody", dialled_number="phone-ana")
    house.board.call_offered(stranger)
    assert stranger.rejected == 403


def test_a_line_that_closes_ends_calls_among_colleagues_too(house):
    leg = inner(house)
    house.board.close()
    assert leg.over


# Snapshots.


def test_one_controller_whose_policy_cannot_be_read_stops_no_other(house, monkeypatch):
    from callward.line.calls import switchboard  # noqa: PLC0415 - only to break it

    def unreadable(line, *, own):
        raise NotNowError(why="policy")

    monkeypatch.setattr(switchboard, "profile_of", unreadable)
    house.board.use(house.snapshot)
    assert house.told(CallEvent.FAULT) == [CallEvent.FAULT]
    assert house.call_in(NUMBER).rejected is None  # the rules of before still hold
    house.board._profiles = {}
    house.board.use(house.snapshot)
    assert house.call_in(NUMBER).rejected == 503


def test_a_running_call_ends_as_it_began_whatever_is_saved_meanwhile(house):
    leg = house.call_in()
    house.board.use(house.snapshot.model_copy(update={"controllers": ()}))
    house.hear_out()
    house.press("1")
    house.hear_out()
    house.pick_up("ana")
    leg.hangs_up()
    assert house.ledger().fate is RecordingFate.STORED


def test_no_call_lasts_for_ever(house):
    talking(house)
    house.timers.pass_(4 * 3600 + 1)
    assert why(house) == "too-long"


def test_a_call_from_which_nothing_comes_any_more_is_ended(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, silent=60)
    talking(house)
    for _ in range(5):
        house.timers.pass_(50)
        house.call().outer.media.speak()  # one of them is enough
    house.timers.pass_(121)
    assert why(house) == "both-silent"
    assert house.ledger().fate is RecordingFate.STORED


def test_a_call_on_hold_may_be_silent_for_long(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock, silent=60)
    talking(house)
    ana = house.legs[1]
    ana.listener.leg_reoffered(ana, HELD)
    house.timers.pass_(1000)
    assert house.call().state.name == "talking"


def test_a_call_that_ended_leaves_no_clock_and_no_port_behind(house):
    for _ in range(3):
        about = talking(house)
        order(house, "pause", reason="card-payment", **about)
        order(house, "resume", **about)
        to = "boris" if about["agent"] == "ana" else "ana"
        order(house, "transfer", to=to, **about)
        house.legs[-1].hangs_up(HangUp.BUSY)
        house.call().over("enough")
    house.timers.pass_(0)
    assert house.timers._due == []
    assert all(port.closed for port in house.ports)
    assert house.board.calls() == []
