"""Whatever people, phones and networks do, in whatever order: nothing without a yes is kept."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from build.line_house import HELD, PEER, LineHouse
from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.line.call_ledger import verify
from callward.line.states import Entry, GateState, HangUp

THE_START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
SAMPLES = ["smart-metering", "therapy-association"]
CLICKS = ["agreed", "refused", "stop", "pause", "resume", "blind", "ask", "done"]


class AnyCall(RuleBasedStateMachine):
    """One call of a controller that asks for a key inbound and for a word outbound."""

    @initialize(
        out=st.booleans(), sample=st.sampled_from(["smart-metering", "therapy-association"])
    )
    def begins(self, out, sample):
        self.folder = tempfile.TemporaryDirectory()
        self.house = LineHouse(Path(self.folder.name), _the_clock(), sample=sample)
        if out:
            self.house.board.dial(self.house.permit())
            self.house.timers.pass_()
        else:
            self.house.call_in()
        self.call = self.house.call()

    @property
    def runs(self) -> bool:
        return not self.call.ended

    @rule(seconds=st.sampled_from([0.5, 3.0, 8.0, 40.0]))
    def time_passes(self, seconds):
        self.house.timers.pass_(seconds)

    @rule()
    def what_is_said_ends(self):
        for port in self.house.ports:
            if port.done and not port.looping:
                port.end_of_prompt()
        self.house.timers.pass_()

    @precondition(lambda self: self.runs and self.call.outer)
    @rule(digit=st.sampled_from("1895"))
    def a_key_is_pressed(self, digit):
        self.call.outer.media.digit(digit)
        self.house.timers.pass_()

    @rule(which=st.integers(0, 5), what=st.sampled_from(["up", "bye", "busy", "hold", "back"]))
    def a_phone_does_something(self, which, what):
        legs = [leg for leg in self.house.legs if not leg.over and leg.listener]
        if not legs:
            return
        leg = legs[which % len(legs)]
        if what == "up" and leg.target:
            leg.picks_up()
        elif what in {"bye", "busy"}:
            leg.hangs_up(HangUp.BUSY if what == "busy" else HangUp.BYE_FROM_PEER)
        elif what in {"hold", "back"}:
            leg.listener.leg_reoffered(leg, HELD if what == "hold" else PEER)
        self.house.timers.pass_()

    @precondition(lambda self: self.runs)
    @rule(
        act=st.sampled_from(
            ["agreed", "refused", "stop", "pause", "resume", "blind", "ask", "done"]
        )
    )
    def the_agent_clicks(self, act):
        acts = {
            "agreed": lambda stage: stage.click("agreed", by="ana"),
            "refused": lambda stage: stage.click("refused", by="ana"),
            "stop": lambda stage: stage.stop(by="agent"),
            "pause": lambda stage: stage.pause("card-payment"),
            "resume": lambda stage: stage.resume(by="agent"),
            "blind": lambda stage: stage.transfer("boris", attended=False),
            "ask": lambda stage: stage.transfer("petras", attended=True),
            "done": lambda stage: stage.complete(),
        }
        try:
            acts[act](self.call.state)
        except CallwardError:
            return
        self.house.timers.pass_()

    @rule()
    def everybody_speaks(self):
        before, state = self.house.frames(), self.call.session.gate.state
        self.house.timers.pass_(0.5)
        state = self.call.session.gate.state if state is self.call.session.gate.state else None
        for port in self.house.ports:
            if not port.closed:
                port.speak()
        if self.house.frames() > before:
            assert state is GateState.OPEN
            assert self.call.session.ledger.has(Entry.OPENED)
            assert not self.call.session.ledger.has(Entry.REFUSED)

    @invariant()
    def what_is_kept_was_allowed(self):
        if not hasattr(self, "house"):
            return
        ledger = verify(self.call.session.ledger.as_bytes())
        assert ledger.finished == self.call.ended
        if ledger.refused or ledger.evidence is None:
            assert self.house.frames() == 0

    @invariant()
    def who_has_gone_is_free_and_every_port_is_closed(self):
        if hasattr(self, "house") and self.call.ended:
            assert all(port.closed for port in self.house.ports)
            assert all(
                self.house.board.resources.availability.is_free(each) for each in ("ana", "boris")
            )
            assert len(self.house.spool.kept) + self.finished() == 1

    def finished(self) -> int:
        return sum(bool(writer.finished) for writer in self.house.spool.writers.values())

    def teardown(self):
        if hasattr(self, "house"):
            self.house.board.close()
            self.house.timers.pass_(100)
            self.who_has_gone_is_free_and_every_port_is_closed()
            self.what_is_kept_was_allowed()
            self.folder.cleanup()


def _the_clock() -> clock.FixedClock:
    fixed = clock.FixedClock(THE_START)
    clock.set_clock(fixed)
    return fixed


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
