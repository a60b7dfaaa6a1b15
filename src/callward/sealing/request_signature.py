"""Signing requests as S3 stores want them (AWS Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import datetime

_SCHEME = "AWS4-HMAC-SHA256"


def signed_headers(
    method: str, url: str, body: bytes, *, region: str, key_id: str, secret: str, at: datetime
) -> dict[str, str]:
    """The headers that prove a request; its query must be sorted and quoted already."""
    parts, moment = urlsplit(url), at.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    told = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(told)
    lines = [f"{name}:{value}" for name, value in told.items()]
    request = "\n".join([method, parts.path, parts.query, *lines, "", names, digest])
    steps = (moment[:8], region, "s3", "aws4_request")
    scope, summed = "/".join(steps), hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for step in (*steps, f"{_SCHEME}\n{moment}\n{scope}\n{summed}"):
        key = hmac.digest(key, step.encode(), "sha256")
    credential = f"{_SCHEME} Credential={key_id}/{scope}"
    return {**told, "authorization": f"{credential}, SignedHeaders={names}, Signature={key.hex()}"}
