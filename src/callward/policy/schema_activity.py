"""The tables under `[activity.…]`: what is done with the data, from first word to last day."""

from pydantic import Field

from callward.policy.schema_values import (
    E164,
    Count,
    Digit,
    Language,
    PeriodText,
    Region,
    Slug,
    Table,
    Term,
    Word,
)
from callward.policy.vocabulary import (
    AGREE_KEY,
    REFUSE_KEY,
    STOP_KEY,
    Announce,
    Article9,
    AudioFormat,
    Channel,
    ConsentMode,
    Destruction,
    Direction,
    HoldReason,
    MessageChannel,
    Need,
    OtherVoices,
    OutboundReason,
    RefusalPath,
    ReleaseTo,
    RetentionKind,
    Role,
    StartEvent,
    StopEvent,
)
from callward.policy.vocabulary_calls import (
    Anonymised,
    Giving,
    HeldAt,
    IfNotGiven,
    OptOut,
    PauseReason,
    Said,
)

_MAX_ROWS = 50


class Retain(Table):
    """How long, of which kind, from which event; lint refuses a rule that lacks one (X-21).

    `or_periods` are what a text says beside it; lint refuses two answers to one question (X-04).
    """

    kind: RetentionKind | None = None
    period: PeriodText | None = None
    or_periods: frozenset[PeriodText] = frozenset()
    start: StartEvent | None = None
    destroy: Destruction | None = None
    law: Slug | None = None


class Hold(Table):
    """What may suspend disposal, for how long at most, and how often it is looked at again."""

    reason: HoldReason
    start: StartEvent = Field(alias="from")
    max: PeriodText | None = None
    review: PeriodText | None = None


class Inbound(Table):
    """What a caller is told and asked.

    `says` left out means that the announcement says all of it; `languages` left out, all of the
    policy's.
    """

    announce: Announce
    consent: ConsentMode
    refuse: RefusalPath | None = None
    says: frozenset[Said] = frozenset()
    languages: tuple[Language, ...] = Field(default=(), max_length=30)
    early_media: bool | None = None


class Outbound(Table):
    """What a person who is called is told and asked, and why they may be called at all.

    `or_reasons` are the reasons that another place names; the narrower list wins (X-23).
    """

    announce: Announce
    consent: ConsentMode
    refuse: RefusalPath | None = None
    says: frozenset[Said] = frozenset()
    languages: tuple[Language, ...] = Field(default=(), max_length=30)
    reasons: frozenset[OutboundReason] = frozenset()
    or_reasons: frozenset[OutboundReason] = frozenset()


class Digits(Table):
    """The keys of a telephone that agree, refuse and stop a recording."""

    agree: Digit = AGREE_KEY
    refuse: Digit = REFUSE_KEY
    stop: Digit = STOP_KEY


class Pause(Table):
    """For how long and for which reasons a recording may be paused (K-33)."""

    max: PeriodText
    reasons: frozenset[PauseReason]


class Message(Table):
    """A message left by voice: when its caller is told, and how long it may be."""

    announce: Announce
    longest: PeriodText | None = None


class Stop(Table):
    """What ends a recording, and how soon."""

    on: frozenset[StopEvent]
    within_seconds: Count


class Access(Table):
    """Who may play, why, and under which preconditions."""

    roles: frozenset[Role] = frozenset()
    purposes: frozenset[Slug] = frozenset()
    needs: frozenset[Need] = frozenset()
    playback: PeriodText | None = None


class Release(Table):
    """To whom copies go and what happens to the other voices."""

    to: frozenset[ReleaseTo] = frozenset()
    other_voices: OtherVoices
    channels: frozenset[Channel] = frozenset()


class Locate(Table):
    """Where the data may be."""

    regions: frozenset[Region] = frozenset()
    held_at: frozenset[HeldAt] = frozenset()


class Intake(Table):
    """What is taken in from others, and what happens to what cannot be."""

    formats: frozenset[AudioFormat] = frozenset()
    max_bytes: Count
    length_tolerance: PeriodText
    match_within: PeriodText
    quarantine: Retain
    raw: Retain


class Activity(Table):
    """One thing that is done with personal data.

    `stays_in` names the activities in which the same data stay until their own day (X-05).
    """

    dpv: Term
    categories: frozenset[Slug] = frozenset()
    purposes: frozenset[Slug] = frozenset()
    art9: Article9 | None = None
    directions: frozenset[Direction] = frozenset()
    numbers: frozenset[E164] = frozenset()
    inbound: Inbound | None = None
    outbound: Outbound | None = None
    digits: Digits | None = None
    stop: Stop | None = None
    pause: Pause | None = None
    officer_unrecorded: bool | None = None
    message: Message | None = None
    giving: Giving | None = None
    if_not_given: IfNotGiven | None = None
    ways: frozenset[Channel] = frozenset()
    opt_out: frozenset[OptOut] = frozenset()
    stays_in: frozenset[Slug] = frozenset()
    anonymised: Anonymised | None = None
    unrecorded: frozenset[Channel] = frozenset()
    fields: frozenset[Word] = frozenset()
    never: frozenset[Word] = frozenset()
    consent: ConsentMode | None = None
    channels: frozenset[MessageChannel] = frozenset()
    retain: Retain | None = None
    floor: Retain | None = None
    hold: tuple[Hold, ...] = Field(default=(), max_length=_MAX_ROWS)
    access: Access | None = None
    release: Release | None = None
    locate: Locate | None = None
    intake: Intake | None = None
