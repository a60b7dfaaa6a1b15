"""The closed lists of words about calls, copies and the people who listen."""

from __future__ import annotations

from enum import StrEnum

from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled


class Said(StrEnum):
    """What the spoken announcement tells; an announcement that names nothing tells all (X-03)."""

    PROCESSED = "processed"
    RECORDED = "recorded"
    WHO = "who"
    CALL_NOTICE = "call-notice"
    SITE_NOTICE = "site-notice"
    HOW_TO_REFUSE = "how-to-refuse"


class PauseReason(Labelled, family="pause-reason"):
    """Why a recording may be paused (K-33)."""

    CARD_PAYMENT = "card-payment", _("Card payment")
    PASSWORD = "password", _("Password or code")  # a reason to pause, not a secret
    HEALTH_DETAIL = "health-detail", _("Health detail")
    THIRD_PARTY_PRESENT = "third-party-present", _("Somebody else is present")
    CALLER_ASKED = "caller-asked", _("The caller asked for it")


class Delivery(StrEnum):
    """How a message left by voice reaches its owner; `audio` is open mail, refused by X-13."""

    NOTICE_ONLY = "notice-only"
    LINK = "link"
    ENCRYPTED_AUDIO = "encrypted-audio"
    AUDIO = "audio"


class Giving(StrEnum):
    """Whether a person must give the data of an activity: Article 13(2)(e)."""

    VOLUNTARY = "voluntary"
    NEEDED_FOR_CONTRACT = "needed-for-contract"
    REQUIRED_BY_LAW = "required-by-law"


class IfNotGiven(StrEnum):
    """What follows when a person does not give the data of an activity: Article 13(2)(e)."""

    NOTHING = "nothing"
    GOES_ON_UNRECORDED = "goes-on-unrecorded"
    OTHER_WAY = "other-way"
    NO_BOOKING = "no-booking"
    NO_SERVICE = "no-service"
    NO_ANSWER = "no-answer"
    NO_OFFERS = "no-offers"


class OptOut(StrEnum):
    """How a person leaves an activity: withdrawing a consent is not objecting (X-17)."""

    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"


class HeldAt(StrEnum):
    """The kinds of places where data is kept (K-32, C-18)."""

    CALL_CENTRE_PLATFORM = "call-centre-platform"
    SECURED_DEVICES = "secured-devices"
    OWN_DATA_CENTRE = "own-data-centre"
    SEAT = "seat"


class Anonymised(StrEnum):
    """When answers lose their person (I-06)."""

    WHERE_POSSIBLE = "where-possible"
    AFTER_CLOSING = "after-closing"


class MessageEvent(StrEnum):
    """What a message may be about (C-10 to C-13, I-05, K-17)."""

    MISSED_CALL = "missed-call"
    VOICE_MESSAGE = "voice-message"
    PASSWORD_RECOVERY = "password-recovery"  # noqa: S105  # a message, not a secret
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  # a message, not a secret
    SECURITY_PIN = "security-pin"
    DAILY_LIMIT = "daily-limit"
    FAX = "fax"
    ALLOWED_IP_CHANGE = "allowed-ip-change"
    TOP_UP = "top-up"
    PAYMENT_BOOKED = "payment-booked"
    CREDIT_VALUE = "credit-value"
    CREDIT_LOW = "credit-low"
    TARIFF_CHANGE = "tariff-change"
    SERVICE_ANNOUNCEMENT = "service-announcement"
    OFFERS = "offers"
    BOOKING_DETAILS = "booking-details"
    VISIT_REMINDER = "visit-reminder"
    NOTICE_CHANGED = "notice-changed"


class Evaluated(StrEnum):
    """Whether recordings are used to evaluate the staff whose voices are in them (G-10)."""

    NEVER = "never"
    BY_A_PERSON = "by-a-person"


class Consequence(StrEnum):
    """What an evaluation may lead to for a member of staff (G-10)."""

    TRAINING_ONLY = "training-only"
    MAY_COUNT = "may-count"


class Told(StrEnum):
    """When staff are handed their notice (G-10)."""

    BEFORE_FIRST_CALL = "before-first-call"
    AT_HIRING = "at-hiring"


class OtherPerson(StrEnum):
    """Persons whose data come from somebody else: Article 14 (G-11)."""

    MENTIONED = "mentioned"
    CALLED_NUMBER = "called-number"
    OTHER_PARTY = "other-party"
    MESSAGE_RECIPIENT = "message-recipient"


class DataSource(StrEnum):
    """Where data about other persons come from: Article 14(2)(f)."""

    CALLER = "caller"
    CUSTOMER = "customer"
    NETWORK = "network"
    PUBLIC = "public"


class HowInformed(StrEnum):
    """How other persons learn of it: Article 14(3) and (5)."""

    PUBLISHED_NOTICE = "published-notice"
    AT_FIRST_CONTACT = "at-first-contact"


class AdminPower(StrEnum):
    """What the administrator of a customer's account may do (C-25)."""

    SEE_STATISTICS = "see-statistics"
    SUSPEND_ACCESS = "suspend-access"
    OPEN_STORED = "open-stored"
    RECEIVE_FOR_LAW = "receive-for-law"
    RESTRICT_EDITING = "restrict-editing"


class SignIn(StrEnum):
    """By what the holder of an account signs in (K-15, X-25)."""

    PHONE = "phone"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105  # a way to sign in, not a secret
    ONE_TIME_CODE = "one-time-code"
    SECOND_FACTOR = "second-factor"
    PASSKEY = "passkey"


class PaymentWay(StrEnum):
    """How payments and donations are taken; `card-form` is refused (K-33, K-38, C-08)."""

    PROCESSOR_PAGE = "processor-page"
    BANK_TRANSFER = "bank-transfer"
    CARD_FORM = "card-form"
