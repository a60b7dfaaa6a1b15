"""Certificates that a test makes for itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def certificate_in(folder: Path, name: str, *, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate that signs itself, and its key for the owner alone."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    words = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    named = ["-addext", f"subjectAltName=IP:{host}"]
    subprocess.run(
        ["openssl", "req", *words, *named, *files], check=True, stderr=subprocess.DEVNULL
    )
    key.chmod(0o600)
    return certificate, key
