"""`callward notice`: write the notices of a policy, publish them, and prove what was published."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

import click

from callward import texts
from callward.notices.errors import NoticeFileError, PublishingBlockedError
from callward.ops.command_context import open_context
from callward.ops.command_files import FILE, NEW_FILE, read_file, write_new_file
from callward.ops.command_output import json_option, plain, remark, tell, tell_rows
from callward.ops.errors import CheckFailedError, UnknownWordError, UnwritableFileError
from callward.policy import load, policy_of
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.policy import Policy

_COLUMNS = ("version", "state", "effective_on", "published_at", "blocked_by", "policy_id")
_KINDS = click.Choice([kind.value for kind in NoticeKind])
_FORMS = click.Choice([form.value for form in Format])
_LANGUAGES = click.Choice(sorted(texts.LANGUAGES))


@click.group()
def notice() -> None:
    """The notices of a policy: write, publish, list, verify."""


def _read_policy(file: Path) -> Policy:
    """A policy file, or the canonical form that stands beside every published version."""
    content = read_file(file)
    return policy_of(content) if content.lstrip().startswith(b"{") else load(content)


@notice.command("render")
@click.argument("file", type=FILE)
@click.option("--kind", type=_KINDS, help="Which notice; without it, the first of the policy.")
@click.option("--lang", "language", type=_LANGUAGES, help="Without it, the policy's first one.")
@click.option("--format", "form", type=_FORMS, default=Format.MARKDOWN.value, show_default=True)
@click.option("--to", type=NEW_FILE, help="Write it here instead of printing it.")
def render(file: Path, kind: str | None, language: str | None, form: str, to: Path | None) -> None:
    """Write one notice of the policy in FILE; the same bytes on every machine."""
    policy = _read_policy(file)
    wanted = _kind_in(policy, kind)
    written = texts.render(policy, kind=wanted, language=language or policy.languages[0])
    content = texts.as_bytes(written, Format(form), policy=policy)
    if to is None:
        _print(content)
        return
    write_new_file(to, content)
    remark(f"SHA-256 {hashlib.sha256(content).hexdigest()}")


def _print(content: bytes) -> None:
    """Write to where the answer goes; raises UnwritableFileError when that is full."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever read has read enough
        raise
    except OSError as error:
        # What is left in the buffer goes nowhere, or Python complains about it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UnwritableFileError from error


def _kind_in(policy: Policy, kind: str | None) -> NoticeKind:
    known = texts.kinds_of(policy)
    if kind is not None and kind not in known:
        raise UnknownWordError(word=kind, known=", ".join(known))
    return known[0] if kind is None else NoticeKind(kind)


@notice.command("list")
@click.option("--controller", "slug", help="This controller only.")
@json_option
def list_all(slug: str | None, *, as_json: bool) -> None:
    """List every version: drafted, waiting, published."""
    open_context()
    from callward.controllers import selectors as controllers  # noqa: PLC0415  # after Django
    from callward.notices import selectors  # noqa: PLC0415  # after Django

    chosen = [controllers.controller(slug)] if slug else controllers.controllers()
    rows = [
        {"controller": controller.slug, **plain(one)}
        for controller in chosen
        for one in selectors.editions(controller.ref)
    ]
    tell_rows(rows, columns=("controller", *_COLUMNS), as_json=as_json)


@notice.command("publish")
@click.option("--controller", "slug", help="This controller only.")
@json_option
def publish(slug: str | None, *, as_json: bool) -> None:
    """Publish now what is in force or approved and due; the worker does it every few minutes."""
    house = open_context()
    from callward.notices import services  # noqa: PLC0415  # after Django

    controller_ref = _ref_of(slug)
    services.approve_after_delay(house.at)
    done = services.publish_due(house.at, controller_ref=controller_ref)
    tell_rows(done, columns=_COLUMNS, as_json=as_json)
    blocked = services.what_blocks(house.at, controller_ref=controller_ref)
    if blocked:
        raise PublishingBlockedError(checks=", ".join(blocked))


@notice.command("verify")
@click.argument("file", type=FILE, required=False)
@click.option("--policy", "policy_file", type=FILE, help="The policy that FILE was written from.")
@click.option("--controller", "slug", help="This controller only.")
@json_option
def verify(file: Path | None, policy_file: Path | None, slug: str | None, *, as_json: bool) -> None:
    """Write FILE (a notice.json) again from --policy and compare; without FILE, the archive."""
    if file is not None:
        _verify_file(file, policy_file, as_json=as_json)
        return
    open_context()
    from callward.notices import services  # noqa: PLC0415  # after Django

    report = services.verify_archive(_ref_of(slug))
    tell(report, as_json=as_json)
    if not report.ok:
        raise CheckFailedError(count=len(report.faults))


def _verify_file(file: Path, policy_file: Path | None, *, as_json: bool) -> None:
    if policy_file is None:
        raise click.UsageError("Name the policy that FILE was written from with --policy")
    content, policy = read_file(file), _read_policy(policy_file)
    kind, language = _named_in(content)
    again = texts.render(policy, kind=_kind_in(policy, kind), language=language)
    same = texts.as_json(again) == content
    tell({"same": same, "version": again.version, "sha256": again.sha256}, as_json=as_json)
    if not same:
        raise CheckFailedError(count=1)


def _named_in(content: bytes) -> tuple[str, str]:
    try:
        tree = json.loads(content)
        return str(tree["kind"]), str(tree["language"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoticeFileError from error


def _ref_of(slug: str | None) -> Ref | None:
    from callward.controllers import selectors as controllers  # noqa: PLC0415  # after Django

    return controllers.controller(slug).ref if slug else None
