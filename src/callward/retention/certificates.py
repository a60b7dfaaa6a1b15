"""The signed text of a destruction certificate: two lines that anybody can verify offline.

Line one is canonical JSON, line two the Ed25519 signature over the bytes of line one (without
its line feed). No database, no framework, no network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from callward.kernel.errors import BadInputError, gettext_noop
from callward.kernel.references import parse_ref
from callward.sealing import signatures
from callward.sealing.errors import SealingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from callward.kernel.references import Ref

SCHEMA = "callward.certificate/1"
_SIGNATURE = "ed25519"
_KEY_ID_LENGTH = 16
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class CertificateBrokenError(BadInputError):
    """The certificate is not what was signed."""

    code = "certificate-broken"
    fact = gettext_noop("The certificate does not verify: %(why)s.")
    mend = gettext_noop("Compare it with the copy in the console and with the published key.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a certificate says; counts, references and rules, nothing about people."""

    ref: Ref
    controller: str
    legal_name: str
    kind: str
    what: str
    count: int
    items_digest: str
    rule: str
    period: str
    start_event: str
    ground: str
    policy_id: str
    destroyed_at: datetime
    actor: str
    final_after: datetime
    method: str
    wraps: int
    objects: int
    residue_bytes: int

    def canonical(self) -> bytes:
        """The one way to write this statement as bytes."""
        content = self._content()
        return json.dumps(
            content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()

    def _content(self) -> dict[str, object]:
        return {
            "schema": SCHEMA,
            "certificate": str(self.ref),
            "controller": {"id": self.controller, "legal_name": self.legal_name},
            "kind": self.kind,
            "what": self.what,
            "count": self.count,
            "items_digest": self.items_digest,
            "rule": self._rule(),
            "policy": self.policy_id,
            "destroyed_at": _instant(self.destroyed_at),
            "actor": self.actor,
            "final_after": _instant(self.final_after),
            "method": self.method,
            "found": {
                "keys": self.wraps,
                "objects": self.objects,
                "residue_bytes": self.residue_bytes,
            },
        }

    def _rule(self) -> dict[str, str]:
        return {
            "decided": self.rule,
            "period": self.period,
            "start": self.start_event,
            "ground": self.ground,
        }


def _instant(at: datetime) -> str:
    return at.strftime(_INSTANT)


def digest_of(refs: Iterable[Ref]) -> str:
    """One digest for a set of references: who holds the list can check that it is this one."""
    digest = hashlib.sha256()
    for ref in sorted(refs):
        digest.update(ref.bytes)
    return f"sha256:{digest.hexdigest()}"


def key_id(public_key: bytes) -> str:
    """The short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:_KEY_ID_LENGTH]


def sign_statement(
    statement: Statement, *, sign: Callable[[bytes], bytes], public_key: bytes
) -> bytes:
    """The certificate as it is handed out."""
    payload = statement.canonical()
    signature = base64.b64encode(sign(payload))
    return b"%s\n%s %s %s\n" % (
        payload,
        _SIGNATURE.encode(),
        key_id(public_key).encode(),
        signature,
    )


def verify_certificate(document: bytes, public_key: bytes) -> dict[str, object]:
    """What the certificate says, once it is proven to be signed; raises CertificateBrokenError."""
    payload, signature = _parts_of(document, public_key)
    try:
        signatures.verify(payload, signature, public_key)
    except SealingError as error:
        raise CertificateBrokenError(why="the signature does not fit") from error
    return _statement_in(payload)


def _parts_of(document: bytes, public_key: bytes) -> tuple[bytes, bytes]:
    lines = document.split(b"\n")
    words = lines[1].split(b" ") if len(lines) == 3 and lines[2] == b"" else []  # noqa: PLR2004  # two lines and the end
    if len(words) != 3 or words[0] != _SIGNATURE.encode():  # noqa: PLR2004  # suite, key, signature
        raise CertificateBrokenError(why="it is not a certificate")
    if words[1] != key_id(public_key).encode():
        raise CertificateBrokenError(why="it is signed with another key")
    try:
        return lines[0], base64.b64decode(words[2], validate=True)
    except binascii.Error as error:
        raise CertificateBrokenError(why="its signature is not readable") from error


def read_statement(document: bytes, public_key: bytes) -> Statement:
    """What the certificate says, as it was written; raises CertificateBrokenError."""
    said: dict[str, Any] = verify_certificate(document, public_key)
    rule, found = said["rule"], said["found"]
    return Statement(
        ref=parse_ref(said["certificate"]),
        controller=said["controller"]["id"],
        legal_name=said["controller"]["legal_name"],
        kind=said["kind"],
        what=said["what"],
        count=said["count"],
        items_digest=said["items_digest"],
        rule=rule["decided"],
        period=rule["period"],
        start_event=rule["start"],
        ground=rule["ground"],
        policy_id=said["policy"],
        destroyed_at=_instant_in(said["destroyed_at"]),
        actor=said["actor"],
        final_after=_instant_in(said["final_after"]),
        method=said["method"],
        wraps=found["keys"],
        objects=found["objects"],
        residue_bytes=found["residue_bytes"],
    )


def _instant_in(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def _statement_in(payload: bytes) -> dict[str, object]:
    content = json.loads(payload)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise CertificateBrokenError(why="it is of another kind")
    return content


_TEMPLATE = Path(__file__).parent / "certificate.typ"
LANGUAGES = ("en", "ro", "bg", "lt")


def print_certificate(document: bytes, *, language: str = "en") -> bytes:
    """The same words and numbers as the signed text, byte for byte the same every time."""
    payload, signature = document.decode().splitlines()[:2]
    return _compiled(payload, signature, language if language in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=32)
def _compiled(payload: str, signature: str, language: str) -> bytes:
    content = json.loads(payload)
    inputs = {
        "payload": json.dumps(content),
        "signature": signature,
        "language": language,
        "day": content["destroyed_at"][:10],
    }
    page = typst.compile(str(_TEMPLATE), format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    if not isinstance(page, bytes):
        raise TypeError
    return page
