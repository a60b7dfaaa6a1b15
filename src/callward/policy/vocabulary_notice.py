"""The closed lists of words about what a notice states."""

from __future__ import annotations

from enum import StrEnum


class Interest(StrEnum):
    """The legitimate interests that can be named; the words stand in the notice texts."""

    VERIFY_COMPLAINTS = "verify-complaints"
    PROVE_AGREEMENTS = "prove-agreements"
    EVIDENCE_OF_REQUESTS = "evidence-of-requests"
    ANSWER_ENQUIRIES = "answer-enquiries"
    ANSWER_REQUESTS = "answer-requests"
    CHECK_QUALITY = "check-quality"
    KEEP_SERVICE_QUALITY = "keep-service-quality"
    UNDERSTAND_NEEDS = "understand-needs"
    TRAIN_STAFF = "train-staff"
    IMPROVE_OFFER = "improve-offer"
    IMPROVE_SERVICE = "improve-service"
    PROTECT_SYSTEMS = "protect-systems"
    PREVENT_FRAUD = "prevent-fraud"
    LEARN_FROM_ANSWERS = "learn-from-answers"
    SETTLE_CLAIMS = "settle-claims"
    TELL_CUSTOMERS = "tell-customers"


class Weighed(StrEnum):
    """What tipped the balance for a legitimate interest: the printed summary of 6(1)(f) (G-09)."""

    EXPECTED = "expected"
    TOLD_BEFORE = "told-before"
    CAN_REFUSE = "can-refuse"
    CAN_OBJECT = "can-object"
    SHORT_LIFE = "short-life"
    FEW_LISTENERS = "few-listeners"
    NO_MILDER_WAY = "no-milder-way"
    NO_PROFILING = "no-profiling"
    SEALED = "sealed"
    LITTLE_DATA = "little-data"


class Profiling(StrEnum):
    """Whether persons are profiled or decided upon by a machine (K-12, K-26)."""

    NONE = "none"
    WITH_HUMAN_DECISION = "with-human-decision"
    AUTOMATED_DECISION = "automated-decision"


class ErasureGround(StrEnum):
    """On what grounds erasure is asked: Article 17(1) (K-22)."""

    NO_LONGER_NEEDED = "no-longer-needed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_DUTY = "legal-duty"
    CHILD_ONLINE_SERVICE = "child-online-service"
    ONLINE_SERVICE = "online-service"


class RestrictedUse(StrEnum):
    """What restricted data may still be used for: Article 18(2)."""

    STORAGE = "storage"
    CONSENT = "consent"
    LEGAL_CLAIMS = "legal-claims"
    RIGHTS_OF_OTHERS = "rights-of-others"
    PUBLIC_INTEREST = "public-interest"
    OWN_RIGHTS = "own-rights"


class AutomatedException(StrEnum):
    """When a solely automated decision is allowed: Article 22(2)."""

    CONTRACT = "contract"
    LAW = "law"
    CONSENT = "consent"


class ReviewSafeguard(StrEnum):
    """What a person may always ask of an automated decision: Article 22(3)."""

    HUMAN = "human"
    OWN_VIEW = "own-view"
    CONTEST = "contest"


class RequestForm(StrEnum):
    """In which form a request is accepted; the law knows no form (L-25)."""

    ANY = "any"
    WRITTEN = "written"
    OFFICIAL_LETTER = "official-letter"


class ExtensionReason(StrEnum):
    """Why an answer may take longer; only the first two stand in Article 12(3)."""

    COMPLEXITY = "complexity"
    NUMBER = "number"
    EXCEPTIONAL = "exceptional"
    BEYOND_CONTROL = "beyond-control"


class RefusalReason(StrEnum):
    """Why a request may be refused, always in writing (K-28)."""

    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    IDENTITY_UNPROVEN = "identity-unproven"
    RIGHTS_OF_OTHERS = "rights-of-others"
    LEGAL_CLAIMS = "legal-claims"
    LEGAL_DUTY = "legal-duty"
    JUSTIFIED_CASE = "justified-case"


class IdentityProof(StrEnum):
    """When a person is asked to prove who they are (K-27)."""

    IF_IN_DOUBT = "if-in-doubt"
    ALWAYS = "always"


class ObjectionShown(StrEnum):
    """How the right to object is brought to attention: Article 21(4) (L-43)."""

    SET_APART = "set-apart"
    FIRST_CONTACT = "first-contact"


class Acceptance(StrEnum):
    """What the use of a site is taken for; `by-use` is refused by L-22."""

    NOT_ASKED = "not-asked"
    BY_USE = "by-use"


class Lessening(StrEnum):
    """What a change that lessens rights needs (C-15)."""

    CONSENT = "consent"
    NOTICE_ONLY = "notice-only"


class DocumentSubject(StrEnum):
    """What a published document speaks of (K-35, S-21, L-23)."""

    CALL_RECORDING = "call-recording"
    SITE = "site"
    STAFF = "staff"
    COOKIES = "cookies"
    TERMS = "terms"
    DONATIONS = "donations"


class CookieUse(StrEnum):
    """What a cookie really does (C-07); the last two are never necessary (X-06)."""

    SECURITY = "security"
    STEPS = "process"
    SESSION_STATE = "session-state"
    PREFERENCES = "preferences"
    STATISTICS = "statistics"
    ADVERTISING = "advertising"


class CookieChoice(StrEnum):
    """How a visitor chooses cookies; browser settings alone are no choice (L-36)."""

    ASKED_FIRST = "asked-first"
    BROWSER_SETTINGS = "browser-settings"


class TransferStance(StrEnum):
    """What a notice says about countries outside the EEA: Article 13(1)(f) (G-04)."""

    NONE = "none"
    WITH_SAFEGUARDS = "with-safeguards"


class Safeguard(StrEnum):
    """What protects data outside the EEA: Articles 45 to 49."""

    ADEQUACY = "adequacy"
    STANDARD_CLAUSES = "standard-clauses"
    BINDING_RULES = "binding-rules"
    EXPLICIT_CONSENT = "explicit-consent"


class Service(StrEnum):
    """What a recipient does for the controller (G-02)."""

    TELEPHONY = "telephony"
    RECORDING = "recording"
    IVR = "ivr"
    SMS = "sms"
    MAIL = "mail"
    MESSENGER = "messenger"
    CHAT = "chat"
    HOSTING = "hosting"
    ANALYTICS = "analytics"
    ADVERTISING = "advertising"
    COURIER = "courier"
    PAYMENT = "payment"
    ACCOUNTING = "accounting"
    AUDIT = "audit"
    LEGAL_ADVICE = "legal-advice"
    TRANSLATION = "translation"
    INTEGRATION = "integration"
    JOINT_SERVICE = "joint-service"
    AUTHORITY = "authority"
    INCIDENT_PARTY = "incident-party"
    AFFILIATE = "affiliate"


class DisclosureCase(StrEnum):
    """On what ground data go to a recipient (C-24, I-13)."""

    PROCESSOR = "processor"
    CONTRACT = "contract"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit-consent"
    ACCOUNT_ADMIN = "account-admin"
    LAW = "law"
    INTEREST = "interest"


class JointDuty(StrEnum):
    """The essence of an arrangement between joint controllers: Article 26(2) (L-39)."""

    INFORMING = "informing"
    ANSWERING_RIGHTS = "answering-rights"
    CONTACT_POINT = "contact-point"
    SECURITY = "security"


class Disclaimer(StrEnum):
    """For what a notice says the controller does not answer; refused by L-34."""

    ACCOUNT_MISUSE = "account-misuse"
    PAYMENT_PROCESSOR = "payment-processor"
    OTHER_SITES = "other-sites"


class NoOfficer(StrEnum):
    """Why there is no protection officer."""

    NOT_REQUIRED = "not-required"


class BreachRecipient(StrEnum):
    """Who is told of a breach (D-09, G-15)."""

    CLIENT = "client"
    PERSON = "person"
    AUTHORITY = "authority"
    AUTHORITY_AS_PROVIDER = "authority-as-provider"


class Protocol(StrEnum):
    """How transport is encrypted; what is retired is refused by L-32."""

    TLS_1_3 = "tls-1.3"
    TLS_1_2 = "tls-1.2"
    TLS_1_1 = "tls-1.1"
    TLS_1_0 = "tls-1.0"
    SSL = "ssl"


class Reviewed(StrEnum):
    """What is looked at again from time to time (S-13, S-14, K-11, I-14, C-37)."""

    RECORDING_TERMS = "recording-terms"
    SECURITY = "security"
    TRAINING = "training"
    UNUSED_ACCESS = "unused-access"
    PROCESSOR_SECURITY = "processor-security"
    RESTORE_DRILL = "restore-drill"
