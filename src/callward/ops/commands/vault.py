"""`callward vault`: whether everything sealed is there, whole, and nothing else."""

from __future__ import annotations

import click

from callward.ops.command_context import open_context
from callward.ops.command_output import json_option, plain, progress_of, tell
from callward.ops.errors import CheckFailedError
from callward.vault import services
from callward.vault.errors import VaultError


@click.group()
def vault() -> None:
    """Look at what is sealed."""


@vault.command("reconcile")
@json_option
def reconcile(*, as_json: bool) -> None:
    """Compare rows, sealed objects and keys."""
    open_context()
    found = services.reconcile()
    told = plain(found)
    tell({**told, "clean": found.clean}, as_json=as_json)
    if not found.clean:
        raise CheckFailedError(count=sum(len(held) for held in told.values() if held))


@vault.command("scan")
@json_option
def scan(*, as_json: bool) -> None:
    """Look for bytes of destroyed keys in every file; there must be none."""
    open_context()
    found = services.scan()
    tell(found, as_json=as_json)
    if found.residue_bytes:
        raise CheckFailedError(count=found.residue_bytes)


@vault.command("verify")
@json_option
def verify(*, as_json: bool) -> None:
    """Open every sealed object to its end and compare it with what was handed in."""
    open_context()
    refs = services.item_refs()
    damaged = []
    with progress_of("Verifying") as progress:
        for done, ref in enumerate(refs, 1):
            try:
                services.verify_part(ref)
            except VaultError as error:
                damaged.append({"ref": str(ref), "code": error.code})
            progress(done, len(refs))
    tell({"verified": len(refs) - len(damaged), "damaged": damaged}, as_json=as_json)
    if damaged:
        raise CheckFailedError(count=len(damaged))
