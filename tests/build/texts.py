"""Notices for tests: every kind of every sample, and policies with one leaf changed."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from build.policies import SAMPLES, sample_toml
from callward.policy import Policy, canonical_json, load
from callward.texts import LANGUAGES, Notice, kinds_of, render

if TYPE_CHECKING:
    from collections.abc import Iterator

PERIOD = re.compile(r"P(T?)\d+[YMWDHS](?:\d+[YMDS])*")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
KEYS = "digits"


@cache
def sample_policy(name: str) -> Policy:
    """A sample policy as written."""
    return load(sample_toml(name))


@cache
def notices_of(name: str, language: str) -> tuple[Notice, ...]:
    """Every notice of a sample in one language."""
    policy = sample_policy(name)
    return tuple(render(policy, kind=kind, language=language) for kind in kinds_of(policy))


def all_notices() -> Iterator[Notice]:
    """Every notice of every sample in every language."""
    for name in SAMPLES:
        for language in LANGUAGES:
            yield from notices_of(name, language)


def leaves(tree: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of every number, period, day and telephone key of a policy."""
    if isinstance(tree, dict):
        for key in sorted(tree):
            yield from leaves(tree[key], (*path, key))
    elif isinstance(tree, list):
        for row, each in enumerate(tree):
            yield from leaves(each, (*path, row))
    elif _counts(tree) or path[-2:-1] == (KEYS,):
        yield path


def _counts(value: object) -> bool:
    if isinstance(value, str):
        return bool(PERIOD.fullmatch(value) or DAY.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool)


def tree_of(policy: Policy) -> dict:
    """The policy as plain tables."""
    return json.loads(canonical_json(policy))


def with_other_leaf(tree: dict, path: tuple[str | int, ...]) -> Policy:
    """The same policy with one number, period or day changed."""
    copy = json.loads(json.dumps(tree))
    *parents, last = path
    table = copy
    for key in parents:
        table = table[key]
    table[last] = _other(table[last])
    return Policy.model_validate_json(json.dumps(copy))


def _other(value: str | int) -> str | int:
    if isinstance(value, int):
        return value + 1
    if DAY.fullmatch(value):
        return f"{int(value[:4]) - 1}{value[4:]}"
    if not PERIOD.fullmatch(value):
        return "5"
    more = 3600 if value.startswith("PT") else 1
    return re.sub(r"\d+", lambda number: str(int(number[0]) + more), value, count=1)


def said(notice: Notice) -> dict[str, str]:
    """The text of every sentence by its id."""
    return {sentence.id: sentence.text for sentence in notice.sentences}
