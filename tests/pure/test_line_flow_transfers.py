"""Holds and transfers: gate and consent go along, and who joins is told first."""

from __future__ import annotations

import pytest

from build.line_house import HELD, PEER, LineHouse
from callward.line.consent_gate import SETTLES
from callward.line.errors import NotNowError
from callward.line.states import CallEvent, Entry, HangUp, RecordingFate


@pytest.fixture
def house(tmp_path, the_clock):
    house = LineHouse(tmp_path, the_clock)
    house.call_in()
    house.hear_out()
    house.press("1")
    house.hear_out()
    house.pick_up("ana")
    talk(house)
    return house


def talk(house, seconds=1.0):
    house.timers.pass_(SETTLES)
    for _ in range(int(seconds * 10)):
        house.timers.pass_(0.1)
        for participant in list(house.call().participants):
            participant.media.speak()


def stage(house, agent="ana"):
    return house.board.state(house.call().ref, agent)


@pytest.mark.req("K-01")
def test_a_blind_transfer_tells_the_new_party_before_it_joins(house):
    before = house.frames()
    stage(house).transfer("boris", attended=False)
    talk(house)
    assert house.rings() == ["boris"]
    house.pick_up("boris")
    joining = house.ports[-1]
    assert joining.heard == ["ro:new-party-told"]
    talk(house)
    assert house.frames() == before
    house.hear_out(joining)
    talk(house)
    house.legs[0].hangs_up()
    assert house.frames() == before + 20
    moved = [line for line in house.ledger().lines if line.entry is Entry.TRANSFERRED]
    assert [line.facts for line in moved] == [{"to": "boris", "told": True}]
    (writer,) = house.spool.writers.values()
    assert [label for _, _, label in writer.gaps] == ["transfer"]


def test_nobody_hears_the_caller_while_it_waits(house):
    outer = house.call().outer.media
    stage(house).transfer("boris", attended=False)
    assert outer.looping
    assert outer.other is None
    assert outer.sink is None


def test_a_consultation_is_not_recorded_and_the_caller_comes_back(house):
    before = house.frames()
    stage(house).transfer("boris", attended=True)
    house.pick_up("boris")
    agent, colleague = house.call().agent.media, house.ports[-1]
    assert (agent.other, colleague.other) == (colleague, agent)
    talk(house)
    assert house.frames() == before
    stage(house).resume(by="agent")
    talk(house)
    assert house.frames() == before + 20
    assert house.told(CallEvent.TRANSFER_FAILED) == [CallEvent.TRANSFER_FAILED]


@pytest.mark.parametrize("how", ["click", "hang-up"])
def test_after_a_consultation_the_colleague_is_told_and_takes_the_call(house, how):
    before = house.frames()
    stage(house).transfer("boris", attended=True)
    house.pick_up("boris")
    if how == "click":
        stage(house).complete()
    else:
        house.legs[1].hangs_up()
    assert house.ports[-1].heard == ["ro:new-party-told"]
    house.hear_out(house.ports[-1])
    talk(house)
    assert house.call().facts.agent == "boris"
    assert house.frames() == before + 20
    assert house.board.resources.availability.is_free("ana")


def test_a_transfer_that_nobody_takes_comes_back_and_then_queues(house):
    stage(house).transfer("boris", attended=False)
    house.legs[-1].hangs_up(HangUp.BUSY)
    assert house.rings() == ["ana"]
    house.legs[-1].hangs_up(HangUp.NO_ANSWER)
    assert house.rings() != []
    house.pick_up(house.rings()[0])
    house.hear_out(house.ports[-1])
    before = house.frames()
    talk(house)
    assert house.frames() == before + 20


def test_a_refusal_while_waiting_reaches_the_gate(house):
    stage(house).transfer("boris", attended=False)
    house.press("9")
    assert house.frames() == 0
    house.pick_up("boris")
    talk(house)
    house.legs[0].hangs_up()
    assert house.ledger().fate is RecordingFate.REFUSED
    assert "ro:new-party-told" not in house.ports[-1].heard


def test_a_caller_is_never_sent_outside(house):
    for to in ("+442079460999", "vera", "phone-ana"):
        with pytest.raises(NotNowError):
            stage(house).transfer(to, attended=False)
    talk(house)
    assert house.told(CallEvent.PAUSED) == []


def test_a_phone_passes_the_call_on_by_itself(house):
    leg = house.legs[1]
    leg.listener.leg_asked_transfer(leg, "phone-boris", None)
    assert leg.told == [200]
    assert leg.over
    assert house.rings() == ["boris"]


def test_a_phone_that_asks_for_the_outside_is_declined_and_the_talk_goes_on(house):
    leg, before = house.legs[1], house.frames()
    leg.listener.leg_asked_transfer(leg, "+442079460999", None)
    assert leg.told == [603]
    talk(house)
    assert house.frames() == before + 20


def test_a_phone_asks_a_colleague_by_an_internal_call_and_passes_the_caller_on(house):
    ana = house.legs[1]
    ana.listener.leg_reoffered(ana, HELD)
    inner = house._leg(phone="phone-ana", dialled_number="phone-boris")
    inner.listener = house.board.call_offered(inner)
    boris = house.legs[-1]
    boris.picks_up()
    house.timers.pass_()
    assert [port.sink for port in house.ports[-2:]] == [None, None]  # never recorded
    ana.listener.leg_asked_transfer(ana, "phone-boris", inner.ref)
    assert ana.told == [200]
    assert inner.over
    assert house.ports[-1].heard == ["ro:new-party-told"]
    house.hear_out(house.ports[-1])
    before = house.frames()
    talk(house)
    assert house.frames() == before + 20
    boris.hangs_up()
    assert house.ledger().fate is RecordingFate.STORED


def test_nothing_is_recorded_while_somebody_holds(house):
    ana, before = house.legs[1], house.frames()
    ana.listener.leg_reoffered(ana, HELD)
    talk(house)
    assert house.frames() == before
    assert house.call().outer.media.looping
    ana.listener.leg_reoffered(ana, PEER)
    talk(house)
    assert house.frames() == before + 20


def test_a_transfer_waits_for_the_end_of_a_pause(house):
    stage(house).pause("card-payment")
    with pytest.raises(NotNowError):
        stage(house).transfer("boris", attended=False)


def test_the_agent_who_hangs_up_ends_the_call(house):
    house.legs[1].hangs_up()
    assert house.legs[0].over
    assert house.ledger().lines[-1].facts["why"] == "agent-bye-from-peer"


def test_a_line_that_closes_hands_over_what_it_has(house):
    house.board.close()
    assert house.ledger().fate is RecordingFate.STORED
    assert all(leg.over for leg in house.legs)


def broken(*_about):
    raise ZeroDivisionError


def test_a_fault_in_one_call_ends_it_with_its_gate_shut_and_no_other(house, monkeypatch):
    first = house.call()
    second = house.call_in()
    monkeypatch.setattr(first.state, "digit", broken)
    first.outer.media.digit("5")
    assert first.ended
    assert not second.over
    assert house.ledger().lines[-1].facts["why"] == "fault"
    assert house.told(CallEvent.FAULT) == [CallEvent.FAULT]


def test_people_are_let_go_even_when_nothing_can_be_handed_over(house, monkeypatch):
    call = house.call()
    (writer,) = house.spool.writers.values()
    monkeypatch.setattr(writer, "finish", broken)
    house.legs[0].hangs_up()
    assert call.ended
    assert all(leg.over for leg in house.legs)
    assert house.told(CallEvent.LOST) == [CallEvent.LOST]
