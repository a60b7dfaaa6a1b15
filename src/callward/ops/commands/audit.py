"""`callward audit`: the tree of consequences, proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callward.audit import selectors, services
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, read_file
from callward.ops.command_output import json_option, plain, remark, tell
from callward.ops.errors import CheckFailedError

if TYPE_CHECKING:
    from pathlib import Path

_LAST = 2**63 - 1  # what the database counts to


@click.group()
def audit() -> None:
    """Verify, sign and prove the audit tree."""


@audit.command("verify")
@click.option("--witness", type=FILE, help="A checkpoint that was kept elsewhere.")
@json_option
def verify(witness: Path | None, *, as_json: bool) -> None:
    """Read every entry again and compare with what was signed."""
    open_context()
    kept = read_file(witness).decode(errors="replace") if witness else None
    found = services.verify(witness=kept)
    tell({**plain(found), "ok": found.ok}, as_json=as_json)
    for one in found.rollbacks:
        remark(
            f"The tree was rolled back from {one.size_before} to {one.size_after} entries "
            f"by the restore of {one.restored_at.isoformat()}."
        )
    if not found.ok:
        raise CheckFailedError(count=1)


@audit.command("checkpoint")
@json_option
def checkpoint(*, as_json: bool) -> None:
    """Sign what the tree is now."""
    house = open_context()
    tell(services.checkpoint(at=house.at) or {"size": 0}, as_json=as_json)


@audit.command("prove")
@click.argument("index", type=click.IntRange(0, _LAST))
@json_option
def prove(index: int, *, as_json: bool) -> None:
    """Print the proof that entry INDEX stands in the tree, for strangers to check."""
    open_context()
    proof = services.prove(index)
    if as_json:
        found = {"index": proof.index, "entry": proof.entry.decode(), "leaf_hash": proof.leaf.hex()}
        tell({**found, "proof": proof.text}, as_json=True)
    else:
        click.echo(proof.text, nl=False)


@audit.command("prove-growth")
@click.argument("file", type=FILE)
@json_option
def prove_growth(file: Path, *, as_json: bool) -> None:
    """Print the hashes by which the tree of today begins with that of the checkpoint in FILE."""
    open_context()
    old, newest = read_file(file).decode(errors="replace"), selectors.latest_checkpoint()
    new = newest.note if newest else old
    hashes = services.proof_of_growth(old, new)
    tell({"checkpoint": new, "hashes": [each.hex() for each in hashes]}, as_json=as_json)


@audit.command("discloses")
@click.argument("index", type=click.IntRange(0, _LAST))
@click.argument("name")
@click.option("--value", prompt="The value", hide_input=True, help="Better asked than typed here.")
@json_option
def discloses(index: int, name: str, value: str, *, as_json: bool) -> None:
    """Say whether entry INDEX committed to this value of NAME, while its salt still exists."""
    open_context()
    found = services.discloses(index, name=name, value=value)
    tell({"index": index, "committed": found}, as_json=as_json)
