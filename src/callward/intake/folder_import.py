"""One look into an inbox: everything complete in it is kept, quarantined or refused."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from callward.audit import services as audit
from callward.intake import (
    call_records,
    keyed_digests,
    quarantine_store,
    sealed_intake,
    triage,
    uploads,
)
from callward.intake.arrivals import Accepted, Erased, Known, PastDue, Suspect
from callward.intake.candidates import Finder, candidate_of
from callward.intake.cdr import LARGEST_CDR
from callward.intake.envelope import Envelope
from callward.intake.inbox import EntryKind, FileChangedError
from callward.intake.keyed_digests import stem_of
from callward.intake.states import DeliveryState, IntakeEvent, QuarantineReason
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from callward.intake.arrivals import Arrival, Candidate, Verdict
    from callward.intake.context import IntakeContext
    from callward.intake.inbox import Entry, Inbox
    from callward.intake.values import IntakeReport
    from callward.vault.states import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A group that was read, and is being sealed already where nothing speaks against any of it."""

    arrivals: Sequence[Arrival]
    unread: int
    accepted: Sequence[Accepted] = ()
    sealing: Future[list[Sealed]] | None = None


class Pipeline:
    """One thread reads the groups, another seals them; the books stay with the caller."""

    def __init__(
        self,
        groups: Sequence[Sequence[Candidate]],
        read: Callable[[Candidate], bytes | None],
        context: IntakeContext,
    ) -> None:
        self._coming, self._read, self._context = iter(groups), read, context
        self._reader, self._sealer = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._unwritten: list[Begun] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for both threads; what was sealed ahead and never asked for is taken back."""
        self._reader.shutdown(cancel_futures=True)
        self._sealer.shutdown(cancel_futures=True)
        for begun in self._unwritten:
            if begun.sealing and not begun.sealing.cancelled() and not begun.sealing.exception():
                vault.take_back([item.ref for item in begun.sealing.result()])

    def groups(self) -> Iterator[Begun]:
        """Hand over each group to be written down; the one after it is being sealed by then."""
        before: Begun | None = None
        reading = self._read_next()
        while reading is not None:
            group, found = reading
            arrivals = found.result()
            reading = self._read_next()
            if before and before.sealing is None:  # nobody can tell yet what comes in of it
                yield from self._hand_over(before)
                before = None
            begun = self._begin(arrivals, before, unread=len(group) - len(arrivals))
            yield from self._hand_over(before)
            before = begun
        yield from self._hand_over(before)

    def _hand_over(self, begun: Begun | None) -> Iterator[Begun]:
        if begun is not None:
            self._unwritten.remove(begun)
            yield begun

    def _read_next(self) -> tuple[Sequence[Candidate], Future[list[Arrival]]] | None:
        group = next(self._coming, None)
        if group is None:
            return None
        return group, self._reader.submit(triage.examine, group, self._read)

    def _begin(self, arrivals: Sequence[Arrival], before: Begun | None, *, unread: int) -> Begun:
        """Seal ahead only what is new beside the books and beside the group before."""
        besides = [each.delivery for each in before.accepted] if before else []
        verdicts = triage.Triage(arrivals, self._context, besides=besides).verdicts()
        accepted = [each for each in verdicts if isinstance(each, Accepted)]
        if len(accepted) < len(arrivals):  # judged again once the group before is in the books
            begun = Begun(arrivals=arrivals, unread=unread)
        else:
            sealing = self._sealer.submit(sealed_intake.seal, accepted, self._context)
            begun = Begun(arrivals=arrivals, unread=unread, accepted=accepted, sealing=sealing)
        self._unwritten.append(begun)
        return begun


GROUP_FILES = 64
GROUP_BYTES = 64 * 1024 * 1024  # three groups are in memory at once
_STREAMED_AT_MOST = 16  # times the policy's limit; anything larger is shown and left unread


class FolderImport:
    """One look into one inbox, with its count of what was done."""

    def __init__(
        self,
        inbox: Inbox,
        context: IntakeContext,
        report: IntakeReport,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._inbox, self._context, self._report = inbox, context, report
        self._progress = progress or (lambda _done, _of: None)
        self._learned = call_records.Learned()
        self._entries = inbox.entries()
        self._finder = Finder(inbox, context, report, entries=self._entries)

    def take(self) -> None:
        """Read call records first, then the recordings they tell of, then what never came."""
        names = {keyed_digests.name_key(entry.path) for entry in self._entries}
        self._report.finished += sealed_intake.settle_vanished(names, self._context)
        call_records.forget_vanished(names, self._context)
        read = self._read_call_records() + self._read_lone_sidecars()
        self._note_unsafe()
        self._take_recordings()
        self._quarantine_abandoned()
        # Not earlier: what was past due in them lives in memory only, until those files are gone.
        self._inbox.delete(read)
        while absent := call_records.write_down_absent(self._context):
            self._report.absent += absent

    def _of(self, kind: EntryKind) -> list[Entry]:
        return [entry for entry in self._entries if entry.kind is kind]

    def _count(self, reason: QuarantineReason) -> None:
        counts = self._report.quarantined
        counts[reason] = counts.get(reason, 0) + 1

    def _read_call_records(self) -> list[Entry]:
        read = []
        for entry in self._of(EntryKind.CALL_RECORDS):
            if not entry.settled:
                self._report.waiting += 1
            elif entry.size > LARGEST_CDR:
                self._quarantine_large(candidate_of(entry))
            elif self._learn_file(entry):
                read.append(entry)
        return read

    def _learn_file(self, entry: Entry) -> bool:
        try:
            raw = self._inbox.read(entry)
        except FileChangedError:
            self._report.waiting += 1
            return False
        learned = call_records.learn_file(raw, self._context)
        self._learned.past_due |= learned.past_due
        self._report.call_records += learned.kept
        self._report.unanswered += learned.unanswered
        if learned.faults:
            arrival = triage.arrival_of(candidate_of(entry), raw)
            self._quarantine([Suspect(arrival=arrival, reason=QuarantineReason.CDR_UNREADABLE)])
        return not learned.faults

    def _read_lone_sidecars(self) -> list[Entry]:
        """An envelope that came before its recording waits like a call record."""
        told, read = [], []
        for entry in self._finder.lone_sidecars:
            envelope = self._finder.read_sidecar(entry) if entry.settled else None
            if isinstance(envelope, Envelope):
                told.append((envelope, stem_of(entry.name)))
                read.append(entry)
            elif envelope is None:
                self._report.waiting += 1
            else:
                self._take_group([replace(candidate_of(entry), fault=envelope)])
        before = self._learned.kept
        call_records.learn(told, self._learned, self._context)
        self._report.call_records += self._learned.kept - before
        return read

    def _note_unsafe(self) -> None:
        for entry in self._of(EntryKind.UNSAFE):
            if quarantine_store.note_unread(entry, QuarantineReason.UNSAFE_PATH, self._context):
                self._count(QuarantineReason.UNSAFE_PATH)

    def _take_recordings(self) -> None:
        entries = self._of(EntryKind.RECORDING)
        for start in range(0, len(entries), 4 * GROUP_FILES):
            some = entries[start : start + 4 * GROUP_FILES]
            candidates, past_due = self._finder.find(some, self._learned)
            self._refuse_backlog(past_due)
            self._take_groups(list(_groups(self._apart_from_large(candidates))))
            self._progress(min(start + len(some), len(entries)), len(entries))

    def _apart_from_large(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        small = []
        for candidate in candidates:
            if candidate.size > self._context.rules.max_bytes:
                self._quarantine_large(candidate)
            elif candidate.fault is None and candidate.kind not in self._context.rules.imports:
                small.append(replace(candidate, fault=QuarantineReason.KIND_NOT_ALLOWED))
            else:
                small.append(candidate)
        return small

    def _quarantine_large(self, candidate: Candidate) -> None:
        entry, reason = candidate.entries[0], QuarantineReason.TOO_LARGE
        if candidate.size > _STREAMED_AT_MOST * self._context.rules.max_bytes:
            if quarantine_store.note_unread(entry, reason, self._context):
                self._count(reason)
            return
        try:
            chunks = self._inbox.chunks(entry)
            ref = quarantine_store.quarantine_stream(chunks, candidate, reason, self._context)
        except FileChangedError:
            self._report.waiting += 1
            return
        self._count(reason)
        self._inbox.delete(list(candidate.entries))
        quarantine_store.source_deleted([ref], self._context)

    def _quarantine_abandoned(self) -> None:
        """What was never finished waits as long as a recording waits for its call record."""
        unfinished = {
            keyed_digests.name_key(entry.path): entry for entry in self._of(EntryKind.UNFINISHED)
        }
        waiting = (
            call_records.still_waiting(list(unfinished), self._context) if unfinished else set()
        )
        self._report.waiting += len(waiting)
        over = [entry for key, entry in unfinished.items() if key not in waiting]
        half = [replace(candidate_of(each), fault=QuarantineReason.HALF_WRITTEN) for each in over]
        for group in _groups(self._apart_from_large(half)):
            self._take_group(group)

    def _refuse_backlog(self, past_due: Sequence[Candidate]) -> None:
        if not past_due:
            return
        before = self._finder.refused_before(past_due)
        fresh = [each for each in past_due if each.name_key not in before]
        if fresh:
            self._report.certificates.append(uploads.refuse_backlog(fresh, self._context))
        self._report.past_due += len(fresh)
        self._inbox.delete([entry for each in past_due for entry in each.entries])
        call_records.stop_waiting(
            [each.name_key for each in past_due if each.name_key], self._context
        )

    def _take_groups(self, groups: Sequence[Sequence[Candidate]]) -> None:
        """Write a group down while the next is being sealed and one more is being read."""
        with Pipeline(groups, self._read, self._context) as ahead:
            for begun in ahead.groups():
                self._report.waiting += begun.unread
                self._end(begun)

    def _take_group(self, group: Sequence[Candidate]) -> None:
        self._take_groups([group])

    def _end(self, begun: Begun) -> None:
        try:
            if begun.sealing is not None:
                self._keep(begun.accepted, begun.sealing.result())
                return
            self._follow(triage.Triage(begun.arrivals, self._context).verdicts())
        except sealed_intake.TakenMeanwhileError:
            self._follow(triage.Triage(begun.arrivals, self._context).verdicts())

    def _read(self, candidate: Candidate) -> bytes | None:
        try:
            return self._inbox.read(candidate.entries[0])
        except FileChangedError:
            return None

    def _follow(self, verdicts: Sequence[Verdict]) -> None:
        accepted = [each for each in verdicts if isinstance(each, Accepted)]
        self._keep(accepted, sealed_intake.seal(accepted, self._context))
        self._quarantine([each for each in verdicts if isinstance(each, Suspect)])
        self._finish([each for each in verdicts if isinstance(each, Known)])
        self._refuse_erased([each for each in verdicts if isinstance(each, Erased)])
        self._refuse_backlog([each.candidate for each in verdicts if isinstance(each, PastDue)])

    def _keep(self, accepted: Sequence[Accepted], sealed: Sequence[Sealed]) -> None:
        if not accepted:
            return
        refs = sealed_intake.keep_sealed(accepted, sealed, self._context)
        candidates = [each.arrival.candidate for each in accepted]
        gone = set(self._inbox.delete([entry for each in candidates for entry in each.entries]))
        vault.crash_point("intake.deleted")
        settled = [
            ref for ref, each in zip(refs, candidates, strict=True) if gone.issuperset(each.entries)
        ]
        sealed_intake.settle(settled, self._context)
        self._forget(candidates)
        self._report.taken_in += len(refs)
        self._report.recordings += refs
        self._report.bytes_taken_in += sum(each.size for each in candidates)

    def _quarantine(self, suspects: Sequence[Suspect]) -> None:
        if not suspects:
            return
        refs = quarantine_store.quarantine_group(suspects, self._context)
        for suspect in suspects:
            self._count(suspect.reason)
        self._delete([each.arrival.candidate for each in suspects])
        quarantine_store.source_deleted(refs, self._context)

    def _finish(self, known: Sequence[Known]) -> None:
        """A source that is here already is deleted once more, or at last after a crash."""
        if not known:
            return
        self._delete([each.arrival.candidate for each in known])
        unfinished = [each for each in known if each.delivery.state == DeliveryState.KEPT]
        sealed_intake.settle([each.delivery.recording_ref for each in unfinished], self._context)
        again = [each for each in known if each.delivery.state != DeliveryState.KEPT]
        audit.record_each(
            IntakeEvent.DELIVERY_REPEATED,
            items=[each.delivery.recording_ref for each in again],
            actor=self._context.actor,
            at=self._context.at,
        )
        self._report.finished += len(unfinished)
        self._report.duplicates += len(again)

    def _refuse_erased(self, erased: Sequence[Erased]) -> None:
        if not erased:
            return
        self._delete([each.arrival.candidate for each in erased])
        audit.record(
            IntakeEvent.DELIVERY_REFUSED,
            item=self._context.controller_ref,
            actor=self._context.actor,
            at=self._context.at,
            reason="erased-before",
            count=len(erased),
        )
        self._report.tombstoned += len(erased)

    def _delete(self, candidates: Sequence[Candidate]) -> None:
        self._inbox.delete([entry for each in candidates for entry in each.entries])
        self._forget(candidates)

    def _forget(self, candidates: Sequence[Candidate]) -> None:
        names = [each.name_key for each in candidates if each.name_key]
        call_records.stop_waiting(names, self._context)


def _groups(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    group: list[Candidate] = []
    size = 0
    for candidate in candidates:
        if group and (len(group) == GROUP_FILES or size + candidate.size > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(candidate)
        size += candidate.size
    if group:
        yield group
