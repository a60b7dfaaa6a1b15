"""The page of every setting of `callward.toml`, from the table that reads them."""

from __future__ import annotations

from itertools import groupby

from callward.deployment.choices import FROM_CREDENTIAL, FROM_FILE, SECRET, SETTINGS, Setting

_HEAD = """# Settings of a house

`callward.toml` lies in the data folder; there need not be one, then everything is as in the
column *default*. A variable of the environment stands over the file. A name that is not listed
here, or a value that does not fit, stops every command with one line; so does a variable
`CALLWARD_…` that is none of these. Paths in the file count from the data folder.
Kubernetes sets such variables beside a Service of the name callward: let `enableServiceLinks` be
false there. `callward settings show` tells what a house chose and where each value came from.
Which engine to choose and when: [engines](../guides/engines.md).
"""
_TABLE = "| setting | may be | default | variable | meaning |\n| --- | --- | --- | --- | --- |\n"


def settings_page() -> str:
    """The page as it must be today."""
    parts = [_HEAD]
    for section, rows in groupby(SETTINGS, key=lambda one: one.section):
        parts.append(f"\n## `[{section}]`\n\n" + _TABLE + "".join(map(_row, rows)))
    return "".join(parts)


def _row(one: Setting) -> str:
    name, variable = f"`{one.name}`", f"`{one.env}`"
    if one.kind is SECRET:
        name = f"`{one.name}{FROM_FILE}` or `{one.name}{FROM_CREDENTIAL}`"
        variable = f"`{one.env}{FROM_FILE.upper()}` or `{one.env}{FROM_CREDENTIAL.upper()}`"
    default = f"`{one.default}`" if one.default else ""
    return f"| {name} | {one.kind.told} | {default} | {variable} | {one.says} |\n"
