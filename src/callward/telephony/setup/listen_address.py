"""Where this machine's phone line listens, as its owner said in the environment."""

from __future__ import annotations

import os

from callward.line.snapshot import Limits, Listen


def listen() -> Listen:
    """The addresses and ports of SIP and media."""
    asked = os.environ.get
    return Listen(
        host=asked("CALLWARD_SIP_HOST", "127.0.0.1"),
        port=int(asked("CALLWARD_SIP_PORT", "5060")),
        media_host=asked("CALLWARD_MEDIA_HOST", asked("CALLWARD_SIP_HOST", "127.0.0.1")),
        realm=asked("CALLWARD_SIP_REALM", "callward.example"),
        rtp_from=int(asked("CALLWARD_RTP_FROM", "20000")),
        rtp_to=int(asked("CALLWARD_RTP_TO", "29999")),
    )


def limits() -> Limits:
    """How many calls at once, and how much room must be left."""
    asked = os.environ.get
    return Limits(
        concurrent_calls=int(asked("CALLWARD_LINE_CALLS", "100")),
        free_megabytes=int(asked("CALLWARD_LINE_FREE_MB", "512")),
    )
