"""Lint rules on telling, asking, stopping and the way round a recorded call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import RECORDING_ACTIVITY, Announce, Direction, StopEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity

_HERE = f"activity.{RECORDING_ACTIVITY}"


def recordings_of(policy: Policy) -> Iterator[Activity]:
    """The recording activity, or nothing."""
    if activity := policy.activity.get(RECORDING_ACTIVITY):
        yield activity


@checks(
    Rule(
        code="X-02",
        article="GDPR 13(1)",
        fact=gettext_noop("%(where)s starts to record before the person is told."),
        mend=gettext_noop("Announce before-connect inbound, at connection outbound."),
    )
)
def _recorder_before_told(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        late = (Announce.NEVER, Announce.AFTER_IDENTIFICATION)
        if recording.inbound and recording.inbound.announce in late:
            yield Trouble(f"{_HERE}.inbound")
        if recording.outbound and recording.outbound.announce is Announce.NEVER:
            yield Trouble(f"{_HERE}.outbound")


@checks(
    Rule(
        code="P-06",
        article="GDPR 5(1)(a), 13(1)",
        fact=gettext_noop(
            "%(where)s tells the person after they were identified, or before anybody answers."
        ),
        mend=gettext_noop("Set announce = on-connect-before-identification."),
    )
)
def _identified_first(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        wrong = (Announce.AFTER_IDENTIFICATION, Announce.BEFORE_CONNECT)
        if recording.outbound and recording.outbound.announce in wrong:
            yield Trouble(f"{_HERE}.outbound")


@checks(
    Rule(
        code="P-07",
        article="GDPR 13(1)",
        fact=gettext_noop("%(where)s is recorded, but nothing says what the person is told."),
        mend=gettext_noop("Add the table inbound or outbound, or take the direction out."),
    )
)
def _direction_without_words(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if not recording.directions:
            yield Trouble(f"{_HERE}.directions")
        if Direction.IN in recording.directions and recording.inbound is None:
            yield Trouble(f"{_HERE}.inbound")
        if Direction.OUT in recording.directions and recording.outbound is None:
            yield Trouble(f"{_HERE}.outbound")


@checks(
    Rule(
        code="P-08",
        article="K-03",
        fact=gettext_noop("%(where)s does not say for which reasons people are called."),
        mend=gettext_noop("Add reasons, for example booking, earlier-contact, complaint."),
    )
)
def _unreasoned_calls(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.outbound and not recording.outbound.reasons:
            yield Trouble(f"{_HERE}.outbound")


@checks(
    Rule(
        code="P-09",
        article="GDPR 7(3), 21(1)",
        fact=gettext_noop("%(where)s does not stop at hang-up and at refusal."),
        mend=gettext_noop("Set stop = { on = [hangup, refusal], within_seconds = 1 }."),
    )
)
def _unstoppable(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.stop is None or recording.stop.on != frozenset(StopEvent):
            yield Trouble(f"{_HERE}.stop")


@checks(
    Rule(
        code="G-01",
        article="GDPR 5(1)(a), 7(4)",
        fact=gettext_noop("%(where)s offers no alternative to a recorded call."),
        mend=gettext_noop("List the channels of an unrecorded contact in unrecorded."),
    )
)
def _no_alternative(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if not recording.unrecorded:
            yield Trouble(f"{_HERE}.unrecorded")


@checks(
    Rule(
        code="G-13",
        article="GDPR 7(3), 21(1)",
        fact=gettext_noop("%(where)s does not say what happens when the person refuses."),
        mend=gettext_noop("Add refuse, for example unrecorded-queue."),
    )
)
def _no_refusal_path(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.inbound and recording.inbound.refuse is None:
            yield Trouble(f"{_HERE}.inbound")
        if recording.outbound and recording.outbound.refuse is None:
            yield Trouble(f"{_HERE}.outbound")


@checks(
    Rule(
        code="P-20",
        article="cw:intake",
        fact=gettext_noop("%(where)s lacks what is needed to take recordings in."),
        mend=gettext_noop(
            "Add [activity.call-recording.intake] with at least one format and exact times."
        ),
    )
)
def _no_intake(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        intake = recording.intake
        if intake is None or not intake.formats or not intake.max_bytes:
            yield Trouble(f"{_HERE}.intake")
            continue
        for key in ("length_tolerance", "match_within"):
            if not getattr(intake, key).startswith("PT"):
                yield Trouble(f"{_HERE}.intake.{key}")
