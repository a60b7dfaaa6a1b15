"""Digest access authentication (RFC 7616, RFC 8760), both sides: we ask phones, carriers ask us."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PARAMETER = re.compile(r'([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_LONGEST = 4096
_NONCE_SECONDS = 300.0
_MOST_NONCES = 20_000


def _md5(content: bytes) -> str:
    # RFC 3261 phones know nothing newer; the secret is a random one of its own, never a password.
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


HASHES: Mapping[str, Callable[[bytes], str]] = {"SHA-256": _sha256, "MD5": _md5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are to a carrier; the secret shows in no text form."""

    user: str
    secret: str = field(repr=False)


def parameters(header: str) -> dict[str, str] | None:
    """The parameters of a Digest header; None when it is something else."""
    scheme, _, rest = header[:_LONGEST].strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(rest):
        quoted, bare = match[2], match[3]
        value = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        found.setdefault(match[1].lower(), value)
    return found


def response_to(
    *, secret: str, method: str, given: Mapping[str, str], hashed: Callable[[bytes], str]
) -> str:
    """The proof that one knows the secret, for these parameters."""
    user, realm, nonce = given["username"], given["realm"], given["nonce"]
    who = hashed(f"{user}:{realm}:{secret}".encode())
    what = hashed(f"{method}:{given['uri']}".encode())
    if "qop" in given:
        middle = f"{nonce}:{given['nc']}:{given['cnonce']}:{given['qop']}"
        return hashed(f"{who}:{middle}:{what}".encode())
    return hashed(f"{who}:{nonce}:{what}".encode())


def answer(challenges: list[str], *, credentials: Credentials, method: str, uri: str) -> str | None:
    """Our Authorization header for the strongest challenge that we understand."""
    readable = [found for each in challenges if (found := parameters(each)) is not None]
    for name, hashed in HASHES.items():
        for found in readable:
            if found.get("algorithm", "MD5").upper() == name and _answerable(found):
                return _answered(found, name, hashed, credentials, method, uri)
    return None


def _answerable(challenge: Mapping[str, str]) -> bool:
    qops = [each.strip() for each in challenge.get("qop", "auth").split(",")]
    values = (challenge.get("realm", ""), challenge.get("nonce", ""), challenge.get("opaque", ""))
    plain = all(value.isprintable() and '"' not in value for value in values)
    return "auth" in qops and bool(challenge.get("nonce")) and plain


def _answered(
    challenge: Mapping[str, str],
    name: str,
    hashed: Callable[[bytes], str],
    credentials: Credentials,
    method: str,
    uri: str,
) -> str:
    given = {
        "username": credentials.user,
        "realm": challenge.get("realm", ""),
        "nonce": challenge["nonce"],
        "uri": uri,
    }
    if "qop" in challenge:
        given |= {"qop": "auth", "nc": "00000001", "cnonce": secrets.token_hex(8)}
    given["response"] = response_to(
        secret=credentials.secret, method=method, given=given, hashed=hashed
    )
    if "opaque" in challenge:
        given["opaque"] = challenge["opaque"]
    bare = {"qop", "nc"}
    parts = [
        f"{key}={value}" if key in bare else f'{key}="{value}"' for key, value in given.items()
    ]
    if "algorithm" in challenge:
        parts.append(f"algorithm={name}")
    return "Digest " + ", ".join(parts)


class DigestVerifier:
    """Asks a phone to prove its secret, and believes each proof once."""

    def __init__(self, realm: str, *, clock: Callable[[], float]) -> None:
        self._realm = realm
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._counts: dict[str, int] = {}

    def challenge(self) -> str:
        """The header value to send.

        MD5 alone: phones in the field (libre, so baresip) give up when they are also offered
        SHA-256. What it protects is a long random secret of one phone, never a person's password.
        """
        nonce = self._nonce(self._clock())
        return f'Digest realm="{self._realm}", nonce="{nonce}", algorithm=MD5, qop="auth"'

    def believes(self, header: str, *, user: str, secret: str, method: str) -> bool:
        """Whether this answers one of our challenges, fresh and for the first time."""
        given = parameters(header)
        if given is None or not self._complete(given):
            return False
        known = given["realm"] == self._realm and given["username"] == user
        asked = given.get("algorithm", "MD5").upper() == "MD5"
        if not (known and asked and self._ours(given["nonce"])):
            return False
        expected = response_to(secret=secret, method=method, given=given, hashed=_md5)
        proven = hmac.compare_digest(expected.encode(), given["response"].lower().encode())
        return proven and self._first_use(given["nonce"], int(given["nc"], 16))

    @staticmethod
    def _complete(given: Mapping[str, str]) -> bool:
        names = ("username", "realm", "nonce", "uri", "response", "cnonce", "nc")
        if given.get("qop") != "auth" or any(not given.get(name) for name in names):
            return False
        return re.fullmatch(r"[0-9A-Fa-f]{8}", given["nc"]) is not None

    def _nonce(self, at: float) -> str:
        head = f"{int(at * 1000):015d}{secrets.token_hex(6)}"
        return head + self._mark(head)

    def _mark(self, head: str) -> str:
        return hmac.new(self._key, head.encode(), "sha256").hexdigest()[:32]

    def _ours(self, nonce: str) -> bool:
        head, mark = nonce[:-32], nonce[-32:]
        if not hmac.compare_digest(self._mark(head).encode(), mark.encode()):
            return False
        return self._clock() - int(head[:15]) / 1000 <= _NONCE_SECONDS

    def _first_use(self, nonce: str, count: int) -> bool:
        """A nonce's count must grow, or somebody repeats what was overheard."""
        if count <= self._counts.get(nonce, 0):
            return False
        self._counts.pop(nonce, None)
        self._counts[nonce] = count
        if len(self._counts) > _MOST_NONCES:
            self._counts.pop(next(iter(self._counts)))
        return True
