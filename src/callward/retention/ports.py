"""What retention needs from the rooms around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from callward.kernel.grow_only_file import KeptLines


class CertificateSigner(Protocol):
    """Signs destruction certificates (Ed25519)."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that strangers verify with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        ...


signer: Port[CertificateSigner] = Port("retention.signer")
proofs: Port[KeptLines] = Port("retention.proofs")  # certificates outlive the database here
