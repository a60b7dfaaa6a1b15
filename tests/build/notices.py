"""Controllers that publish, revisions of their policies, and who approves them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from build.accounts import cast
from build.controllers import controller
from callward.controllers import selectors as controllers
from callward.holdings.kinds import KINDS
from callward.kernel import clock
from callward.kernel.actors import user_actor
from callward.notices import notice_archive, ports, services
from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.policy import canonical_json, policy_id_of
from callward.texts.states import CheckName, Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from build.accounts import Cast
    from callward.controllers.selectors import ControllerView
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView
    from callward.policy import Policy


THE_START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


class Watch:
    """Stands in for the probes: everything is green but what a test breaks."""

    def __init__(self) -> None:
        self.states: dict[Probe, SentenceCheck] = {}
        self.forbids: tuple[str, ...] = ()

    def states_of(self, controller_ref: Ref, at: datetime) -> dict[CheckName, SentenceCheck]:
        green = SentenceCheck(state=CheckState.GREEN, checked_at=at, public=True)
        kinds = ("", *KINDS)
        return {
            CheckName(probe, kind): self.states.get(probe, green)
            for probe in Probe
            for kind in kinds
        }

    def may_publish(self, controller_ref: Ref, at: datetime) -> tuple[str, ...]:
        return self.forbids


_WRITTEN: dict[str, list[notice_archive.Rendered]] = {}


def _written_once(policy: Policy) -> list[notice_archive.Rendered]:
    """The same policy gives the same bytes, so the tests write them once."""
    name = policy_id_of(canonical_json(policy))
    if name not in _WRITTEN:
        _WRITTEN[name] = list(_render_all(policy))
    return _WRITTEN[name]


_render_all = notice_archive.render_all


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A controller that has published, its people, and the watch over its sentences."""

    home: ControllerView
    people: Cast
    watch: Watch


@contextmanager
def watched() -> Iterator[Watch]:
    """Plug such a watch in, for as long as it is wanted."""
    before = ports.checks.get()
    watch = Watch()
    ports.checks.bind(watch)
    notice_archive.render_all = _written_once
    yield watch
    notice_archive.render_all = _render_all
    ports.checks.bind(before)


@contextmanager
def standing(blocker: DjangoDbBlocker) -> Iterator[Standing]:
    """One published controller for a whole file of tests; each test leaves it as it was."""
    start = clock.FixedClock(THE_START)
    with blocker.unblock(), clock.using(start), watched() as watch, transaction.atomic():
        home = published(at=THE_START)
        yield Standing(home=home, people=cast(home.ref, at=THE_START), watch=watch)
        transaction.set_rollback(True)


def published(name: str = "therapy-association", *, at: datetime) -> ControllerView:
    """A controller whose first version is published."""
    found = controller(name)
    services.publish_due(at, controller_ref=found.ref)
    return found


def revised(
    controller_ref: Ref,
    *,
    at: datetime,
    version: str = "2027.1",
    effective: date | None = None,
    changes: dict[str, str] | None = None,
) -> bytes:
    """The policy in force, as its next revision: some texts of it replaced."""
    in_force = controllers.policy_in_force(controller_ref, at=at)
    text = services.successor(
        controllers.source(in_force.policy_id).decode(), policy_id=in_force.policy_id
    )
    day = effective or at.date() + timedelta(days=1)
    text = re.sub(r"(?m)^version = .*$", f'version = "{version}"', text, count=1)
    text = re.sub(r"(?m)^effective = .*$", f"effective = {day.isoformat()}", text, count=1)
    for before, after in (changes or {}).items():
        assert before in text, before
        text = text.replace(before, after)
    return text.encode()


_KEPT = 'period = "P5Y", start = "call.initiated", destroy = "crypto-shred"'
SHORTER = {_KEPT: _KEPT.replace("P5Y", "P3Y")}
LONGER = {_KEPT: _KEPT.replace("P5Y", "P6Y")}


def asked(home: ControllerView, cast: Cast, toml: bytes, *, at: datetime) -> NoticeVersionView:
    """A draft of Radu's whose approval is asked for."""
    radu = user_actor(cast.radu.ref)
    draft = services.draft_policy(home.ref, toml, actor=radu, at=at)
    return services.ask_approval(draft.ref, actor=radu, at=at)


def next_version(
    home: ControllerView, cast: Cast, *, at: datetime, changes: dict[str, str] | None = None
) -> NoticeVersionView:
    """A version that Radu drafted and Daiva approved; it waits for its day."""
    toml = revised(home.ref, at=at, changes=SHORTER if changes is None else changes)
    waiting = asked(home, cast, toml, at=at)
    return services.approve(waiting.ref, actor=user_actor(cast.daiva.ref), at=at)
