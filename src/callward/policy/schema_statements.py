"""The tables about what a notice states beside the single activities."""

from pydantic import Field

from callward.policy.schema_activity import Retain
from callward.policy.schema_values import (
    Count,
    Country,
    Day,
    PeriodText,
    Slug,
    Table,
    Text,
    WebAddress,
)
from callward.policy.vocabulary import (
    AnnounceChange,
    BreachItem,
    Channel,
    CookieClass,
    MessageChannel,
    OutboundReason,
    RestrictionClock,
    Right,
)
from callward.policy.vocabulary_calls import (
    AdminPower,
    Consequence,
    DataSource,
    Delivery,
    Evaluated,
    HowInformed,
    OtherPerson,
    PaymentWay,
    SignIn,
    Told,
)
from callward.policy.vocabulary_notice import (
    Acceptance,
    AutomatedException,
    BreachRecipient,
    CookieChoice,
    CookieUse,
    DocumentSubject,
    ErasureGround,
    ExtensionReason,
    IdentityProof,
    Lessening,
    ObjectionShown,
    Protocol,
    RefusalReason,
    RequestForm,
    RestrictedUse,
    ReviewSafeguard,
    Safeguard,
    TransferStance,
)

_MAX_WORDS = 200


class Automated(Table):
    """When a machine may decide alone, and what a person may ask then: Article 22 (K-26)."""

    exceptions: frozenset[AutomatedException] = frozenset()
    safeguards: frozenset[ReviewSafeguard] = frozenset()


class Rights(Table):
    """Which rights are offered, on which channels, and how soon they are answered.

    `own_channels` gives a right channels of its own (S-17); `cites` the law that a text names.
    """

    all: frozenset[Right]
    answer: PeriodText | None = None
    extend: PeriodText | None = None
    channels: frozenset[Channel] = frozenset()
    own_channels: dict[Right, frozenset[Channel]] = {}
    withdrawal_channels: frozenset[Channel] = frozenset()
    form: RequestForm | None = None
    priority_words: tuple[Text, ...] = Field(default=(), max_length=_MAX_WORDS)
    withdrawal_subject: Text | None = None
    restriction_clock: RestrictionClock | None = None
    restricted_uses: frozenset[RestrictedUse] = frozenset()
    erasure_grounds: frozenset[ErasureGround] = frozenset()
    extension_reasons: frozenset[ExtensionReason] = frozenset()
    refusal_reasons: frozenset[RefusalReason] = frozenset()
    identity: IdentityProof | None = None
    objection_shown: frozenset[ObjectionShown] = frozenset()
    other_regulators: bool | None = None
    automated: Automated | None = None
    cites: dict[Right, Slug] = {}


class Breach(Table):
    """The clocks and the contents of breach notices (D-09).

    `contents` is what every notice says; `told` what one recipient is told instead.
    """

    client: PeriodText | None = None
    person: PeriodText | None = None
    authority: PeriodText | None = None
    authority_as_provider: PeriodText | None = None
    contents: frozenset[BreachItem] = frozenset()
    told: dict[BreachRecipient, frozenset[BreachItem]] = {}
    cites: dict[BreachRecipient, Slug] = {}


class Change(Table):
    """How a change of the notice is announced."""

    announce: frozenset[AnnounceChange]
    notice_days: Count
    lessening: Lessening | None = None
    acceptance: Acceptance | None = None
    reader_rechecks: bool | None = None
    tells_before_merger: bool | None = None


class Publish(Table):
    """When a failed check of a sentence is shown to the public (POLICY 5)."""

    show_failure_after: PeriodText


class Transfers(Table):
    """What is said about countries outside the EEA: Article 13(1)(f) (G-04)."""

    outside: TransferStance
    countries: frozenset[Country] = frozenset()
    safeguards: frozenset[Safeguard] = frozenset()


class Children(Table):
    """That children may be among the persons, and who speaks for them (G-03, D-14)."""

    consent_age: Count
    by_representative: bool


class StaffNotice(Table):
    """What the people whose voices are recorded at work are told (G-10)."""

    purposes: frozenset[Slug]
    evaluated: Evaluated
    consequence: Consequence | None = None
    told: Told
    unrecorded_line: bool
    consulted: Day | None = None


class OtherPersons(Table):
    """Persons whose data come from somebody else: Article 14 (G-11)."""

    who: frozenset[OtherPerson]
    source: frozenset[DataSource]
    informed: HowInformed


class Document(Table):
    """A published document, and what it speaks of (K-35, L-23)."""

    id: Slug
    url: WebAddress
    subjects: frozenset[DocumentSubject]


class Account(Table):
    """The account that a person holds with the controller (K-15, X-25)."""

    sign_in: frozenset[SignIn]
    ip_lock: bool | None = None
    retain: Retain | None = None


class AccountAdmin(Table):
    """What the administrator of a customer's account, or our dispatcher, may do (C-25).

    `rights_path` is a channel for requests that the administrator cannot close (X-14).
    """

    powers: frozenset[AdminPower]
    dispatcher: bool | None = None
    rights_path: Channel | None = None


class Payment(Table):
    """How payments or donations are taken, and by whom (K-33, C-08)."""

    ways: frozenset[PaymentWay]
    processor: Slug | None = None


class Calling(Table):
    """Why people are called by a controller that records no calls (K-03)."""

    reasons: frozenset[OutboundReason]


class Residue(Table):
    """How long something deleted may stay on the active servers (L-40, C-20)."""

    servers: PeriodText


class Cookie(Table):
    """One cookie of a public site (K-34)."""

    purpose: CookieClass
    uses: frozenset[CookieUse] = frozenset()
    life: PeriodText | None = None
    session: bool | None = None
    shared: bool | None = None
    third_party: Slug | None = None
    anonymous: bool | None = None
    checked: Day | None = None


class CookieRules(Table):
    """How a visitor chooses (L-36)."""

    choice: CookieChoice


class Notification(Table):
    """Which messages one event sends, and what they carry (C-12, X-13)."""

    channels: frozenset[MessageChannel]
    marketing: bool = False
    delivery: Delivery | None = None


class Control(Table):
    """One of the eight controls, with its dated evidence (C-28)."""

    evidence: Text
    reviewed: Day
    law: Slug | None = None
    protocols: frozenset[Protocol] = frozenset()
