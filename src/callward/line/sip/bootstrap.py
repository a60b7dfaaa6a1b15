"""What must be so before sippy is imported; the package imports this module first of all."""

from __future__ import annotations

import os
import sys
from types import ModuleType

_NONCES = "sippy.Security.SipNonce"
_DIGESTS = ("MD5", "MD5SESS", "SHA256", "SHA256SESS", "SHA512", "SHA512SESS")


def prepare() -> bool:
    """Silence sippy's log, and keep its challenges out: digest is ours, one cryptography enough."""
    os.environ["SIPLOG_BEND"] = "none"
    absent = ModuleType(_NONCES)
    absent.__dict__.update({f"DGST_{name}": 1 << place for place, name in enumerate(_DIGESTS)})
    absent.__dict__["HashOracle"] = object
    return sys.modules.setdefault(_NONCES, absent) is absent


PREPARED = prepare()
