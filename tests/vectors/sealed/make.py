"""Makes a frozen sealed object; run once per format and never again for the same name.

python tests/vectors/sealed/make.py NAME SEGMENT SIZE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from callward.sealing import secret, wrap
from callward.sealing.stream import new_key, seal_bytes

HERE = Path(__file__).parent


def main(name: str, segment: int, size: int) -> None:
    """Write the object, its keys and what is expected of it."""
    epoch, key, context = wrap.EpochKey.generate(), new_key(), f"vector {name}".encode()
    plain = bytes(place * 31 % 251 for place in range(size))
    sealed = seal_bytes(plain, key=key, context=context, segment=segment)
    with (HERE / f"{name}.sealed").open("xb") as file:
        file.write(sealed)
    facts = {
        "key": key.hex(),
        "context": context.hex(),
        "size": size,
        "epoch_private": epoch.private.hex(),
        "wrapped": wrap.wrap(key, epoch.public, context).hex(),
        "secret": secret.seal_secret(b"a small secret", key, context).hex(),
    }
    (HERE / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
