"""The tables of a policy file (`callward-policy/1`), closed world."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callward.policy.schema_activity import Activity, Retain
from callward.policy.schema_values import (
    E164,
    Count,
    Country,
    Day,
    Email,
    Language,
    MonthDay,
    PeriodText,
    PolicyId,
    Prose,
    Slug,
    Table,
    Term,
    Text,
    WebAddress,
    Word,
    ZoneName,
)
from callward.policy.vocabulary import (
    AnnounceChange,
    Basis,
    BreachItem,
    Channel,
    Collected,
    ControlKind,
    CookieClass,
    MessageChannel,
    RecipientRole,
    RecordKind,
    RestrictionClock,
    Right,
    Role,
)

_MAX_ROWS = 200


class Site(Table):
    """A public site of the controller (K-37)."""

    name: Text
    url: WebAddress
    email: Email | None = None


class Office(Table):
    """A place where the controller can be visited (I-18)."""

    name: Text
    address: Text


class Desk(Table):
    """A desk that answers, for example support or finance (C-35)."""

    name: Slug
    email: Email | None = None
    phone: E164 | None = None


class Controller(Table):
    """The legal entity, its brand beside it, and every way to reach it (D-13, X-20)."""

    id: Slug
    legal_name: Text
    brand: Text | None = None
    registration: Text | None = None
    country: Country
    post: Text | None = None
    courier: Text | None = None
    fax: E164 | None = None
    email: Email | None = None
    phone: E164 | None = None
    visit: Text | None = None
    web: WebAddress | None = None
    account: WebAddress | None = None
    telephony_provider: bool = False
    financial_year_ends: MonthDay
    site: tuple[Site, ...] = Field(default=(), max_length=_MAX_ROWS)
    office: tuple[Office, ...] = Field(default=(), max_length=_MAX_ROWS)
    desk: tuple[Desk, ...] = Field(default=(), max_length=_MAX_ROWS)


class Officer(Table):
    """The data protection officer's own contact (S-20)."""

    email: Email | None = None
    phone: E164 | None = None
    post: Text | None = None


class Category(Table):
    """A kind of personal data (K-13)."""

    dpv: Term
    collected: Collected = Collected.ALWAYS
    fields: frozenset[Word] = frozenset()
    special: bool = False
    link_only: bool = False


class Purpose(Table):
    """Why something is done, on which one basis (X-10)."""

    dpv: Term
    basis: Basis | None = None
    interest: Text | None = None
    balancing: Text | None = None
    law: Slug | None = None
    evidence: bool = False


class Recipient(Table):
    """Who else gets the data, and where; a carrier has a deletion duty of its own (X-18)."""

    id: Slug
    role: RecipientRole
    activity: Slug
    country: Country
    contract: Day | None = None
    delete: Retain | None = None


class Rights(Table):
    """Which rights are offered, on which channels, and how soon they are answered."""

    all: frozenset[Right]
    answer: PeriodText | None = None
    extend: PeriodText | None = None
    channels: frozenset[Channel] = frozenset()
    priority_words: tuple[Text, ...] = Field(default=(), max_length=_MAX_ROWS)
    withdrawal_subject: Text | None = None
    restriction_clock: RestrictionClock | None = None


class Breach(Table):
    """The clocks and the contents of breach notices (D-09)."""

    client: PeriodText | None = None
    authority: PeriodText | None = None
    authority_as_provider: PeriodText | None = None
    contents: frozenset[BreachItem] = frozenset()


class Change(Table):
    """How a change of the notice is announced."""

    announce: frozenset[AnnounceChange]
    notice_days: Count


class Backup(Table):
    """How long data backups and key backups live; both are printed in the notice."""

    kept: Retain = Field(alias="data")
    keys: Retain


class TwoPerson(Table):
    """Who confirms an act that needs two persons, or how long it waits instead (D-19)."""

    second: Role | None = None
    delay: PeriodText | None = None


class Waiver(Table):
    """A dated permission to run a rule that lint refuses, kept and shown as what it is."""

    code: Annotated[str, Field(pattern=r"^[A-Z]-\d{2}$")]
    by: Text
    until: Day
    reason: Text


class Remark(Table):
    """A free statement of the controller, printed apart as unchecked."""

    language: Language
    text: Prose


class PaperRule(Table):
    """How long a paper that Callward itself makes is kept (G-16)."""

    retain: Retain


class Cookie(Table):
    """One cookie of a public site (K-34)."""

    purpose: CookieClass
    life: PeriodText
    third_party: Slug | None = None


class Notification(Table):
    """Which messages one event sends (C-12)."""

    channels: frozenset[MessageChannel]
    marketing: bool = False


class Control(Table):
    """One of the eight controls, with its dated evidence (C-28)."""

    evidence: Text
    reviewed: Day


class Policy(Table):
    """One controller's whole policy, as written."""

    schema_: Literal["callward-policy/1"] = Field(alias="schema")
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,30}$")]
    effective: Day
    previous: PolicyId | None = None
    jurisdiction: Country
    timezone: ZoneName
    languages: tuple[Language, ...] = Field(min_length=1, max_length=30)
    controller: Controller
    dpo: Officer | None = None
    category: dict[Slug, Category] = Field(default={}, max_length=_MAX_ROWS)
    purpose: dict[Slug, Purpose] = Field(default={}, max_length=_MAX_ROWS)
    activity: dict[Slug, Activity] = Field(default={}, max_length=_MAX_ROWS)
    recipient: tuple[Recipient, ...] = Field(default=(), max_length=_MAX_ROWS)
    rights: Rights
    breach: Breach
    change: Change
    backup: Backup
    two_person: TwoPerson
    record: dict[RecordKind, PaperRule] = {}
    cookie: dict[Slug, Cookie] = Field(default={}, max_length=_MAX_ROWS)
    notification: dict[Slug, Notification] = Field(default={}, max_length=_MAX_ROWS)
    control: dict[ControlKind, Control] = {}
    waiver: tuple[Waiver, ...] = Field(default=(), max_length=_MAX_ROWS)
    remark: tuple[Remark, ...] = Field(default=(), max_length=_MAX_ROWS)
