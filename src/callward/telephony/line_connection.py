"""Speaking to the running line; a connection for each question, since none is asked often."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from callward.kernel.references import parse_ref
from callward.line.control_client import LineControl as Channel
from callward.line.control_messages import ControlEvent
from callward.line.dial_permits import Permit
from callward.line.errors import LineUnreachableError
from callward.telephony.errors import LineDownError
from callward.telephony.values import LineStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.telephony.values import PermitView

_PATIENCE = 3.0  # seconds
_OPEN = "open"


class SocketLine:
    """The line's control channel behind its socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _channel(self) -> Iterator[Channel]:
        try:
            with Channel(self._path, patience=_PATIENCE) as channel:
                yield channel
        except LineUnreachableError:
            raise LineDownError from None

    def reload(self) -> None:
        """Have it read its snapshot again."""
        with self._channel() as channel:
            channel.reload()

    def status(self) -> LineStatus:
        """How it is."""
        with self._channel() as channel:
            told = channel.status()
        calls = cast("list[dict[str, object]]", told.get("calls", []))
        faults = cast("list[dict[str, object]]", told.get("faults", []))
        agents = cast("list[dict[str, object]]", told.get("agents", []))
        return LineStatus(
            calls=len(calls),
            recording=sum(call.get("gate") == _OPEN for call in calls),
            reached=frozenset(str(one.get("agent")) for one in agents if one.get("reached")),
            faults=tuple((str(one.get("controller")), str(one.get("why"))) for one in faults),
        )

    def presence(self, phone: Ref, *, ready: bool) -> None:
        """Whether calls may ring at a phone."""
        with self._channel() as channel:
            channel.presence(str(phone), "ready" if ready else "away")

    def dial(self, permit: PermitView) -> Ref:
        """Make one call out; tells its reference."""
        told = Permit(
            permit=str(permit.ref),
            controller=permit.controller,
            agent=str(permit.phone_ref),
            number=permit.number,
            reason=permit.reason,
            reference=permit.reference,
            expires_at=permit.ends_at,
            language=permit.language or None,
        )
        with self._channel() as channel:
            return parse_ref(channel.dial(told))

    def click(self, call: Ref, phone: Ref, *, agreed: bool) -> None:
        """What the person answered aloud."""
        said = ControlEvent.AGREED if agreed else ControlEvent.REFUSED
        with self._channel() as channel:
            channel.click(str(call), str(phone), said)

    def stop(self, call: Ref, phone: Ref) -> None:
        """Record nothing more."""
        with self._channel() as channel:
            channel.stop(str(call), str(phone))

    def pause(self, call: Ref, phone: Ref, *, reason: str) -> None:
        """Record nothing until it is resumed."""
        with self._channel() as channel:
            channel.pause(str(call), str(phone), reason)

    def resume(self, call: Ref, phone: Ref) -> None:
        """Record on."""
        with self._channel() as channel:
            channel.resume(str(call), str(phone))

    def hang_up(self, call: Ref, phone: Ref) -> None:
        """End the call."""
        with self._channel() as channel:
            channel.hang_up(str(call), str(phone))
