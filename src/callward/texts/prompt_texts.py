"""What the phone line says: every prompt of a policy, in every language (K-01, K-02, X-03)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.kernel.calendar import Period, parse_period
from callward.policy.compiled import Digits
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    VOICEMAIL_ACTIVITY,
    Channel,
    ConsentMode,
    Direction,
    PromptKey,
    RefusalPath,
)
from callward.policy.vocabulary_calls import Said
from callward.texts.addresses import host_of, spaced_number, spoken_address
from callward.texts.catalogue import catalogue_of
from callward.texts.errors import UnsayableRuleError
from callward.texts.sentence import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity, Inbound, Outbound
    from callward.policy.schema_parties import Controller
    from callward.texts.catalogue import Catalogue

_NAMED_KEYS = {"*": "prompt.key.star", "#": "prompt.key.hash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """One policy in one language, while its prompts are written."""

    policy: Policy
    catalogue: Catalogue

    def say(self, *sentences: str) -> str:
        """These sentences one after the other, each whole, with what the policy gives them."""
        return " ".join(self._one(sentence) for sentence in sentences)

    def _one(self, sentence: str) -> str:
        slots = self.catalogue.template(f"prompt.{sentence}").slots
        values = {slot: self._value(slot) for slot in slots}
        return written(f"prompt.{sentence}", values, catalogue=self.catalogue)

    def _value(self, slot: str) -> str | Period:
        controller = self.policy.controller
        match slot:
            case "agree" | "refuse" | "stop":
                return self._key(slot)
            case "digit":
                return str(1 + offered_languages(self.policy).index(self.catalogue.language))
            case "period":
                return _voicemail_kept(self.policy)
            case "place":
                return _place_of_notices(controller) or ""
            case _:
                return _as_spoken(slot, str(getattr(controller, slot)))

    def _key(self, name: str) -> str:
        digit = str(getattr(self.recording.digits or Digits(), name))
        spoken = _NAMED_KEYS.get(digit)
        return written(spoken, {}, catalogue=self.catalogue) if spoken else digit

    @property
    def recording(self) -> Activity:
        return self.policy.activity[RECORDING_ACTIVITY]

    @property
    def name(self) -> str:
        brand = self.policy.controller.brand
        return "name" if brand in (None, self.policy.controller.legal_name) else "brand"

    @property
    def place(self) -> str:
        return "place" if _place_of_notices(self.policy.controller) else "asked"


def prompt_texts(policy: Policy, language: str) -> Mapping[PromptKey, str]:
    """What each prompt says; only the prompts that this policy can need."""
    spoken = _Spoken(policy=policy, catalogue=catalogue_of(language))
    texts = dict(_for_every_call(spoken))
    if RECORDING_ACTIVITY in policy.activity:
        texts |= dict(_for_recorded_calls(spoken))
    if VOICEMAIL_ACTIVITY in policy.activity:
        texts[PromptKey.VOICEMAIL] = spoken.say("voicemail", "voicemail.kept")
    return MappingProxyType({key: texts[key] for key in PromptKey if key in texts})


def offered_languages(policy: Policy) -> tuple[str, ...]:
    """The languages a caller can choose from; the digit of each is its place, from 1."""
    recording = policy.activity.get(RECORDING_ACTIVITY)
    inbound = recording.inbound if recording else None
    return (inbound.languages if inbound else ()) or policy.languages


def _for_every_call(spoken: _Spoken) -> Iterator[tuple[PromptKey, str]]:
    if spoken.catalogue.language in offered_languages(spoken.policy):
        yield PromptKey.LANGUAGE_CHOICE, spoken.say("language-choice")
    yield (
        PromptKey.GREETING_UNRECORDED,
        spoken.say(f"reached.{spoken.name}", "unrecorded", "processed", f"notice.{spoken.place}"),
    )
    for key in (
        PromptKey.PLEASE_WAIT,
        PromptKey.ALL_BUSY,
        PromptKey.CALLBACK_NOTED,
        PromptKey.CLOSED,
        PromptKey.HOLIDAY,
        PromptKey.GOODBYE,
    ):
        yield key, spoken.say(str(key))


def _for_recorded_calls(spoken: _Spoken) -> Iterator[tuple[PromptKey, str]]:
    activity = spoken.recording
    if Direction.IN in activity.directions and activity.inbound:
        said = _announcement(spoken, activity.inbound, greeting="reached")
        yield PromptKey.ANNOUNCEMENT_INBOUND, said
    if Direction.OUT in activity.directions and activity.outbound:
        said = _announcement(spoken, activity.outbound, greeting="calling")
        yield PromptKey.ANNOUNCEMENT_OUTBOUND, said
    yield from _asked(spoken)
    yield PromptKey.UNRECORDED_WAYS, spoken.say("ways", *_ways(activity))
    yield PromptKey.RECORDING_STOPPED, spoken.say("stopped")
    yield PromptKey.NOT_RECORDED_NOW, spoken.say("not-recorded-now")
    yield PromptKey.NEW_PARTY_TOLD, spoken.say("new-party")


def _announcement(spoken: _Spoken, rule: Inbound | Outbound, *, greeting: str) -> str:
    parts = (
        (Said.WHO, (f"{greeting}.{spoken.name}",)),
        (Said.RECORDED, (_recorded(rule),)),
        (Said.PROCESSED, ("processed",)),
        *_notices(spoken, rule),
        (Said.RECORDED, _agreeing(rule)),
        (Said.HOW_TO_REFUSE, _refusing(rule)),
    )
    # An announcement that names nothing tells all of it.
    told = rule.says or frozenset(Said)
    return spoken.say(*(each for topic, said in parts if topic in told for each in said))


def _notices(spoken: _Spoken, rule: Inbound | Outbound) -> Iterator[tuple[Said, tuple[str, ...]]]:
    told = rule.says or frozenset(Said)
    if {Said.CALL_NOTICE, Said.SITE_NOTICE} <= told:
        yield Said.CALL_NOTICE, (f"notices.{spoken.place}",)
        return
    yield Said.CALL_NOTICE, (f"recording-notice.{spoken.place}",)
    yield Said.SITE_NOTICE, (f"notice.{spoken.place}",)


def _recorded(rule: Inbound | Outbound) -> str:
    match rule.consent:
        case ConsentMode.NONE:
            return "recorded"
        case ConsentMode.KEYPRESS | ConsentMode.SPOKEN:
            return "asked"
        case ConsentMode.CONTINUED:
            return "continued"
        case ConsentMode.PER_CHANNEL | ConsentMode.WRITTEN:
            raise UnsayableRuleError(rule=f"activity.{RECORDING_ACTIVITY}.consent")


def _agreeing(rule: Inbound | Outbound) -> tuple[str, ...]:
    asked = {ConsentMode.KEYPRESS: "asked.agree-by-key", ConsentMode.SPOKEN: "asked.soon"}
    return (asked[rule.consent],) if rule.consent in asked else ()


def _refusing(rule: Inbound | Outbound) -> tuple[str, ...]:
    # Who goes on without recording needs no other way; who is cut off hears one afterwards.
    after = "end" if rule.refuse is RefusalPath.END_CALL else "go-on"
    match rule.consent:
        case ConsentMode.KEYPRESS:
            return (f"asked.refuse-and-{after}",)
        case ConsentMode.SPOKEN:
            return ()
        case _:
            return (f"recorded.refuse-and-{after}", "stop-by-key")


def _asked(spoken: _Spoken) -> Iterator[tuple[PromptKey, str]]:
    rules = [rule for rule in (spoken.recording.inbound, spoken.recording.outbound) if rule]
    modes = {rule.consent for rule in rules}
    if modes & {ConsentMode.KEYPRESS, ConsentMode.SPOKEN}:
        way = "spoken" if ConsentMode.SPOKEN in modes else "key"
        yield PromptKey.CONSENT_QUESTION, spoken.say(f"question.{way}")
        yield PromptKey.THANKS_AGREED, spoken.say("agreed", "stop-by-key")
    ends = any(rule.refuse is RefusalPath.END_CALL for rule in rules)
    yield PromptKey.GOES_ON_UNRECORDED, spoken.say("ends" if ends else "goes-on")


def _ways(activity: Activity) -> Iterator[str]:
    if not activity.unrecorded:
        raise UnsayableRuleError(rule=f"activity.{RECORDING_ACTIVITY}.unrecorded")
    yield from (f"way.{channel}" for channel in Channel if channel in activity.unrecorded)


def _as_spoken(slot: str, value: str) -> str:
    match slot:
        case "fax" | "phone":
            return spaced_number(value)
        case "web" | "account":
            return spoken_address(value)
        case _:
            return value


def _place_of_notices(controller: Controller) -> str | None:
    addresses = (*(site.url for site in controller.site), controller.web, controller.account)
    first = next((address for address in addresses if address), None)
    return host_of(first) if first else None


def _voicemail_kept(policy: Policy) -> Period:
    retain = policy.activity[VOICEMAIL_ACTIVITY].retain
    if retain is None or retain.period is None:
        raise UnsayableRuleError(rule=f"activity.{VOICEMAIL_ACTIVITY}.retain")
    return parse_period(retain.period)
