"""`callward vault`: whether everything sealed is there, whole, and nothing else."""

from __future__ import annotations

import click

from callward.ops.command_context import open_context
from callward.ops.command_output import json_option, plain, progress_of, tell
from callward.ops.data_folder import alone_on
from callward.ops.errors import CheckFailedError, NoBucketChosenError
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
    tell({**plain(found), "clean": found.clean}, as_json=as_json)
    if not found.clean:
        raise CheckFailedError(count=found.faults)


@vault.command("carry")
@json_option
def carry(*, as_json: bool) -> None:
    """Carry sealed recordings from the data folder into the bucket that callward.toml chose."""
    house = open_context()
    if not house.folder.chosen.objects.on_s3:
        raise NoBucketChosenError
    with alone_on(house.folder), progress_of("Carrying") as progress:
        services.examine_store()
        carried = services.carry_objects(house.folder.objects, progress=progress)
    tell({"carried": carried}, as_json=as_json)


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
