"""The closed lists of words that a policy file may use."""

from __future__ import annotations

from enum import StrEnum

from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled

# Accepted so that the linter can name the article; never compiled (L-15, I-10).
ENDLESS_WORDS = frozenset({"endless", "indeterminate", "as-needed"})

# The two activities whose rules the engine runs by, and the usual keys of a telephone.
RECORDING_ACTIVITY = "call-recording"
VOICEMAIL_ACTIVITY = "voicemail"
AGREE_KEY, REFUSE_KEY, STOP_KEY = "1", "9", "8"


class Role(StrEnum):
    """What a user of staff may be appointed as."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    CALL_REVIEWER = "call-reviewer"
    DPO = "dpo"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Need(StrEnum):
    """What must be true of a user before a recording is opened (K-09, K-11, S-15)."""

    OWN_LOGIN = "own-login"
    SECOND_FACTOR = "second-factor"
    CONFIDENTIALITY_SIGNED = "confidentiality-signed"
    TRAINING_CURRENT = "training-current"


class Basis(StrEnum):
    """The legal basis of a purpose: Article 6(1), one letter each."""

    CONSENT = "A6-1-a"
    CONTRACT = "A6-1-b"
    LEGAL_DUTY = "A6-1-c"
    VITAL_INTEREST = "A6-1-d"
    PUBLIC_TASK = "A6-1-e"
    LEGITIMATE_INTEREST = "A6-1-f"


class Article9(StrEnum):
    """The condition under which special categories may be used: Article 9(2)."""

    EXPLICIT_CONSENT = "A9-2-a"
    EMPLOYMENT = "A9-2-b"
    VITAL_INTEREST = "A9-2-c"
    MEMBERS = "A9-2-d"
    MADE_PUBLIC = "A9-2-e"
    LEGAL_CLAIMS = "A9-2-f"
    PUBLIC_INTEREST = "A9-2-g"
    HEALTH_CARE = "A9-2-h"
    PUBLIC_HEALTH = "A9-2-i"
    ARCHIVES = "A9-2-j"


class RetentionKind(StrEnum):
    """A cap says how long at most, a floor how long at least, a deadline by when."""

    CAP = "cap"
    FLOOR = "floor"
    DEADLINE = "deadline"


class StartEvent(StrEnum):
    """From which event a period counts (X-21)."""

    CALL_INITIATED = "call.initiated"
    DATA_COLLECTED = "data.collected"
    BOOKING_MADE = "booking.made"
    CONTRACT_ENDED = "contract.ended"
    FINANCIAL_YEAR_ENDED = "fy.ended"
    HOLD_PLACED = "hold.placed"
    CASE_CLOSED = "case.closed"
    ARRIVAL_QUARANTINED = "arrival.quarantined"
    BACKUP_MADE = "backup.made"
    COPY_VERIFIED = "copy.verified"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    ERASURE_ASKED = "erasure.asked"
    SERVICE_ENDED = "service.ended"
    EVENT_RECORDED = "event.recorded"


class Destruction(StrEnum):
    """How a thing ends."""

    CRYPTO_SHRED = "crypto-shred"
    ROW_DELETION = "row-deletion"


class Direction(StrEnum):
    """Which way a call goes."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class ConsentMode(StrEnum):
    """How a caller is asked; `continued` is going on as an answer, which L-01 refuses."""

    NONE = "none"
    KEYPRESS = "keypress"
    SPOKEN = "spoken"
    CONTINUED = "continued"
    PER_CHANNEL = "per-channel"
    WRITTEN = "written"


class Announce(StrEnum):
    """When the person is told that the call is recorded."""

    BEFORE_CONNECT = "before-connect"
    ON_CONNECT = "on-connect-before-identification"
    AFTER_IDENTIFICATION = "after-identification"
    NEVER = "never"


class RefusalPath(StrEnum):
    """What happens to a call whose party refuses the recording (G-13)."""

    UNRECORDED_QUEUE = "unrecorded-queue"
    GO_ON_UNRECORDED = "go-on-unrecorded"
    END_CALL = "end-call"


class StopEvent(StrEnum):
    """What ends a recording by itself (K-05)."""

    HANGUP = "hangup"
    REFUSAL = "refusal"


class OutboundReason(Labelled, family="dial-reason"):
    """Why an outbound call may be made at all (K-03)."""

    BOOKING = "booking", _("A booking")
    EARLIER_CONTACT = "earlier-contact", _("An earlier contact")
    COMPLAINT = "complaint", _("A complaint")
    CONTRACT = "contract", _("A contract")
    ORDER = "order", _("An order")


class HoldReason(StrEnum):
    """Why a recording may stay beyond its due day."""

    COMPLAINT = "complaint"
    LEGAL_CLAIM = "legal-claim"
    AUTHORITY = "authority"
    INVESTIGATION = "investigation"


class ReleaseTo(StrEnum):
    """To whom a copy may be handed; unnamed `others` are refused by L-28."""

    SUBJECT = "subject"
    AUTHORITY = "authority"
    INCIDENT_PARTY = "incident-party"
    OTHERS = "others"


class OtherVoices(StrEnum):
    """What a copy does with the other parties; `veto` is refused by L-08."""

    MASK = "mask"
    CONSENT_OR_MASK = "consent-or-mask"
    VETO = "veto"


class Channel(StrEnum):
    """A way to reach the controller."""

    POST = "post"
    COURIER = "courier"
    FAX = "fax"
    EMAIL = "email"
    PHONE = "phone"
    VISIT = "visit"
    WEB = "web"
    ACCOUNT = "account"


class MessageChannel(StrEnum):
    """A way to send a message to a person."""

    EMAIL = "email"
    SMS = "sms"
    MESSENGER = "messenger"


class Collected(StrEnum):
    """Whether a category is always there or only when somebody volunteers it (K-13)."""

    ALWAYS = "always"
    VOLUNTEERED = "volunteered"


class AudioFormat(StrEnum):
    """What the intake accepts."""

    MP3 = "mp3"
    WAV = "wav"
    OGG = "ogg"


class RecipientRole(StrEnum):
    """What a recipient is to the controller."""

    PROCESSOR = "processor"
    RECIPIENT = "recipient"
    AUTHORITY = "authority"
    JOINT_CONTROLLER = "joint-controller"


class Right(StrEnum):
    """The rights that a notice offers."""

    INFORMED = "A13"
    ACCESS = "A15"
    RECTIFICATION = "A16"
    ERASURE = "A17"
    RESTRICTION = "A18"
    PORTABILITY = "A20"
    OBJECTION = "A21"
    HUMAN_REVIEW = "A22"
    WITHDRAWAL = "withdraw"
    COMPLAINT = "A77"


class RestrictionClock(StrEnum):
    """What a restriction does to the retention clock (G-12)."""

    RUNS = "runs"
    STOPS = "stops"


class BreachItem(StrEnum):
    """What a breach notice says (Art. 33(3), C-33)."""

    NATURE = "nature"
    HAPPENED_AT = "happened-at"
    FOUND_AT = "found-at"
    PEOPLE = "people"
    CATEGORIES = "categories"
    CONTACT = "contact"
    CONSEQUENCES = "consequences"
    MEASURES = "measures"


class AnnounceChange(Labelled, family="announced-by"):
    """Where a change of the notice is announced (I-18)."""

    SITE = "site", _("site")
    OFFICES = "offices", _("poster in the office")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class RecordKind(StrEnum):
    """Papers that Callward itself makes and that need a period too (G-16)."""

    RIGHTS_CASE = "rights-case"
    CONSENT = "consent"
    AUDIT = "audit"
    TRAINING = "training"
    CALL_DETAIL = "call-detail"
    RAW_PAYLOAD = "raw-payload"
    REFUSED_MAIL = "ordinary-mail"
    FAX = "fax"
    MESSAGE_LOG = "message-log"
    CHAT = "chat"
    SURVEY = "survey"


class CookieClass(StrEnum):
    """What a cookie is for (K-34)."""

    NECESSARY = "necessary"
    ANALYTICS = "analytics"
    ADVERTISING = "advertising"


class ControlKind(StrEnum):
    """The eight controls of C-28."""

    EQUIPMENT_ACCESS = "equipment-access"
    MEDIA = "media"
    STORAGE = "storage"
    USERS = "users"
    DATA_ACCESS = "data-access"
    COMMUNICATION = "communication"
    INPUT = "input"
    TRANSPORT = "transport"


class Severity(StrEnum):
    """An error stops a policy, a warning asks somebody to look."""

    ERROR = "error"
    WARNING = "warning"


class PlayRefusal(StrEnum):
    """Why a person may not play a recording."""

    RECORDS_NO_CALLS = "records-no-calls"
    NO_PURPOSE = "no-purpose"
    PURPOSE_NOT_DECLARED = "purpose-not-declared"
    ROLE_NOT_ALLOWED = "role-not-allowed"
    OWN_LOGIN_MISSING = "need-missing:own-login"
    SECOND_FACTOR_MISSING = "need-missing:second-factor"
    CONFIDENTIALITY_MISSING = "need-missing:confidentiality-signed"
    TRAINING_MISSING = "need-missing:training-current"


class PromptKey(Labelled, family="prompt"):
    """What the phone line can say; the words of each come from the policy (K-01, D-13)."""

    LANGUAGE_CHOICE = "language-choice", _("Choice of language")
    ANNOUNCEMENT_INBOUND = "announcement-inbound", _("Announcement to callers")
    ANNOUNCEMENT_OUTBOUND = "announcement-outbound", _("Announcement to people who are called")
    CONSENT_QUESTION = "consent-question", _("Question for consent")
    THANKS_AGREED = "thanks-agreed", _("Thanks for agreeing")
    GOES_ON_UNRECORDED = "goes-on-unrecorded", _("The call goes on unrecorded")
    UNRECORDED_WAYS = "unrecorded-ways", _("Other ways without recording")
    RECORDING_STOPPED = "recording-stopped", _("The recording was stopped")
    NOT_RECORDED_NOW = "not-recorded-now", _("This call is not recorded now")
    NEW_PARTY_TOLD = "new-party-told", _("Announcement to a new party")
    GREETING_UNRECORDED = "greeting-unrecorded", _("Greeting of a line without recording")
    PLEASE_WAIT = "please-wait", _("Please wait")
    ALL_BUSY = "all-busy", _("Everybody is busy")
    CALLBACK_NOTED = "callback-noted", _("Ringing back is noted")
    CLOSED = "closed", _("The line is closed")
    HOLIDAY = "holiday", _("The line is closed for a holiday")
    VOICEMAIL = "voicemail", _("Leave a message")
    GOODBYE = "goodbye", _("Goodbye")
