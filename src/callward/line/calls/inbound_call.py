"""A call that comes in: whose number it is, answered, and led to its opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.calls.announcement import Announcing, Answering, LanguageChoice
from callward.line.calls.call import Call
from callward.line.calls.call_routing import Queued, Routing
from callward.line.states import Party
from callward.policy.vocabulary import ConsentMode, Direction

if TYPE_CHECKING:
    from callward.line.calls.call_state import CallState
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.line_resources import LineResources
    from callward.line.ports import SipLeg
    from callward.line.snapshot import Did, Trunk


def begin_inbound(
    resources: LineResources, profile: ControllerProfile, did: Did, *, leg: SipLeg, trunk: Trunk
) -> Call:
    """Take a call; the caller hears the announcement before anything else happens."""
    call = Call(resources, profile, direction=Direction.IN)
    facts = call.facts
    facts.outer_number, facts.did = leg.asserted_number, did.number
    facts.redirects = leg.redirects
    participant = call.participant(Party.OUTER, in_band=trunk.in_band_digits)
    participant.sip, call.outer = leg, participant
    call.queue_again = lambda queue: Queued(call, queue)
    call.session.begin(trunk=trunk.ref)
    if leg.media:
        participant.media.connect(leg.media)
    call.first = _first(call, did, early=trunk.early_media and _may_be_early(profile))
    return call


def _first(call: Call, did: Did, *, early: bool) -> CallState:
    def onward() -> CallState:
        return Answering(call, lambda: Routing(call, did))

    def tell() -> CallState:
        return Announcing(call, number=did.number, officer=did.officer, onward=onward)

    keys = _keys(call.profile, did)
    if len(keys) == 1:
        call.language = next(iter(keys.values()))

    def opening() -> CallState:
        return LanguageChoice(call, keys, tell) if len(keys) > 1 else tell()

    if early and call.outer and call.outer.sip:
        call.outer.sip.ring(early_port=call.outer.port)
        return opening()
    return Answering(call, opening)


def _may_be_early(profile: ControllerProfile) -> bool:
    """A carrier may keep digits back before the answer, so a question is never early."""
    telling = profile.rules.telling.get(Direction.IN)
    return telling is None or (telling.early_media and telling.consent is not ConsentMode.KEYPRESS)


def _keys(profile: ControllerProfile, did: Did) -> dict[str, str]:
    """Each offered language by its key: its place in the policy's list, from 1."""
    telling = profile.rules.telling.get(Direction.IN)
    languages = (telling.languages if telling else ()) or profile.line.languages
    keys = {str(place): language for place, language in enumerate(languages, 1)}
    offered = did.languages or languages
    return {key: language for key, language in keys.items() if language in offered}
