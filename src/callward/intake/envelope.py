"""The intake envelope `callward.intake/1`: what every source says about one recording."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from callward.calls.states import CallDirection, Disposition, PartyRole, Told
from callward.intake.errors import MalformedEnvelopeError

SCHEMA = "callward.intake/1"
LARGEST_ENVELOPE = 256 * 1024
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_LONGEST_CALL = 7 * 24 * 3600

E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")]
# Printable and without blanks: an id goes into keys, never into paths.
Identifier = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,120}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,59}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Seconds = Annotated[int, Field(ge=0, le=_LONGEST_CALL)]


class _Closed(BaseModel):
    """Unknown keys and loose types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Source(_Closed):
    """The system that hands over, and the account there."""

    system: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    account: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$")]


class Party(_Closed):
    """One party and the channel it speaks on; a withheld number is absent."""

    role: PartyRole
    number: E164 | None = None
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    channel: Literal[0, 1, "mix"] = "mix"


class Media(_Closed):
    """What the source says about the audio."""

    uri: Annotated[str, StringConstraints(max_length=500)] | None = None
    upload: bool = False
    mime: Annotated[str, StringConstraints(pattern=r"^audio/[a-z0-9.+-]{1,34}$")] = "audio/mpeg"
    sha256: Sha256 | None = None
    bytes: Annotated[int, Field(ge=0)] | None = None
    channels: Literal[1, 2] | None = None
    seconds: Annotated[float, Field(ge=0, le=_LONGEST_CALL, allow_inf_nan=False)] | None = None


class Consent(_Closed):
    """What the person was told, and by what that can be shown."""

    basis: Told
    evidence: Annotated[str, StringConstraints(max_length=500)] | None = None


class CallLeg(_Closed):
    """One party's part in the call."""

    role: PartyRole
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None


class Envelope(_Closed):
    """Everything that a source says about one recording."""

    form: Literal["callward.intake/1"] = Field(alias="schema")
    source: Source
    source_call_id: Identifier
    recording_id: Identifier
    direction: CallDirection
    started_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    ended_at: AwareDatetime
    parties: Annotated[tuple[Party, ...], Field(max_length=16)] = ()
    did: E164 | None = None
    queue: Word | None = None
    agent: Word | None = None
    disposition: Disposition = Disposition.ANSWERED
    talk_seconds: Seconds
    media: Media = Media()
    consent: Consent = Consent(basis=Told.UNKNOWN)
    legs: Annotated[tuple[CallLeg, ...], Field(max_length=64)] = ()
    raw: Annotated[str, StringConstraints(max_length=65536)] = ""

    @property
    def outside_number(self) -> str:
        """The number of the person outside: the caller of a call in, else the callee."""
        outside = PartyRole.CALLER if self.direction is CallDirection.IN else PartyRole.CALLEE
        told = (one.number for one in self.parties if one.role is outside and one.number)
        return next(told, "")

    @model_validator(mode="after")
    def times_follow_each_other(self) -> Self:
        """A call starts, is answered and ends in this order, within living memory."""
        answered = self.answered_at or self.started_at
        if not _EARLIEST <= self.started_at <= answered <= self.ended_at <= _LATEST:
            raise ValueError
        return self

    @property
    def numbers(self) -> frozenset[str]:
        """Every number in it."""
        parties = {party.number for party in self.parties if party.number}
        return frozenset(parties | ({self.did} if self.did else set()))

    def as_json(self) -> bytes:
        """The wire form, which `parse_envelope` reads back."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def parse_envelope(raw: bytes) -> Envelope:
    """Read an envelope; raises MalformedEnvelopeError, naming the place and never the value."""
    if len(raw) > LARGEST_ENVELOPE:
        raise MalformedEnvelopeError(where="", kind="too-long")
    try:
        return Envelope.model_validate_json(raw)
    except ValidationError as error:
        raise _named(error) from None  # the original would carry persons
    except (RecursionError, OverflowError):
        raise MalformedEnvelopeError(where="", kind="too-deep") from None


def _named(error: ValidationError) -> MalformedEnvelopeError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = first["loc"]
    if first["type"] == "extra_forbidden":
        place = (*place[:-1], "…")  # an invented key may be anything, even a name
    where = ".".join(str(part) for part in place) or "times"
    return MalformedEnvelopeError(where=where, kind=first["type"].replace("_", "-"))
