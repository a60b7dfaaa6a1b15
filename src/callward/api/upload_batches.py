"""Uploads that arrive together become durable together: one flush, one transaction."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import close_old_connections

from callward.intake import services as intake
from callward.kernel import clock

if TYPE_CHECKING:
    from callward.intake.services import Upload
    from callward.intake.values import Receipt
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref

_MOST = 64
_MOST_BYTES = 96 * 1024 * 1024
_IDLE_SECONDS = 5.0
# Only where several send at once: who sends alone is not kept waiting for company.
_QUIET_SECONDS, _LONGEST_SECONDS = 0.01, 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One upload whose sender waits for the receipt."""

    upload: Upload
    controller_ref: Ref
    actor: Actor
    receipt: Future[Receipt] = field(default_factory=Future)


class Gatherer:
    """One thread that takes in everything that came while the group before was written."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._running = False
        self._taken_before = 0

    def hand_over(self, waiting: Waiting) -> Future[Receipt]:
        """Queue an upload; its receipt comes once it is durable and in the books."""
        with self._changed:
            self._queue.append(waiting)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="api-intake", daemon=True).start()
            self._changed.notify()
        return waiting.receipt

    def _run(self) -> None:
        while group := self._next_group():
            close_old_connections()
            _take_in(group)
            close_old_connections()

    def _next_group(self) -> list[Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: self._queue, timeout=_IDLE_SECONDS)
            if not self._queue:
                self._running = False
                return []
            self._wait_for_company()
            first = self._queue.popleft()
            group, size = [first], len(first.upload.audio)
            while self._queue and len(group) < _MOST and self._fits(first, size):
                size += len(self._queue[0].upload.audio)
                group.append(self._queue.popleft())
            self._taken_before = len(group)
            return group

    def _wait_for_company(self) -> None:
        """Let those who were answered together send their next ones, until it is quiet."""
        ends = clock.stopwatch() + _LONGEST_SECONDS
        before = 0
        while before < len(self._queue) < self._taken_before and clock.stopwatch() < ends:
            before = len(self._queue)
            self._changed.wait(_QUIET_SECONDS)

    def _fits(self, first: Waiting, size: int) -> bool:
        following = self._queue[0]
        same_sender = (following.controller_ref, following.actor) == (
            first.controller_ref,
            first.actor,
        )
        return same_sender and size + len(following.upload.audio) <= _MOST_BYTES


def _take_in(group: list[Waiting]) -> None:
    first = group[0]
    try:
        receipts = intake.take_in_group(
            [each.upload for each in group],
            first.controller_ref,
            actor=first.actor,
            at=clock.now(),
        )
    except Exception as error:  # noqa: BLE001  # whatever it is belongs to the waiting sender
        _refuse(group, error)
        return
    for each, receipt in zip(group, receipts, strict=True):
        each.receipt.set_result(receipt)


def _refuse(group: list[Waiting], error: Exception) -> None:
    """One sender's fault is not the others': they are taken in one by one."""
    if len(group) == 1:
        group[0].receipt.set_exception(error)
        return
    for each in group:
        _take_in([each])


gatherer = Gatherer()
