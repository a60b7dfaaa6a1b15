"""A SIP endpoint that does what it is told on stdin and tells on stdout what it hears."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from callward.line.sip import Endpoint, LoopTimers, run_loop, stop_loop
from callward.line.sip.session_timers import Wanted
from callward.line.snapshot import Snapshot


def say(event: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def seen(media: Any) -> dict[str, object] | None:
    if media is None:
        return None
    return {
        "host": media.host,
        "port": media.port,
        "codec": media.codec.value,
        "events": media.telephone_event,
        "sends": media.sends,
        "receives": media.receives,
    }


class Listener:
    def leg_rang(self, leg):
        say("rang", leg=leg.ref)

    def leg_answered(self, leg, media):
        say("answered", leg=leg.ref, media=seen(media))

    def leg_acknowledged(self, leg):
        say("acknowledged", leg=leg.ref)

    def leg_reoffered(self, leg, media):
        say("reoffered", leg=leg.ref, media=seen(media))

    def leg_asked_transfer(self, leg, target, replaces):
        say("asked-transfer", leg=leg.ref, target=target, replaces=replaces)

    def leg_transferred(self, leg, code):
        say("transferred", leg=leg.ref, code=code)

    def leg_ended(self, leg, why, code):
        say("ended", leg=leg.ref, why=why.value, code=code)


class Program:
    def __init__(self, options: dict[str, Any]) -> None:
        self.auto = options.get("auto")
        self.listener = Listener()
        self.timers = LoopTimers()
        sessions = options.get("sessions")
        self.endpoint = Endpoint(
            Snapshot.model_validate_json(json.dumps(options["snapshot"])),
            taker=self,
            timers=self.timers,
            sessions=Wanted(**sessions) if sessions else None,
        )
        self.legs: dict[str, Any] = {}

    def call_offered(self, leg):
        self.legs[leg.ref] = leg
        say(
            "offered",
            leg=leg.ref,
            trunk=leg.trunk,
            phone=leg.phone,
            caller=leg.asserted_number,
            dialled=leg.dialled_number,
            redirects=list(leg.redirects),
            agent=leg.user_agent,
            address=leg.remote_address,
            media=seen(leg.media),
        )
        if self.auto == "fault":
            raise KeyError
        if self.auto == "answer":
            leg.answer(port=40000)
        elif isinstance(self.auto, int):
            leg.reject(self.auto)
        return self.listener

    def do(self, line: str) -> None:
        asked = json.loads(line)
        getattr(self, "do_" + asked.pop("do"))(**asked)

    def do_leg(self, leg, act, **facts):
        getattr(self.legs[leg], act)(**facts)

    def do_dial(self, to, trunk=None, port=40002, seconds=10.0, caller="+442079460123"):
        target = self.endpoint.trunk(trunk, to) if trunk else self.endpoint.phone(to)
        if target is None:
            say("nowhere", to=to)
            return
        leg = self.endpoint.dial(
            target, caller=caller, port=port, listener=self.listener, ring_seconds=seconds
        )
        self.legs[leg.ref] = leg
        say("dialled", leg=leg.ref)

    def do_figures(self):
        # A server transaction without any timer would never end.
        timers = ("teA", "teD", "teE", "teF")
        alive = self.endpoint.transactions.tserver.values()
        stuck = sum(all(getattr(each, name) is None for name in timers) for each in alive)
        say("figures", stuck=stuck, **self.endpoint.figures())

    def do_end_all(self):
        for leg in self.legs.values():
            leg.end()
        self.legs.clear()

    def do_auto(self, to):
        self.auto = to

    def do_refuse_new(self):
        self.endpoint.refuse_new()

    def do_stop(self):
        self.endpoint.close()
        self.timers.after(0.3, stop_loop)


def main() -> None:
    program = Program(json.loads(sys.stdin.readline()))

    def read() -> None:
        for line in sys.stdin:
            program.timers.soon(lambda line=line: program.do(line))

    threading.Thread(target=read, daemon=True).start()
    say("ready", port=program.endpoint.port)
    run_loop()
    program.endpoint.shut()


if __name__ == "__main__":
    main()
