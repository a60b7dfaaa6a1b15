"""Why SIP refuses something; codes only."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, gettext_noop
from callward.line.errors import LineError


class UnusableSdpError(LineError, BadInputError):
    """The peer offers nothing that this line speaks; it hears 488."""

    code = "line-sdp"
    fact = gettext_noop("The other side offers no audio that the phone line speaks.")
    mend = gettext_noop("Allow G.711 (PCMA or PCMU) over plain RTP at the carrier or the phone.")
