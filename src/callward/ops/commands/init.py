"""`callward init`: the first start."""

from __future__ import annotations

import click

from callward.ops.command_output import remark
from callward.ops.data_folder import chosen_folder
from callward.ops.first_start import set_up


@click.command()
@click.option("--region", help="Where this machine stands: RO, DE, EU …")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase instead of a key file.")
def init(region: str | None, *, passphrase: bool) -> None:
    """Make the data folder (CALLWARD_DATA) ready; running it again adds what is missing."""
    words = None
    if passphrase:
        words = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    set_up(chosen_folder(), region=region, passphrase=words)
    remark("Ready. Next: callward controller add POLICY.toml, then callward up.")
