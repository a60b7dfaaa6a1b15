"""Were recordings opened only by the right people, for the right reasons, after training?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from callward.promises.probe_context import Count, instant, recording_of, reference, table, words
from callward.promises.registry import probes
from callward.promises.second_calendar import cap_end
from callward.texts.states import Probe

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.promises.probe_context import ProbeContext, Table

_PLAYED = """
SELECT p.ref, p.user_ref, p.purpose, p.begun_at, p.ends_at, r.policy_id,
  (SELECT count(*) FROM accounts_grant g WHERE g.user_id = p.user_ref
     AND g.controller_ref = r.controller_ref AND g.purpose = p.purpose
     AND (g.recording_ref IS NULL OR g.recording_ref = r.ref)
     AND g.begins_at <= p.begun_at AND g.ends_at > p.begun_at
     AND (g.withdrawn_at IS NULL OR g.withdrawn_at > p.begun_at))
FROM recordings_playback p JOIN recordings_recording r ON r.ref = p.recording_id
WHERE r.controller_ref = %(controller)s
"""
_WRITTEN_DOWN = "SELECT facts FROM audit_leaf WHERE event = 'recordings.playback.begun'"
_SERVED = """
SELECT role FROM accounts_appointment
WHERE user_id = %(user)s AND controller_ref = %(controller)s
AND appointed_at <= %(then)s AND (withdrawn_at IS NULL OR withdrawn_at > %(then)s)
"""
_SIGNED = """
SELECT count(*) FROM accounts_undertaking
WHERE user_id = %(user)s AND controller_ref = %(controller)s AND signed_at <= %(then)s
"""
_SECOND_FACTOR = """
SELECT count(*) FROM mfa_authenticator WHERE user_id = %(user)s
"""
_TRAININGS = """
SELECT subject, max(due_on) FROM accounts_training
WHERE user_id = %(user)s AND controller_ref = %(controller)s AND done_on <= %(day)s
GROUP BY subject
"""
_STANDING = """
SELECT DISTINCT a.user_id, a.role FROM accounts_appointment a
JOIN accounts_user u ON u.ref = a.user_id
WHERE a.controller_ref = %(controller)s AND a.withdrawn_at IS NULL AND u.left_at IS NULL
"""


def _access(glance: ProbeContext, policy_id: object) -> Table:
    document = glance.documents.get(str(policy_id), glance.document)
    return table(recording_of(document), "access")


def _needs(glance: ProbeContext, access: Table) -> frozenset[str]:
    return words(access, "needs") or words(table(glance.recording, "access"), "needs")


@probes(Probe.PLAYED_FOR_A_PURPOSE)
def played_for_a_purpose(glance: ProbeContext) -> Count | None:
    """Every playback has a declared purpose, a grant that covered it and its line in the audit."""
    if glance.recording is None:
        return None
    written = _playbacks_written_down(glance)
    looked = wrong = 0
    for ref, _user, purpose, begun, ends, policy_id, grants in glance.rows(_PLAYED):
        looked += 1
        longest = str(table(glance.recording, "access")["playback"])
        over = instant(ends) > cap_end(instant(begun), longest, glance.zone)
        declared = words(_access(glance, policy_id), "purposes") | words(
            table(glance.recording, "access"), "purposes"
        )
        wrong += purpose not in declared or over or not grants or reference(ref) not in written
    return Count(looked_at=looked, wrong=wrong)


def _playbacks_written_down(glance: ProbeContext) -> set[Ref]:
    facts = (json.loads(str(text)) for (text,) in glance.rows(_WRITTEN_DOWN))
    return {UUID(one["playback"]) for one in facts if "playback" in one}


@probes(Probe.PLAYED_BY_APPOINTED)
def played_by_appointed(glance: ProbeContext) -> Count | None:
    """Whoever played held a named role, had signed, and was trained on that very day."""
    if glance.recording is None:
        return None
    looked = wrong = 0
    for _ref, user, _purpose, begun, _ends, policy_id, _grants in glance.rows(_PLAYED):
        looked += 1
        wrong += not _was_entitled(glance, user, instant(begun), _access(glance, policy_id))
    return Count(looked_at=looked, wrong=wrong)


def _was_entitled(glance: ProbeContext, user: object, then: datetime, access: Table) -> bool:
    who = {"user": reference(user), "then": then}
    allowed = words(access, "roles") | words(table(glance.recording, "access"), "roles")
    served = {str(role) for (role,) in glance.rows(_SERVED, **who)}
    needs = _needs(glance, access)
    signed = "confidentiality-signed" not in needs or glance.number(_SIGNED, **who) > 0
    trained = "training-current" not in needs or _is_trained(glance, reference(user), then)
    doubled = "second-factor" not in needs or glance.number(_SECOND_FACTOR, **who) > 0
    return bool(served & allowed) and signed and trained and doubled


def _is_trained(glance: ProbeContext, user: Ref, then: datetime) -> bool:
    day = then.astimezone(glance.zone).date()
    due = list(glance.rows(_TRAININGS, user=user, day=day.isoformat()))
    # K-11: the training counts through the whole of its last day.
    return bool(due) and all(str(last)[:10] >= day.isoformat() for _subject, last in due)


@probes(Probe.STAFF_TRAINED)
def staff_trained(glance: ProbeContext) -> Count | None:
    """Nobody who may open recordings is past the day by which the training was due."""
    access = table(glance.recording, "access")
    if "training-current" not in words(access, "needs"):
        return None
    roles = words(access, "roles")
    people = {reference(user) for user, role in glance.rows(_STANDING) if role in roles}
    late = [user for user in people if not _is_trained(glance, user, glance.at)]
    return Count(looked_at=len(people), wrong=len(late))
