"""`callward policy`: check, compile and compare policy files; needs no data folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from callward.kernel import clock
from callward.ops.errors import CheckFailedError
from callward.ops.files import FILE, NEW_FILE, read_file, write_new_file
from callward.ops.speech import json_option, remark, tell, tell_rows
from callward.policy import canonical_json, compile_policy, lint, load

if TYPE_CHECKING:
    from pathlib import Path

    from callward.policy import Policy


@click.group()
def policy() -> None:
    """Check, compile and compare policy files."""


def _policy_of(file: Path) -> Policy:
    return load(read_file(file))


@policy.command("lint")
@click.argument("file", type=FILE)
@json_option
def lint_file(file: Path, *, as_json: bool) -> None:
    """Say what is wrong with FILE: code, article, place, fact and mend."""
    findings = lint(_policy_of(file), on=clock.now().date())
    rows = [
        {
            "code": finding.code,
            "severity": "waived" if finding.waived else finding.severity,
            "article": finding.article,
            "where": finding.where,
            "fact": finding.fact,
            "mend": finding.mend,
        }
        for finding in findings
    ]
    tell_rows(
        rows, columns=("code", "severity", "article", "where", "fact", "mend"), as_json=as_json
    )
    refusing = sum(finding.refuses for finding in findings)
    if refusing:
        raise CheckFailedError(count=refusing)
    remark(f"{len(findings)} remarks, no error.")


@policy.command("compile")
@click.argument("file", type=FILE)
@click.option("--to", type=NEW_FILE, help="Write the canonical JSON here.")
@json_option
def compile_file(file: Path, to: Path | None, *, as_json: bool) -> None:
    """Turn FILE into its canonical form and print its policy id."""
    compiled = compile_policy(_policy_of(file))
    if to is not None:
        write_new_file(to, compiled.canonical)
    facts = {
        "policy_id": compiled.policy_id,
        "controller": compiled.controller,
        "version": compiled.version,
        "effective": compiled.effective,
        "records_calls": compiled.recording is not None,
    }
    tell(facts, as_json=as_json)


@policy.command("diff")
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@json_option
def diff_files(before: Path, after: Path, *, as_json: bool) -> None:
    """Say per rule what changes from BEFORE to AFTER."""
    old, new = (_rules_of(file) for file in (before, after))
    rows = [
        {"rule": rule, "before": old.get(rule), "after": new.get(rule)}
        for rule in sorted(old.keys() | new.keys())
        if old.get(rule) != new.get(rule)
    ]
    tell_rows(rows, columns=("rule", "before", "after"), as_json=as_json)


def _rules_of(file: Path) -> dict[str, object]:
    flat: dict[str, object] = {}
    _flatten(json.loads(canonical_json(_policy_of(file))), (), flat)
    return flat


def _flatten(value: object, path: tuple[str, ...], flat: dict[str, object]) -> None:
    if isinstance(value, dict):
        for name, held in value.items():
            _flatten(held, (*path, name), flat)
    else:
        flat[".".join(path)] = value
