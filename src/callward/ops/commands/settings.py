"""`callward settings`: what this house chose for its machine, and what else it may choose."""

from __future__ import annotations

from typing import Any

import click

from callward import deployment
from callward.deployment.choices import SECRET, SETTINGS, Setting
from callward.ops.command_output import json_option, tell_rows

_COLUMNS = ("setting", "value", "source", "meaning")


@click.group()
def settings() -> None:
    """Explain what callward.toml and the environment choose."""


@settings.command("show")
@json_option
def show(*, as_json: bool) -> None:
    """List every setting with its value, where it came from and what it means."""
    chosen = deployment.chosen()
    rows = [
        {
            "setting": one.path,
            "value": _value(chosen, one),
            "source": chosen.sources[one.path],
            "variable": one.env,
            "may_be": one.kind.told,
            "meaning": one.says,
        }
        for one in SETTINGS
    ]
    tell_rows(rows, columns=_COLUMNS, as_json=as_json)


def _value(chosen: deployment.Deployment, setting: Setting) -> str:
    found: Any = getattr(getattr(chosen, setting.section), setting.name)
    if setting.kind is SECRET:
        return "set" if found else "not set"
    if isinstance(found, tuple):
        return ", ".join(map(str, found))
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None else str(found)
