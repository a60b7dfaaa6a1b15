"""Counts marker bytes in files; a program of its own.

Closing a file drops this process's locks on it, so the files of live databases are read by
another process.
"""

from __future__ import annotations

import json
import sys

_BLOCK = 8 << 20


def count(path: str, markers: list[bytes]) -> tuple[int, int]:
    """Count the bytes of a file, and those that belong to a marker."""
    overlap = max((len(marker) for marker in markers), default=1) - 1
    size, found, tail = 0, 0, b""
    with open(path, "rb") as file:  # noqa: PTH123  # runs without the rest of the library
        while block := file.read(_BLOCK):
            size += len(block)
            whole = tail + block
            found += sum(whole.count(marker) * len(marker) for marker in markers)
            tail = whole[len(whole) - overlap :] if overlap else b""
    return size, found


def main() -> None:
    """Read paths and inverted markers, write counts."""
    asked = json.load(sys.stdin)
    markers = [bytes(byte ^ 0xFF for byte in bytes.fromhex(text)) for text in asked["markers"]]
    counts = {}
    for path in asked["paths"]:
        try:
            counts[path] = count(path, markers)
        except FileNotFoundError:
            continue
    json.dump(counts, sys.stdout)


if __name__ == "__main__":
    main()
