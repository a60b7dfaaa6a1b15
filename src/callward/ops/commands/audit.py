"""`callward audit`: the tree of consequences, proven."""

from __future__ import annotations

import click

from callward.audit import services
from callward.ops.errors import CheckFailedError
from callward.ops.house import open_house
from callward.ops.speech import json_option, plain, remark, tell


@click.group()
def audit() -> None:
    """Verify, sign and prove the audit tree."""


@audit.command("verify")
@json_option
def verify(*, as_json: bool) -> None:
    """Read every entry again and compare with what was signed."""
    open_house()
    found = services.verify()
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
    house = open_house()
    tell(services.checkpoint(at=house.at) or {"size": 0}, as_json=as_json)


@audit.command("prove")
@click.argument("index", type=click.IntRange(0))
@json_option
def prove(index: int, *, as_json: bool) -> None:
    """Print the proof that entry INDEX stands in the tree, for strangers to check."""
    open_house()
    proof = services.prove(index)
    if as_json:
        tell(
            {"index": proof.index, "entry": proof.entry.decode(), "proof": proof.text}, as_json=True
        )
    else:
        click.echo(proof.text, nl=False)
