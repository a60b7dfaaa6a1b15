"""Policies for tests: the samples, and variants of them that differ in what is named."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from callward.policy import CompiledPolicy, Policy, compile_policy, load

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICIES = Path(__file__).parents[2] / "policies"
SAMPLES = (
    "dermatology-clinic",
    "smart-metering",
    "therapy-association",
    "voip-provider",
    "web-shop",
)
RECORDING_SAMPLES = ("smart-metering", "therapy-association", "web-shop")

ABSENT = object()


@cache
def sample_toml(name: str) -> bytes:
    """The bytes of a sample policy file."""
    return (POLICIES / f"{name}.toml").read_bytes()


@cache
def sample(name: str) -> CompiledPolicy:
    """A sample policy, compiled."""
    return compile_policy(load(sample_toml(name)))


def tables_of(name: str) -> dict[str, object]:
    """A sample as plain tables with dates as text."""
    return json.loads(_json_of(name))


@cache
def _json_of(name: str) -> str:
    return json.dumps(tomllib.loads(sample_toml(name).decode()), default=date.isoformat)


def varied(name: str, changes: Mapping[str, object] | None = None, **more: object) -> Policy:
    """A sample in which some dotted keys have other values, or are ABSENT."""
    tables = tables_of(name)
    for path, value in {**(changes or {}), **more}.items():
        _change(tables, path.split("."), value)
    return Policy.model_validate_json(json.dumps(tables))


def varied_sample(name: str, changes: Mapping[str, object]) -> CompiledPolicy:
    """Such a variant, compiled."""
    return compile_policy(varied(name, changes))


def _change(table: dict, path: list[str], value: object) -> None:
    *parents, last = path
    for part in parents:
        table = _step(table, part)
    if isinstance(table, list):
        table[int(last)] = value
    elif value is ABSENT:
        del table[last]
    else:
        table[last] = value


def _step(table: dict | list, part: str) -> dict | list:
    return table[int(part)] if isinstance(table, list) else table.setdefault(part, {})
