"""A phone on a bare socket: answers what it is sent, and can say anything within its calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from build.sip_peers import offer

if TYPE_CHECKING:
    from build.sip_peers import Plain

KEPT = ("via", "from", "to", "call-id", "cseq")
TAG = "phone"


class Phone:
    """Ana's phone."""

    def __init__(self, peer: Plain, line: int) -> None:
        self.peer = peer
        self.line = line
        self.sequence = 10

    def answer_call(self) -> dict[str, str]:
        """Take the next INVITE; its dialog is returned."""
        invite = self.next("INVITE")
        self.reply(invite, "200 OK", body=offer(42000))
        self.next("ACK")
        return {
            "call": re.search(r"(?im)^Call-ID: (\S+)", invite)[1],
            "theirs": re.search(r"(?im)^From:.*;tag=(\S+)", invite)[1],
            "us": re.search(r"(?im)^From: (.*);tag", invite)[1],
        }

    def next(self, method: str) -> str:
        """The next request of this method; others are answered by 200."""
        while (heard := self.peer.hear(seconds=6)) is not None:
            if heard.startswith(method):
                return heard
            self._polite(heard)
        raise AssertionError(f"no {method}")

    def next_status(self) -> int:
        """The status of the next response; requests between are answered by 200."""
        while (heard := self.peer.hear(seconds=6)) is not None:
            if heard.startswith("SIP/2.0"):
                return int(heard.split(" ")[1])
            self._polite(heard)
        raise AssertionError("no response")

    def _polite(self, heard: str) -> None:
        if not heard.startswith(("SIP/2.0", "ACK")):
            self.reply(heard, "200 OK")

    def reply(self, asked: str, line: str, body: str = "") -> None:
        """Answer a request."""
        kept = []
        for each in asked.split("\r\n\r\n", maxsplit=1)[0].split("\r\n")[1:]:
            name = each.split(":")[0].lower()
            if name in KEPT:
                tagged = name != "to" or "tag=" in each
                kept.append(each if tagged else f"{each};tag={TAG}")
        self._send(f"SIP/2.0 {line}", kept, body, "application/sdp")

    def send(
        self,
        method: str,
        dialog: dict[str, str],
        *headers: str,
        body: str = "",
        kind: str = "application/sdp",
    ) -> None:
        """Send a request within a dialog."""
        self.sequence += 1
        lines = [
            f"Via: SIP/2.0/UDP {self.peer.host}:{self.peer.port};branch=z9hG4bK{self.sequence}",
            f"From: <sip:ana@{self.peer.host}>;tag={TAG}",
            f"To: {dialog['us']};tag={dialog['theirs']}",
            f"Call-ID: {dialog['call']}",
            f"CSeq: {self.sequence} {method}",
            "Max-Forwards: 70",
            *headers,
        ]
        self._send(f"{method} sip:callward@127.0.0.1:{self.line} SIP/2.0", lines, body, kind)

    def _send(self, line: str, lines: list[str], body: str, kind: str) -> None:
        head = [line, *lines, f"Contact: <sip:ana@{self.peer.host}:{self.peer.port}>"]
        if body:
            head.append(f"Content-Type: {kind}")
        head += [f"Content-Length: {len(body)}", "", ""]
        self.peer.send("\r\n".join(head) + body, self.line)
