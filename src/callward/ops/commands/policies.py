"""`callward policy`: check, compile and compare policy files; needs no data folder."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callward.kernel import clock
from callward.kernel.errors import gettext_noop
from callward.ops.command_context import late_command, open_context
from callward.ops.command_files import FILE, NEW_FILE, read_file, write_new_file
from callward.ops.command_output import json_option, remark, tell, tell_rows
from callward.ops.data_folder import chosen_folder
from callward.ops.errors import CheckFailedError
from callward.policy import line_of, lint, load, schema_for_editors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from callward.policy import Finding, Policy
    from callward.policy.change import Change

    Sayings = Mapping[str, tuple[str, ...]]


def sayings_of(policy: Policy, language: str) -> Mapping[str, tuple[str, ...]]:
    """The sentences of each rule of the file; none where the file cannot be put into words."""
    from callward.texts import kinds_of, render  # noqa: PLC0415  # only a comparison writes texts
    from callward.texts.errors import TextsError  # noqa: PLC0415  # as above

    said: dict[str, dict[str, None]] = {}
    try:
        notices = [render(policy, kind=kind, language=language) for kind in kinds_of(policy)]
    except TextsError:  # lint refuses such a file; it can be compared all the same
        return {}
    for notice in notices:
        for section in notice.sections:
            for sentence in section.sentences:
                said.setdefault(sentence.rule, {})[sentence.text] = None
    return {rule: tuple(texts) for rule, texts in said.items()}


def said_of(place: str, sayings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The sentences made from this key or from a part of it."""
    rules = (rule for rule in sayings if rule == place or rule.startswith(f"{place}."))
    return [text for rule in rules for text in sayings[rule]]


_CATALOGUES = Path(__file__).parents[2] / "locale"
SOURCE = "en"
LANGUAGES = (SOURCE, "ro", "bg", "lt")

language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=SOURCE,
    show_default=True,
    help="Answer in this language.",
)


def words_in(language: str) -> NullTranslations:
    """The catalogue of a language; English is what the code says."""
    if language == SOURCE:
        return NullTranslations()
    return translation("django", localedir=_CATALOGUES, languages=[language])


_SEVERITIES = {
    "error": gettext_noop("error"),
    "warning": gettext_noop("warning"),
    "waived": gettext_noop("waived"),
}
_FINDING = {
    "code": gettext_noop("Code"),
    "severity": gettext_noop("Severity"),
    "article": gettext_noop("Article"),
    "line": gettext_noop("Line in the file"),
    "where": gettext_noop("Place"),
    "fact": gettext_noop("Fact"),
    "mend": gettext_noop("Mend"),
}
_CHANGE = {
    "rule": gettext_noop("Rule"),
    "about": gettext_noop("What it is about"),
    "before": gettext_noop("Before"),
    "after": gettext_noop("After"),
    "effect": gettext_noop("What it brings"),
}
_KEPT = {
    "kind": gettext_noop("Kind"),
    "kept": gettext_noop("Things kept"),
    "nearer": gettext_noop("Ends earlier"),
    "due_at_once": gettext_noop("Gone at the first run"),
    "longer_by_law": gettext_noop("Kept longer by law"),
    "unchanged": gettext_noop("Keeps its date"),
}


# What is done to versions that a house keeps; only these load it.
_OF_VERSIONS = ("draft", "ask", "approve", "turn-down", "withdraw", "versions")


class _WithVersions(click.Group):
    """Commands on files, and those on kept versions, which are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_OF_VERSIONS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _OF_VERSIONS:
            return super().get_command(ctx, cmd_name)
        return late_command("policy_versions", cmd_name.replace("-", "_"))


@click.group(cls=_WithVersions)
def policy() -> None:
    """Check, compile and compare policy files; draft, approve and withdraw their versions."""


def _policy_of(file: Path) -> Policy:
    return load(read_file(file))


@policy.command("lint")
@click.argument("file", type=FILE)
@language_option
@json_option
def lint_file(file: Path, *, language: str, as_json: bool) -> None:
    """Say what is wrong with FILE: code, line, place, fact, mend; what is waived stands apart."""
    text = read_file(file)
    read, words = load(text), words_in(language)
    findings = lint(read, on=clock.now().date())
    rows = [
        _finding_row(each, line=line_of(each, policy=read, text=text), words=words)
        for each in findings
    ]
    if as_json:
        tell_rows(rows, columns=(), as_json=True)
    else:
        _tell_findings(rows, words)
    refusing = sum(finding.refuses for finding in findings)
    if refusing:
        raise CheckFailedError(count=refusing)
    said = words.ngettext(
        "%(count)d remark, no error.", "%(count)d remarks, no error.", len(findings)
    )
    remark(said % {"count": len(findings)})


def _finding_row(
    finding: Finding, *, line: int | None, words: NullTranslations
) -> dict[str, object]:
    facts = {"where": finding.where, **finding.facts}
    return {
        "code": finding.code,
        "severity": "waived" if finding.waived else finding.severity,
        "article": finding.article,
        "line": line,
        "where": finding.where,
        "fact": words.gettext(finding.fact_template) % facts,
        "mend": words.gettext(finding.mend_template) % facts,
        "page": finding.page,
    }


def _tell_findings(rows: Sequence[dict[str, object]], words: NullTranslations) -> None:
    waived = [row for row in rows if row["severity"] == "waived"]
    _tell_table([row for row in rows if row not in waived], _FINDING, words)
    if waived:
        click.echo(words.gettext("Waived until a day, and shown red to everybody:"))
        _tell_table(waived, _FINDING, words)


def _tell_table(
    rows: Sequence[dict[str, object]], headings: Mapping[str, str], words: NullTranslations
) -> None:
    """A table whose headings and severities are said in the language that was asked."""
    named = {name: words.gettext(heading) for name, heading in headings.items()}
    told = [
        {heading: _cell(name, row[name], words) for name, heading in named.items()} for row in rows
    ]
    tell_rows(told, columns=tuple(named.values()), as_json=False)


def _cell(name: str, value: object, words: NullTranslations) -> object:
    return words.gettext(_SEVERITIES[str(value)]) if name == "severity" else value


@policy.command("schema")
@click.option("--to", type=NEW_FILE, help="Write it here.")
def schema(to: Path | None) -> None:
    """Print the JSON Schema of a policy file, for editors."""
    text = schema_for_editors()
    if to is None:
        click.echo(text, nl=False)
    else:
        write_new_file(to, text.encode())


@policy.command("compile")
@click.argument("file", type=FILE)
@click.option("--to", type=NEW_FILE, help="Write the canonical JSON here.")
@json_option
def compile_file(file: Path, to: Path | None, *, as_json: bool) -> None:
    """Turn FILE into its canonical form and print its policy id."""
    from callward.policy import compile_policy  # noqa: PLC0415  # a check compiles nothing

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
@language_option
@json_option
def diff_files(before: Path, after: Path, *, language: str, as_json: bool) -> None:
    """Say per rule what changes from BEFORE to AFTER, and what it does to what is kept.

    Where CALLWARD_DATA has the controller, its kept items are counted against AFTER.
    """
    from callward.policy.change import changes_between  # noqa: PLC0415  # only a comparison asks

    old, new = _policy_of(before), _policy_of(after)
    words = words_in(language)
    said = sayings_of(old, language), sayings_of(new, language)
    rows = [_row(change, words, said) for change in changes_between(old, new)]
    counts = _counts_in_this_house(new)
    if as_json:
        kinds = {"kinds": counts} if counts else {}
        tell({"changes": rows, "kept": counts.get("recording"), **kinds}, as_json=True)
        return
    if old.controller.id != new.controller.id:
        click.echo(words.gettext("These are the policies of two different controllers."))
    if rows:
        _tell_table([_in_words(row) for row in rows], _CHANGE, words)
    else:
        click.echo(words.gettext("Nothing changes."))
    _tell_counts(counts, words)


def _row(
    change: Change, words: NullTranslations, said: tuple[Sayings, Sayings]
) -> dict[str, object]:
    before, after = (
        said_of(place, sayings)
        for place, sayings in zip((change.place_before, change.place_after), said, strict=True)
    )
    return {
        "rule": change.rule,
        "about": words.gettext(change.topic),
        "before": change.before,
        "after": change.after,
        "said_before": [text for text in before if text not in after],
        "said_after": [text for text in after if text not in before],
        "effect": words.gettext(change.sentence),
        "kind": change.effect,
        "told_before": change.needs_notice,
    }


def _in_words(row: dict[str, object]) -> dict[str, object]:
    """The row with the sentences of the notices in place of the values, where there are any."""
    told = dict(row)
    for side in ("before", "after"):
        sentences = row[f"said_{side}"]
        if isinstance(sentences, list) and sentences:
            told[side] = " ".join(sentences)
    return told


def _counts_in_this_house(after: Policy) -> Mapping[str, dict[str, int]]:
    """How much of each kind of this controller the revision touches; empty when none is here."""
    if not chosen_folder().is_made():
        return {}
    house = open_context()
    from callward.controllers import selectors as controllers  # noqa: PLC0415  # after Django
    from callward.controllers.errors import ControllerNotFoundError  # noqa: PLC0415  # after Django
    from callward.policy import compile_policy  # noqa: PLC0415  # a check compiles nothing
    from callward.retention import services as retention  # noqa: PLC0415  # after Django

    try:
        here = controllers.controller(after.controller.id)
    except ControllerNotFoundError:
        return {}
    seen = retention.foresee(here.ref, compile_policy(after), at=house.at)
    return {kind: count.counts() for kind, count in seen.items()}


def ngettext_lazy(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence that counts for the catalogues; it is said in a language later."""
    return one, many


_COUNTS = {
    "kept": ngettext_lazy("%(count)d recording is kept.", "%(count)d recordings are kept."),
    "nearer": ngettext_lazy(
        "%(count)d of them gets a nearer date.", "%(count)d of them get a nearer date."
    ),
    "due_at_once": ngettext_lazy(
        "%(count)d of them goes with the next run.", "%(count)d of them go with the next run."
    ),
    "longer_by_law": ngettext_lazy(
        "%(count)d of them is kept longer because the law orders it.",
        "%(count)d of them are kept longer because the law orders it.",
    ),
    "unchanged": ngettext_lazy(
        "%(count)d of them keeps its date.", "%(count)d of them keep their date."
    ),
}


def _tell_counts(counts: Mapping[str, dict[str, int]], words: NullTranslations) -> None:
    """What was recorded in sentences, and every kind of which something is kept in a table."""
    if not counts:
        click.echo(words.gettext("This controller is not kept here, so nothing was counted."))
        return
    from callward.retention.states import KeptKind  # noqa: PLC0415  # after Django

    recorded = counts[KeptKind.RECORDING]
    for name, (one, many) in _COUNTS.items():
        click.echo(words.ngettext(one, many, recorded[name]) % {"count": recorded[name]})
    rows: list[dict[str, object]] = [
        {"kind": words.gettext(KeptKind(kind).words), **count}
        for kind, count in counts.items()
        if count["kept"]
    ]
    if rows:
        _tell_table(rows, _KEPT, words)
