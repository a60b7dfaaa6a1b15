"""Which files of an inbox may be read now, and what is known about each beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q

from callward.holdings.kinds import RECORDING
from callward.intake import call_records, keyed_digests
from callward.intake.arrivals import Candidate
from callward.intake.envelope import LARGEST_ENVELOPE, Envelope, parse_envelope
from callward.intake.errors import MalformedEnvelopeError
from callward.intake.inbox import EntryKind, FileChangedError
from callward.intake.keyed_digests import is_safe_name, kind_of, parse_name, stem_of
from callward.intake.models import Delivery, WaitingFile
from callward.intake.states import QuarantineReason
from callward.intake.triage import plan_for
from callward.kernel import calendar
from callward.kernel.calendar import MalformedInstantError
from callward.retention import services as retention

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from callward.intake.call_records import Learned
    from callward.intake.context import IntakeContext
    from callward.intake.inbox import Entry, Inbox
    from callward.intake.values import IntakeReport


class Finder:
    """Matches files to what their sources told about them."""

    def __init__(
        self,
        inbox: Inbox,
        context: IntakeContext,
        report: IntakeReport,
        *,
        entries: Sequence[Entry],
    ) -> None:
        self._inbox, self._context, self._report = inbox, context, report
        self._sidecars = {entry.path: entry for entry in entries if entry.kind is EntryKind.SIDECAR}
        recordings = {entry.path for entry in entries if entry.kind is EntryKind.RECORDING}
        stems = {stem_of(path) for path in recordings}
        self.lone_sidecars = [
            entry
            for path, entry in self._sidecars.items()
            if stem_of(path) not in recordings | stems
        ]

    def find(
        self, entries: Sequence[Entry], learned: Learned
    ) -> tuple[list[Candidate], list[Candidate]]:
        """The candidates to read, and those that are past due and go unread; the rest waits."""
        told: list[Candidate] = []
        untold: list[Entry] = []
        for entry in entries:
            sidecar = self._sidecar_of(entry)
            if sidecar is not None and sidecar.changed_ns >= entry.changed_ns:
                told += self._with_sidecar(entry, sidecar)
            elif not entry.settled:
                self._report.waiting += 1
            elif sidecar is not None:
                told += self._with_sidecar(entry, sidecar)
            else:
                untold.append(entry)
        found = told + self._without_sidecar(untold)
        due = [candidate for candidate in found if self._is_past_due(candidate, learned)]
        gone = {id(candidate) for candidate in due}
        return self._unless_waiting([each for each in found if id(each) not in gone]), due

    def _sidecar_of(self, entry: Entry) -> Entry | None:
        found = self._sidecars.get(f"{entry.path}.json")
        return found or self._sidecars.get(f"{stem_of(entry.path)}.json")

    def _with_sidecar(self, entry: Entry, sidecar: Entry) -> list[Candidate]:
        candidate = candidate_of(entry, sidecar)
        envelope = self.read_sidecar(sidecar)
        if isinstance(envelope, Envelope):
            call_key = keyed_digests.call_key(envelope.source_call_id)
            return [replace(candidate, envelope=envelope, call_keys=(call_key,))]
        if envelope is None:
            self._report.waiting += 1
            return []
        return [replace(candidate, fault=candidate.fault or envelope)]

    def read_sidecar(self, sidecar: Entry) -> Envelope | QuarantineReason | None:
        """The envelope, why it cannot be read, or None while it may still be being written."""
        try:
            if sidecar.size <= LARGEST_ENVELOPE:
                return parse_envelope(self._inbox.read(sidecar))
        except FileChangedError:
            return None
        except MalformedEnvelopeError:
            if not sidecar.settled:
                return None
        return QuarantineReason.SIDECAR_UNREADABLE

    def _without_sidecar(self, entries: Sequence[Entry]) -> list[Candidate]:
        wanted = {
            entry.path: (
                *keyed_digests.call_keys_in(entry.name),
                keyed_digests.file_key(entry.name),
            )
            for entry in entries
        }
        matches = call_records.match_files(wanted, self._context)
        found = []
        for entry in entries:
            candidate = replace(candidate_of(entry), call_keys=wanted[entry.path])
            match = matches.get(entry.path)
            if match is not None:
                candidate = replace(candidate, envelope=match.envelope, cdr_ref=match.ref)
            found.append(candidate)
        return found

    def _is_past_due(self, candidate: Candidate, learned: Learned) -> bool:
        if candidate.envelope is not None:
            return plan_for(candidate.envelope, self._context).is_past_due(self._context.at)
        if learned.past_due.intersection(candidate.call_keys):
            return True
        return any(self._name_is_past_due(entry) for entry in candidate.entries)

    def _name_is_past_due(self, entry: Entry) -> bool:
        """Without a call record the day in the file's own name decides (D-17)."""
        parts = parse_name(entry.name)
        if parts is None:
            return False
        try:
            started_at = calendar.parse_instant(parts.local_time, zone=self._context.policy.zone)
        except (MalformedInstantError, OverflowError):
            return False
        plan = retention.plan(
            self._context.policy,
            RECORDING,
            controller_ref=self._context.controller_ref,
            happened_at=started_at,
        )
        return plan.is_past_due(self._context.at)

    def _unless_waiting(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Files without a call record wait for it, unless they are known or at fault already."""
        unsure = [each for each in found if each.envelope is None and each.fault is None]
        known = self._known_names(unsure)
        asked = [each.name_key for each in unsure if each.name_key and each.name_key not in known]
        waiting = call_records.still_waiting(asked, self._context) if asked else set()
        self._report.waiting += len(waiting)
        return [each for each in found if each.name_key not in waiting]

    def _known_names(self, unsure: Collection[Candidate]) -> set[bytes]:
        """The files whose recording is here already, perhaps left over by a crash."""
        call_keys = [key for each in unsure for key in each.call_keys]
        rows = list(
            Delivery.objects.filter(
                Q(name_key__in=[each.name_key for each in unsure]) | Q(call_key__in=call_keys),
                controller_ref=self._context.controller_ref,
            ).values_list("name_key", "call_key")
        )
        known = {bytes(key) for row in rows for key in row if key is not None}
        return {
            each.name_key
            for each in unsure
            if each.name_key and (each.name_key in known or known.intersection(each.call_keys))
        }

    def refused_before(self, found: Sequence[Candidate]) -> set[bytes]:
        """Past-due files that were certified already; a crash left only their deletion."""
        rows = WaitingFile.objects.filter(
            controller_ref=self._context.controller_ref,
            name_key__in=[each.name_key for each in found],
            refused=True,
        )
        return {bytes(row.name_key) for row in rows}


def candidate_of(entry: Entry, *sidecars: Entry) -> Candidate:
    """What a file's name alone tells."""
    safe = is_safe_name(entry.name)
    return Candidate(
        kind=kind_of(entry.name) if safe else "",
        size=entry.size,
        name_key=keyed_digests.name_key(entry.path),
        entries=(entry, *sidecars),
        fault=None if safe else QuarantineReason.UNSAFE_NAME,
    )
