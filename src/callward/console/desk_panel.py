"""What the desk's panel shows of an agent's one call, made anew at every piece of news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.console.forms.desk import PauseForm, WrapUpForm
from callward.policy.vocabulary import ConsentMode, Direction, PromptKey
from callward.telephony import selectors as line
from callward.telephony.states import GateWord

if TYPE_CHECKING:
    from callward.console.staff_session import Visit
    from callward.telephony.values import DeskCallView


def desk_context(visit: Visit) -> dict[str, object]:
    """Everything that the desk shows."""
    where = visit.controller_ref
    phone = line.own_phone(visit.user.ref, where, at=visit.at)
    call = line.desk_call(visit.user.ref, where)
    rules, found = visit.policy.recording, line.status()
    return {
        "phone": phone,
        "line_is_up": found is not None,
        "phone_is_reached": found is None or phone is None or str(phone.ref) in found.reached,
        "call": call,
        "question": _question(call, visit) if call else "",
        "may_note": call is not None and _asks_aloud(call, visit),
        "pause_form": PauseForm(policy=visit.policy) if rules and rules.pause else None,
        "longest_pause": int(rules.pause.max.as_timedelta().total_seconds())
        if rules and rules.pause
        else 0,
        "wrap_up_form": WrapUpForm(policy=visit.policy),
        "may_dial": bool(visit.policy.outbound_reasons) and line.outbound(where) is not None,
        "ring_backs": line.ring_backs(where),
        "records_calls": rules is not None,
        "may_hold_complaint": rules is not None
        and "complaint" in visit.policy.holds["call-recording"],
    }


def _asks_aloud(call: DeskCallView, visit: Visit) -> bool:
    """Whether the agent reads the question out and notes the answer."""
    rules = visit.policy.recording
    way = Direction.OUT if call.outbound else Direction.IN
    if rules is None or way not in rules.telling or call.ended_at is not None:
        return False
    return rules.telling[way].consent is ConsentMode.SPOKEN and call.gate in {
        GateWord.TOLD,
        GateWord.ASKED,
    }


def _question(call: DeskCallView, visit: Visit) -> str:
    """The policy's own words in the language of the call."""
    words = line.words_of(visit.policy)
    language = call.language if call.language in words else visit.policy.languages[0]
    return words[language].get(PromptKey.CONSENT_QUESTION, "")
