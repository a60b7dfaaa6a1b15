"""`callward retention` and `callward certificate`: what is due goes, and its proof stays."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from callward.controllers import selectors as controllers
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, NEW_FILE, read_file, require_new_file, write_new_file
from callward.ops.command_output import (
    INSTANT,
    REFERENCE,
    json_option,
    plain,
    progress_of,
    remark,
    tell,
    tell_rows,
)
from callward.ops.errors import UnknownWordError
from callward.policy.vocabulary import StartEvent
from callward.retention import ports, selectors, services

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from callward.kernel.references import Ref

_CERTIFICATE_COLUMNS = (
    "ref",
    "kind",
    "what",
    "count",
    "rule",
    "made_at",
    "final_after",
    "residue_bytes",
)


@click.group()
def retention() -> None:
    """Destroy what is due, or see what would be."""


@retention.command("run")
@click.option("--controller", "slug", help="This controller only.")
@click.option("--at", "asked", type=INSTANT, help="As if it were this instant.")
@click.option("--dry-run", is_flag=True, help="Show what would be destroyed; change nothing.")
@json_option
def run(slug: str | None, asked: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    """Destroy everything that is due and not held, and certify it."""
    house = open_context()
    at = house.act_at(asked, only_look=dry_run)
    controller_ref = controllers.controller(slug).ref if slug else None
    if dry_run:
        preview = services.preview_disposal(at, controller_ref)
        told = {**plain(preview), "agrees": preview.agrees}
        lines = [] if as_json else told.pop("lines")
        tell(told, as_json=as_json)
        if lines:
            _tell_lines(lines)
        return
    with progress_of("Destroying") as progress:
        done = services.run_disposal(controller_ref, actor=house.actor, at=at, progress=progress)
    tell(done, as_json=as_json)


def _tell_lines(lines: list[dict[str, Any]]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        counts[line["kind"], line["rule"]] += line["count"]
    rows = [{"kind": kind, "rule": rule, "count": n} for (kind, rule), n in counts.items()]
    tell_rows(rows, columns=("kind", "rule", "count"), as_json=False)


@retention.command("reassess")
@click.option("--controller", "slug", required=True)
@json_option
def reassess(slug: str, *, as_json: bool) -> None:
    """Measure what is kept against the policy in force: shorter applies at once."""
    house = open_context()
    changed = services.reassess(controllers.controller(slug).ref, house.at)
    tell({"changed": changed}, as_json=as_json)


@retention.command("begin-count")
@click.argument("refs", type=REFERENCE, nargs=-1, required=True)
@click.option("--event", required=True, type=click.Choice([str(event) for event in StartEvent]))
@click.option("--happened", type=INSTANT, help="When it happened; default is now.")
def begin_count(refs: tuple[Ref, ...], event: str, happened: datetime | None) -> None:
    """Say that what REFS waited for has happened, such as the end of a contract."""
    house = open_context()
    if happened is not None and happened > house.at:
        raise click.BadParameter("It must have happened already.", param_hint="--happened")
    services.begin_count(
        refs,
        event=StartEvent(event),
        happened_at=happened or house.at,
        actor=house.actor,
        at=house.at,
    )
    remark("Counted from then on. See “callward retention run --dry-run”.")


@click.group()
def certificate() -> None:
    """Certificates of destruction: list, hand out, verify."""


@certificate.command("list")
@click.option("--controller", "slug")
@json_option
def list_all(slug: str | None, *, as_json: bool) -> None:
    """List the newest certificates."""
    open_context()
    controller_ref = controllers.controller(slug).ref if slug else None
    found = [
        {name: value for name, value in plain(view).items() if name != "document"}
        for view in selectors.certificates(controller_ref)
    ]
    tell_rows(found, columns=_CERTIFICATE_COLUMNS, as_json=as_json)


@certificate.command("save")
@click.argument("ref", type=REFERENCE)
@click.option("--to", type=NEW_FILE, required=True, help="A new file.")
def save(ref: Ref, to: Path) -> None:
    """Write certificate REF to a file that can be handed on."""
    open_context()
    require_new_file(to)
    write_new_file(to, selectors.certificate(ref).document)
    remark("Saved. Whoever gets it also needs the public key: callward certificate key.")


@certificate.command("key")
@json_option
def key(*, as_json: bool) -> None:
    """Print the public key that certificates of this folder are verified with."""
    open_context()
    tell({"public_key": ports.signer.get().public_key}, as_json=as_json)


@certificate.command("verify")
@click.argument("file", type=FILE)
@click.option("--key", "key_text", help="The public key in hex; without it, this folder's own.")
@json_option
def verify(file: Path, key_text: str | None, *, as_json: bool) -> None:
    """Check the signature of FILE; with --key no data folder and no network is needed."""
    document = read_file(file)
    if key_text is None:
        open_context()
        public_key = ports.signer.get().public_key
    else:
        public_key = _key_in(key_text)
    tell({**services.verify_certificate(document, public_key), "verified": True}, as_json=as_json)


def _key_in(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise UnknownWordError(word=text[:16], known="64 signs 0-9 and a-f") from error
