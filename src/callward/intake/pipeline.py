"""Works ahead: while one group is written down, the next is sealed and one more is read."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from callward.intake import sealed_intake, triage
from callward.intake.arrivals import Accepted
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from callward.intake.arrivals import Arrival, Candidate
    from callward.intake.context import IntakeContext
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
                vault.discard([item.ref for item in begun.sealing.result()])

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
