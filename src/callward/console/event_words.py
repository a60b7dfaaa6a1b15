"""What the audit tells, in words: each event a sentence, and the facts and actors beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from callward.audit.states import Event
from callward.console import wording
from callward.kernel.actors import ActorKind
from callward.kernel.references import MalformedReferenceError, Ref, parse_ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

EVENTS: dict[str, str | _StrPromise] = {
    Event.ACCOUNTS_APPOINTMENT_ENDED: _("A role was taken away."),
    Event.ACCOUNTS_APPOINTMENT_MADE: _("A role was given."),
    Event.ACCOUNTS_APPOINTMENT_REFUSED: _("A role was refused."),
    Event.ACCOUNTS_CAPABILITY_REFUSED: _("An act was refused because no role allowed it."),
    Event.ACCOUNTS_GRANT_GIVEN: _("A permission to listen was given."),
    Event.ACCOUNTS_GRANT_REFUSED: _("A permission to listen was refused."),
    Event.ACCOUNTS_GRANT_WITHDRAWN: _("A permission to listen was withdrawn."),
    Event.ACCOUNTS_PASSWORD_CHANGED: _("The password was changed."),
    Event.ACCOUNTS_PASSWORD_RENEWED: _("A new password for one use was issued."),
    Event.ACCOUNTS_SECOND_FACTOR_ADDED: _("A second factor was added."),
    Event.ACCOUNTS_SECOND_FACTOR_REMOVED: _("A second factor was removed."),
    Event.ACCOUNTS_SIGN_IN_ENDED: _("A person signed out."),
    Event.ACCOUNTS_SIGN_IN_LOCKED: _("Sign-in was locked after too many wrong passwords."),
    Event.ACCOUNTS_SIGN_IN_REFUSED: _("A sign-in was refused."),
    Event.ACCOUNTS_SIGN_IN_SUCCEEDED: _("A person signed in."),
    Event.ACCOUNTS_TOKEN_ISSUED: _("A token for a machine was issued."),
    Event.ACCOUNTS_TOKEN_WITHDRAWN: _("A token of a machine was withdrawn."),
    Event.ACCOUNTS_TRAINING_RECORDED: _("A training was recorded."),
    Event.ACCOUNTS_UNDERTAKING_SIGNED: _("The confidentiality undertaking was signed."),
    Event.ACCOUNTS_USER_ADDED: _("A person was added to the staff."),
    Event.ACCOUNTS_USER_DEACTIVATED: _("A person was shut out."),
    Event.ACCOUNTS_USER_REACTIVATED: _("A person was let in again."),
    Event.AUDIT_ACT_REFUSED: _("An act was refused."),
    Event.AUDIT_SALTS_WIPED: _("The link between the audit and erased texts was wiped."),
    Event.CALLS_CALL_DELETED: _("The call was deleted."),
    Event.CALLS_CALL_KEPT: _("The call was written down."),
    Event.CALLS_RAW_ROW_DELETED: _("The carrier's own record of the call was deleted."),
    Event.CONTROLLERS_CONTROLLER_ADDED: _("A controller was added."),
    Event.CONTROLLERS_POLICY_ACTIVATED: _("A policy came into force."),
    Event.CONTROLLERS_POLICY_REFUSED: _("A policy was refused."),
    Event.INTAKE_BACKLOG_REFUSED: _("Recordings past their due date were refused and certified."),
    Event.INTAKE_CALL_RECORDS_READ: _("The carrier's call records were read."),
    Event.INTAKE_DELIVERY_QUARANTINED: _("The arrival was sealed in quarantine."),
    Event.INTAKE_DELIVERY_REFUSED: _("An arrival was refused."),
    Event.INTAKE_DELIVERY_REJECTED: _("The arrival was rejected."),
    Event.INTAKE_DELIVERY_RELEASED: _("The arrival was released from quarantine."),
    Event.INTAKE_DELIVERY_REPEATED: _("The same recording arrived again; nothing was added."),
    Event.INTAKE_DELIVERY_TAKEN_IN: _("The recording was taken in."),
    Event.INTAKE_ORPHAN_DISCARDED: _("A sealed object that belonged to nothing was discarded."),
    Event.INTAKE_RECORDING_ABSENT: _("The call was written down as one without a recording."),
    Event.INTAKE_SOURCE_DECLARED: _("A source was declared and signed for."),
    Event.INTAKE_SOURCE_FILE_DELETED: _("The delivered file was deleted from the inbox."),
    Event.INTAKE_SOURCE_WITHDRAWN: _("The declaration of a source was withdrawn."),
    Event.NOTICES_ANNOUNCEMENT_ACKNOWLEDGED: _("A place has announced the change."),
    Event.NOTICES_EDITION_APPROVAL_ASKED: _("The approval of a new policy was asked for."),
    Event.NOTICES_EDITION_APPROVED: _("A new policy was approved."),
    Event.NOTICES_EDITION_BLOCKED: _("The publishing of a policy was blocked by a check."),
    Event.NOTICES_EDITION_DRAFTED: _("A new policy was drafted."),
    Event.NOTICES_EDITION_PUBLISHED: _("The notices of a policy were published and archived."),
    Event.NOTICES_EDITION_REVIEWED: _("The policy was reviewed and stays as it is."),
    Event.NOTICES_EDITION_REWORDED: _("The notices were published in new words; no rule changed."),
    Event.NOTICES_EDITION_TURNED_DOWN: _("A new policy was turned down."),
    Event.NOTICES_EDITION_WITHDRAWN: _("A new policy was withdrawn."),
    Event.PROMISES_CHECK_JUDGED: _("The officer judged a failed check."),
    Event.PROMISES_CHECK_TURNED: _("A check changed."),
    Event.PROMISES_CHECK_TURNED_RED: _("A check failed: a promise may be broken."),
    Event.RECORDINGS_COPY_EXPORTED: _("A copy of the recording was handed out."),
    Event.RECORDINGS_COPY_REFUSED: _("A copy of the recording was refused."),
    Event.RECORDINGS_PLAYBACK_BEGUN: _("The recording was opened for listening."),
    Event.RECORDINGS_PLAYBACK_REFUSED: _("Listening to the recording was refused."),
    Event.RECORDINGS_RECORDING_DEGRADED: _("The recording was checked and found incomplete."),
    Event.RECORDINGS_RECORDING_DELETED: _("The recording's row was deleted."),
    Event.RECORDINGS_RECORDING_FAILED: _("The recording was checked and cannot be decoded."),
    Event.RECORDINGS_RECORDING_KEPT: _("The recording was sealed and kept."),
    Event.RECORDINGS_RECORDING_VERIFIED: _("The recording was checked and found whole."),
    Event.RETENTION_CERTIFICATE_ADOPTED: _("A certificate came back from where it is kept."),
    Event.RETENTION_DISPOSAL_RUN: _("A disposal run was made."),
    Event.RETENTION_ERASURE_APPROVED: _("An erasure was approved."),
    Event.RETENTION_ERASURE_REFUSED: _("An erasure was refused."),
    Event.RETENTION_HOLD_CASE_CLOSED: _("The case of the legal hold was closed."),
    Event.RETENTION_HOLD_ENDED: _("A legal hold ended by itself."),
    Event.RETENTION_HOLD_KEPT_ON: _("The release was turned down; the legal hold stayed."),
    Event.RETENTION_HOLD_PLACED: _("A legal hold was placed."),
    Event.RETENTION_HOLD_REFUSED: _("A legal hold was refused."),
    Event.RETENTION_HOLD_RELEASED: _("A legal hold was released."),
    Event.RETENTION_HOLD_RELEASE_ASKED: _("The release of a legal hold was asked for."),
    Event.RETENTION_HOLD_REVIEWED: _("A legal hold was reviewed and stays in force."),
    Event.RETENTION_ITEM_CERTIFIED: _("The destruction was certified."),
    Event.RETENTION_ITEM_COUNT_BEGUN: _("The retention period began to count."),
    Event.RETENTION_ITEM_DESTROYED: _("The recording was destroyed."),
    Event.RETENTION_ITEM_DUE_SHORTENED: _("The due date was brought forward by a newer policy."),
    Event.RETENTION_ITEM_REGISTERED: _("The due date was set."),
    Event.TELEPHONY_ANSWER_NOTED: _("An agent noted what the person answered."),
    Event.TELEPHONY_CALL_COLLECTED: _("A call of the phone line was collected."),
    Event.TELEPHONY_CALL_WRAPPED_UP: _("An agent closed a call."),
    Event.TELEPHONY_COMPLAINT_OPENED: _("A complaint was opened and its call held."),
    Event.TELEPHONY_COPY_MADE: _("An MP3 copy was made beside the recording."),
    Event.TELEPHONY_DAY_COUNTED: _("The calls of a day were counted."),
    Event.TELEPHONY_GAP_JUDGED: _("A missing recording was judged."),
    Event.TELEPHONY_PAUSE_BEGUN: _("A recording was paused."),
    Event.TELEPHONY_PAUSE_ENDED: _("A paused recording went on."),
    Event.TELEPHONY_PERMIT_GIVEN: _("A call out was permitted."),
    Event.TELEPHONY_PROMPT_UPLOADED: _("A spoken prompt was uploaded."),
    Event.TELEPHONY_RECORD_DELETED: _("The record of an unrecorded call was deleted."),
    Event.TELEPHONY_RECORDING_STOPPED: _("An agent stopped a recording."),
    Event.TELEPHONY_RING_BACK_SETTLED: _("Somebody was rung back."),
    Event.TELEPHONY_SETTING_CHANGED: _("A setting of the phone line was changed."),
    Event.VAULT_BACKUP_MADE: _("A backup was made."),
    Event.VAULT_BACKUP_REPLAYED: _("What was destroyed since the backup was destroyed again."),
    Event.VAULT_BACKUP_RESTORED: _("A backup was restored."),
    Event.VAULT_DESTRUCTION_FINISHED: _("A destruction was finished."),
    Event.VAULT_DESTRUCTION_INTENDED: _("A destruction was announced before it began."),
    Event.VAULT_WRAP_MOVED: _("The recording's key was locked to another due date."),
}

# The names of facts are single words; the context tells the translators where they stand.
FACTS: dict[str, str | _StrPromise] = {
    "due": pgettext_lazy("audit fact", "due"),
    "grant": pgettext_lazy("audit fact", "grant"),
    "hold": pgettext_lazy("audit fact", "legal hold"),
    "playback": pgettext_lazy("audit fact", "playback"),
    "policy": pgettext_lazy("audit fact", "policy"),
    "purpose": pgettext_lazy("audit fact", "purpose"),
    "reason": pgettext_lazy("audit fact", "reason"),
    "rule": pgettext_lazy("audit fact", "rule"),
    "start": pgettext_lazy("audit fact", "counted from"),
    "state": pgettext_lazy("audit fact", "state"),
}

# Which labels say the value of a fact.
_FAMILIES = {
    "purpose": "purpose",
    "reason": "hold-reason",
    "rule": "rule",
    "start": "start",
    "state": "recording",
}


def happened(event: str) -> str:
    """What happened, as a sentence; nothing for an event of a later Callward."""
    return str(EVENTS.get(event, ""))


def fact_name(name: str) -> str:
    """The word for a fact, or its name where it has none."""
    return str(FACTS.get(name, name))


def fact_value(value: str | int, name: str) -> str:
    """The label of a value where it has one; references and digests stay as they are."""
    known = wording.LABELS.get(_FAMILIES.get(name, ""), {})
    return str(known.get(str(value), value))


def users_among(actors: Iterable[str]) -> set[Ref]:
    """The users of staff among the actors of an audit."""
    split = (actor.partition(":") for actor in actors)
    found = (_ref(text) for kind, _colon, text in split if kind == ActorKind.USER)
    return {ref for ref in found if ref is not None}


def who(actor: str, names: Mapping[Ref, str]) -> str:
    """A user of staff by name, a task as Callward's, anybody else as the audit names them."""
    kind, _colon, text = actor.partition(":")
    if kind == ActorKind.SYSTEM:
        return f"Callward ({text})"
    ref = _ref(text)
    if ref is None:
        return actor
    return names.get(ref) or f"{kind} …{text[-8:]}"


def _ref(text: str) -> Ref | None:
    try:
        return parse_ref(text)
    except MalformedReferenceError:
        return None
