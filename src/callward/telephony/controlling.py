"""Speaking to the running line: one question, one answer, over its control socket."""

from __future__ import annotations

import json
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any

from callward.kernel.references import parse_ref
from callward.telephony.errors import LineDownError, LineRefusedError
from callward.telephony.values import LineStatus

if TYPE_CHECKING:
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.telephony.values import PermitView

SCHEMA = "callward.line/1"
_PATIENCE = 3.0  # seconds


class SocketLine:
    """The line's control channel; a connection for each question, since none is asked often."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reload(self) -> None:
        """Have it read its snapshot again."""
        self._ask("reload")

    def status(self) -> LineStatus:
        """How it is."""
        told = self._ask("status")
        made = told.get("snapshot_at")
        return LineStatus(
            calls=int(told.get("calls", 0)),
            recording=int(told.get("recording", 0)),
            phones=tuple(str(each) for each in told.get("phones", ())),
            snapshot_at=datetime.fromisoformat(made) if made else None,
            blocked=bool(told.get("blocked", False)),
        )

    def presence(self, phone: Ref, *, ready: bool) -> None:
        """Whether calls may ring at a phone."""
        self._ask("presence", agent=str(phone), state="ready" if ready else "away")

    def dial(self, permit: PermitView) -> Ref:
        """Make one call out; tells its reference."""
        told = self._ask(
            "dial",
            permit={
                "permit": str(permit.ref),
                "controller": permit.controller,
                "agent": str(permit.phone_ref),
                "number": permit.number,
                "reason": permit.reason,
                "reference": permit.reference,
                "expires_at": permit.ends_at.isoformat(),
            },
        )
        return parse_ref(str(told.get("call")))

    def click(self, call: Ref, phone: Ref, *, agreed: bool) -> None:
        """What the person answered aloud."""
        said = "yes" if agreed else "no"
        self._ask("click", call=str(call), agent=str(phone), said=said)

    def stop(self, call: Ref, phone: Ref) -> None:
        """Record nothing more."""
        self._ask("stop", call=str(call), agent=str(phone))

    def pause(self, call: Ref, phone: Ref, *, reason: str) -> None:
        """Record nothing until it is resumed."""
        self._ask("pause", call=str(call), agent=str(phone), reason=reason)

    def resume(self, call: Ref, phone: Ref) -> None:
        """Record on."""
        self._ask("resume", call=str(call), agent=str(phone))

    def hang_up(self, call: Ref, phone: Ref) -> None:
        """End the call."""
        self._ask("hang-up", call=str(call), agent=str(phone))

    def _ask(self, what: str, **facts: object) -> dict[str, Any]:
        request = {"schema": SCHEMA, "id": 1, "do": what, **facts}
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
                channel.settimeout(_PATIENCE)
                channel.connect(str(self._path))
                channel.sendall(json.dumps(request).encode() + b"\n")
                reply = _reply(channel)
        except (OSError, ValueError):
            raise LineDownError from None
        if "error" in reply:
            raise LineRefusedError(why=str(reply["error"])[:40])
        return reply


def _reply(channel: socket.socket) -> dict[str, Any]:
    """The answer to our one question; events that come in between are not for us."""
    with channel.makefile("rb") as lines:
        for line in lines:
            told: dict[str, Any] = json.loads(line)
            if told.get("id") == 1:
                return told
    raise ValueError
