"""The tables about who is behind a policy and who else takes part."""

from pydantic import Field

from callward.policy.schema_activity import Retain
from callward.policy.schema_values import (
    E164,
    Country,
    Day,
    Email,
    Host,
    MonthDay,
    Slug,
    Table,
    Text,
    WebAddress,
    Word,
)
from callward.policy.vocabulary import RecipientRole
from callward.policy.vocabulary_notice import (
    Disclaimer,
    DisclosureCase,
    JointDuty,
    NoOfficer,
    Safeguard,
    Service,
)

MAX_ROWS = 200


class Site(Table):
    """A public site of the controller (K-37); a second one has a notice of its own (S-21)."""

    name: Text
    url: WebAddress
    email: Email | None = None
    notice: WebAddress | None = None


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
    sender: Email | None = None
    telephony_provider: bool = False
    no_officer: NoOfficer | None = None
    disclaims: frozenset[Disclaimer] = frozenset()
    financial_year_ends: MonthDay
    site: tuple[Site, ...] = Field(default=(), max_length=MAX_ROWS)
    office: tuple[Office, ...] = Field(default=(), max_length=MAX_ROWS)
    desk: tuple[Desk, ...] = Field(default=(), max_length=MAX_ROWS)


class Officer(Table):
    """The data protection officer's own contact (S-20)."""

    email: Email | None = None
    phone: E164 | None = None
    post: Text | None = None
    law: Slug | None = None


class TypedAuthority(Table):
    """An authority typed by hand, which lint refuses and compares with the table (L-33)."""

    name: Text | None = None
    address: Text | None = None
    phone: Text | None = None
    email: Email | None = None
    site: WebAddress | None = None


class Recipient(Table):
    """Who else gets the data, and where; a carrier has a deletion duty of its own (X-18)."""

    id: Slug
    name: Text | None = None
    role: RecipientRole
    service: Service | None = None
    activity: Slug
    country: Country
    safeguard: Safeguard | None = None
    case: DisclosureCase | None = None
    fields: frozenset[Word] = frozenset()
    hosts: frozenset[Host] = frozenset()
    contract: Day | None = None
    assurance: Day | None = None
    arrangement: frozenset[JointDuty] = frozenset()
    delete: Retain | None = None
