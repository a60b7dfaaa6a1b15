"""The tables of a policy file (`callward-policy/1`), closed world."""

from typing import Annotated, Literal

from pydantic import Field

from callward.policy.schema_activity import Activity, Retain
from callward.policy.schema_parties import (
    MAX_ROWS,
    Controller,
    Officer,
    Recipient,
    TypedAuthority,
)
from callward.policy.schema_statements import (
    Account,
    AccountAdmin,
    Breach,
    Calling,
    Change,
    Children,
    Control,
    Cookie,
    CookieRules,
    Document,
    Notification,
    OtherPersons,
    Payment,
    Publish,
    Residue,
    Rights,
    StaffNotice,
    Transfers,
)
from callward.policy.schema_values import (
    Country,
    Day,
    Language,
    PeriodText,
    PolicyId,
    Prose,
    Slug,
    Table,
    Term,
    Text,
    Word,
    ZoneName,
)
from callward.policy.vocabulary import Basis, Collected, ControlKind, RecordKind, Role
from callward.policy.vocabulary_notice import Profiling, Reviewed, Weighed


class Category(Table):
    """A kind of personal data (K-13)."""

    dpv: Term
    collected: Collected = Collected.ALWAYS
    fields: frozenset[Word] = frozenset()
    special: bool = False
    children: bool | None = None
    link_only: bool = False


class Purpose(Table):
    """Why something is done, on which one basis.

    `or_basis` are the bases that a text names beside it; lint refuses them (X-10, L-02).
    """

    dpv: Term
    basis: Basis | None = None
    or_basis: frozenset[Basis] = frozenset()
    interest: Text | None = None
    balancing: Text | None = None
    weighed: frozenset[Weighed] = frozenset()
    own_similar_products: bool | None = None
    law: Slug | None = None
    evidence: bool = False

    @property
    def bases(self) -> frozenset[Basis]:
        """Every basis that the text names for it."""
        return self.or_basis | ({self.basis} if self.basis else frozenset())


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


class Policy(Table):
    """One controller's whole policy, as written."""

    schema_: Literal["callward-policy/1"] = Field(alias="schema")
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,30}$")]
    effective: Day
    previous: PolicyId | None = None
    jurisdiction: Country
    timezone: ZoneName
    languages: tuple[Language, ...] = Field(min_length=1, max_length=30)
    profiling: Profiling | None = None
    only_purpose: Slug | None = None
    holidays: tuple[Day, ...] = Field(default=(), max_length=MAX_ROWS)
    controller: Controller
    authority: TypedAuthority | None = None
    dpo: Officer | None = None
    category: dict[Slug, Category] = Field(default={}, max_length=MAX_ROWS)
    purpose: dict[Slug, Purpose] = Field(default={}, max_length=MAX_ROWS)
    activity: dict[Slug, Activity] = Field(default={}, max_length=MAX_ROWS)
    recipient: tuple[Recipient, ...] = Field(default=(), max_length=MAX_ROWS)
    rights: Rights
    breach: Breach
    change: Change
    publish: Publish | None = None
    transfers: Transfers | None = None
    children: Children | None = None
    staff: StaffNotice | None = None
    others: OtherPersons | None = None
    document: tuple[Document, ...] = Field(default=(), max_length=MAX_ROWS)
    account: Account | None = None
    account_admin: AccountAdmin | None = None
    payment: Payment | None = None
    calling: Calling | None = None
    residue: Residue | None = None
    review: dict[Reviewed, PeriodText] = {}
    backup: Backup
    two_person: TwoPerson
    record: dict[RecordKind, PaperRule] = {}
    cookie: dict[Slug, Cookie] = Field(default={}, max_length=MAX_ROWS)
    cookies: CookieRules | None = None
    notification: dict[Slug, Notification] = Field(default={}, max_length=MAX_ROWS)
    control: dict[ControlKind, Control] = {}
    waiver: tuple[Waiver, ...] = Field(default=(), max_length=MAX_ROWS)
    remark: tuple[Remark, ...] = Field(default=(), max_length=MAX_ROWS)
