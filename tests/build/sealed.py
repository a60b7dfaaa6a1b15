"""A whole buffer, sealed at once."""

from __future__ import annotations

from callward.sealing.stream import DEFAULT_SEGMENT, Sealer


def seal_bytes(
    plain: bytes | bytearray | memoryview,
    *,
    key: bytes,
    context: bytes,
    segment: int = DEFAULT_SEGMENT,
) -> bytes:
    """Seal one whole buffer into bytes of its own."""
    return bytes(Sealer().seal(plain, key=key, context=context, segment=segment))
