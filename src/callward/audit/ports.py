"""What the audit needs from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from callward.kernel.grow_only_file import KeptLines


class CheckpointSigner(Protocol):
    """Holds the audit's Ed25519 key."""

    @property
    def origin(self) -> str:
        """The name of the log, such as `callward.example/audit`: no spaces, no plus sign."""
        ...

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that strangers verify with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        ...


signer: Port[CheckpointSigner] = Port("audit.signer")
kept: Port[KeptLines] = Port("audit.kept")  # signed notes that no restore of data rolls back
