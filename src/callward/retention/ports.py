"""What retention needs from the rooms around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Slot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class CertificateSigner(Protocol):
    """Signs destruction certificates (Ed25519)."""

    @property
    def public_key(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


class TombstoneKey(Protocol):
    """Turns a mark of an erased recording into a digest that nobody else can compute."""

    def digest(self, mark: str) -> bytes: ...


class RowsOfHolders(Protocol):
    """Every package's rows of some recordings."""

    def destroy_everywhere(self, refs: Sequence[Ref], *, at: datetime) -> dict[str, int]: ...


signer: Slot[CertificateSigner] = Slot("retention.signer")
tombstone_key: Slot[TombstoneKey] = Slot("retention.tombstone_key")
