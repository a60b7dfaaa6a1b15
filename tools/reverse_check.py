"""Refuse what the product does and no rule of a policy describes.

That is every route, model, job, stored kind of data, and file that can reach another machine.

`docs/promises/described.toml` names for each of them the place in the policy file that describes
it, or says in a sentence why it tells nothing about people (`technical: ...`). Run as
`python -m tools.reverse_check`; prints one line for each gap and exits 1 if there is any.
"""

from __future__ import annotations

import ast
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "callward"
DESCRIBED = ROOT / "docs" / "promises" / "described.toml"
TECHNICAL = "technical: "
# Whoever imports one of these can open a connection to another machine.
CLIENTS = frozenset(
    {"smtplib", "http.client", "urllib.request", "socket", "ssl", "ftplib", "imaplib", "poplib",
     "obstore", "httpx", "requests", "aiohttp", "sippy", "websockets"}
)  # fmt: skip
_OUR_APPS = "callward."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the product really has, by kind."""

    route: frozenset[str]
    model: frozenset[str]
    job: frozenset[str]
    host: frozenset[str]
    field: frozenset[str]


def find() -> Found:
    """Look at the running product: addresses, models, jobs, clients and stored categories."""
    return Found(
        route=frozenset(_routes()),
        model=frozenset(_models()),
        job=frozenset(_jobs()),
        host=frozenset(_hosts()),
        field=frozenset(_fields()),
    )


def _routes() -> Iterator[str]:
    from django.urls import get_resolver  # noqa: PLC0415  # Django is set up by now

    def walk(patterns: Iterable[Any], before: str) -> Iterator[str]:
        for one in patterns:
            here = before + str(one.pattern)
            if hasattr(one, "url_patterns"):
                yield from walk(one.url_patterns, here)
            else:
                yield here

    yield from walk(get_resolver().url_patterns, "/")


def _models() -> Iterator[str]:
    from django.apps import apps  # noqa: PLC0415  # Django is set up by now

    for model in apps.get_models():
        if model.__module__.startswith(_OUR_APPS):
            yield model._meta.label  # noqa: SLF001  # Django's own public name for it


def _jobs() -> Iterator[str]:
    from callward.jobs import registry, services  # noqa: PLC0415  # Django is set up by now

    services.load_tasks()
    yield from registry.tasks()


def _hosts() -> Iterator[str]:
    for path in sorted(SOURCE.rglob("*.py")):
        if CLIENTS & set(_imported(ast.parse(path.read_text()))):
            yield path.relative_to(SOURCE).as_posix()


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        else:
            continue
        for name in names:
            yield name
            yield name.partition(".")[0]


def _fields() -> Iterator[str]:
    from callward.holdings import DECLARED  # noqa: PLC0415  # the models are loaded by now

    for fields in DECLARED.values():
        yield from (str(category) for category in fields.values())


def places_of_the_policy() -> frozenset[str]:
    """Every place that a policy file can have, `*` where the controller chooses the name."""
    from callward.policy import Policy  # noqa: PLC0415  # slow to load

    schema = Policy.model_json_schema(by_alias=True)
    return frozenset(_places(schema, schema.get("$defs", {}), "", ()))


def _places(
    node: Mapping[str, Any], known: Mapping[str, Any], here: str, seen: tuple[str, ...]
) -> Iterator[str]:
    if here:
        yield here
    if ref := node.get("$ref"):
        name = str(ref).rpartition("/")[2]
        if name not in seen:
            yield from _places(known[name], known, here, (*seen, name))
    for one in (*node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _places(one, known, here, seen)
    for name, below in node.get("properties", {}).items():
        yield from _places(below, known, f"{here}.{name}" if here else name, seen)
    free = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    for below in (one for one in free if isinstance(one, dict)):
        yield from _places(below, known, f"{here}.*", seen)
    if isinstance(node.get("items"), dict):
        yield from _places(node["items"], known, here, seen)


def gaps(found: Found, described: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Everything that is not described, described by nothing, or described and not there."""
    places = places_of_the_policy()
    for kind in ("route", "model", "job", "host", "field"):
        there, said = getattr(found, kind), described.get(kind, {})
        for name in sorted(there - set(said)):
            yield f"{kind} {name}: no rule of the policy describes it"
        for name in sorted(set(said) - there):
            yield f"{kind} {name}: described, but it does not exist"
        for name, place in sorted(said.items()):
            if not place.startswith(TECHNICAL) and place not in places:
                yield f"{kind} {name}: {place} is no place of the policy file"


def main() -> int:
    """Print every gap; 1 when there is any."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callward.config.settings")
    django.setup()
    described = tomllib.loads(DESCRIBED.read_text())
    count = 0
    for gap in gaps(find(), described):
        print(gap)
        count += 1
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
