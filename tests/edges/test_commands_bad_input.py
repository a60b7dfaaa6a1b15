"""Every command answers bad input with one line that says the mend, and changes nothing."""

from __future__ import annotations

import fcntl
import json
import os
import re
from typing import TYPE_CHECKING

import click
import pytest

from build.ops import CLONE, POLICY, callward, leaves_of, new_house, rows_of
from callward.ops.main import callward as root

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "01995c00-0000-7000-8000-000000000000"
OF = ["--controller", "therapy-association"]
ELSEWHERE = ["--controller", "nowhere"]
PLACE = ["hold", "place", NOBODY, "--case", "C-1", "--owner", "boris"]
BEGIN = ["retention", "begin-count", NOBODY]
EXPORT = ["recordings", "export", NOBODY, "--purpose", "quality", "--as"]
DECLARE = ["intake", "declare-source", "--system", "asterisk", "--greeting", "recorded"]
SIGNED = ["--direction", "in", "--from", "2026-01-01T00:00:00Z", "--signed-by", "boris"]
NO_SUCH_FILE = "/nonexistent/file"
CLINIC = str(CLONE / "policies" / "dermatology-clinic.toml")

FAILING = [
    ["init", "--region", "Atlantis"],
    ["init", "--region", "R1"],
    ["controller", "add", POLICY],  # it is there already
    ["controller", "add", str(CLONE / "README.md")],
    ["policy", "draft", POLICY, "--as", "nobody", "--code", "1"],
    ["policy", "draft", POLICY, "--as", "boris", "--code", "123456"],
    ["policy", "ask", NOBODY, "--as", "boris", "--code", "123456"],
    ["policy", "approve", NOBODY, "--as", "boris", "--code", "123456"],
    ["policy", "turn-down", NOBODY, "--as", "boris", "--code", "123456"],
    ["policy", "withdraw", NOBODY, "--as", "nobody", "--code", "123456"],
    ["policy", "versions", *ELSEWHERE],
    ["policy", "lint", str(CLONE / "pyproject.toml")],
    ["policy", "compile", str(CLONE / "pyproject.toml")],
    ["policy", "compile", POLICY, "--to", POLICY],
    ["policy", "diff", POLICY, str(CLONE / "README.md")],
    ["database", "move"],
    ["database", "move", "--abandon"],
    ["database", "move", "--to", str(CLONE / "README.md")],
    ["policy", "schema", "--to", POLICY],
    ["notice", "render", str(CLONE / "README.md")],
    ["notice", "render", CLINIC, "--kind", "call-recording"],
    ["notice", "render", POLICY, "--to", POLICY],
    ["notice", "verify", POLICY, "--policy", POLICY],
    ["notice", "verify", *ELSEWHERE],
    ["notice", "list", *ELSEWHERE],
    ["promises", "check", *ELSEWHERE],
    ["notice", "publish", *ELSEWHERE],
    ["staff", "add", "boris", "--name", "Another Boris"],
    ["staff", "add", "not a name!", "--name", "X"],
    ["staff", "sign", "nobody", *OF],
    ["staff", "sign", "boris", *ELSEWHERE],
    ["staff", "appoint", "nobody", *OF, "--role", "agent"],
    ["staff", "appoint", "boris", *OF, "--role", "agent", "--assessed", "2999-01-01T00:00:00Z"],
    ["staff", "train", "boris", *OF, "--due", "2001-01-01"],
    ["staff", "grant", "nobody", *OF, "--purpose", "quality", "--days", "3", "--reason", "x"],
    ["staff", "renew-password", "nobody"],
    ["staff", "shut-out", "nobody"],
    ["staff", "reset-second-factor", "nobody"],
    ["token", "issue", "Exchange", *ELSEWHERE, "--days", "3"],
    ["token", "issue", "+37060012345", *OF, "--days", "3"],
    ["token", "issue", " ", *OF, "--days", "3"],
    ["token", "list", *ELSEWHERE],
    ["token", "withdraw", NOBODY],
    ["intake", "folder", str(CLONE / "docs"), *ELSEWHERE],
    [*DECLARE, *ELSEWHERE, *SIGNED],
    [*DECLARE, *OF, *SIGNED, "--line", "nonsense"],
    ["intake", "quarantine", *ELSEWHERE],
    ["recordings", "list", *ELSEWHERE],
    [*EXPORT, "nobody", "--to", "/tmp/never-written", "--code", "1"],
    [*EXPORT, "boris", "--to", "/tmp/never-written", "--code", "000000"],
    [*EXPORT, "boris", "--to", POLICY, "--code", "000000"],
    [*PLACE, "--reason", "complaint"],
    [*PLACE[:-1], "nobody", "--reason", "complaint"],
    ["hold", "ask-release", NOBODY],
    ["hold", "release", NOBODY],
    ["hold", "close-case", NOBODY],
    ["hold", "list", *ELSEWHERE],
    ["retention", "run", "--at", "2031-01-01T00:00:00Z"],  # real calls, another instant
    ["retention", "run", *ELSEWHERE],
    ["retention", "reassess", *ELSEWHERE],
    ["retention", "begin-count", NOBODY, "--event", "contract.ended"],
    ["certificate", "list", *ELSEWHERE],
    ["certificate", "save", NOBODY, "--to", "/tmp/never-written"],
    ["certificate", "verify", POLICY],
    ["certificate", "verify", POLICY, "--key", "xyz"],
    ["audit", "prove", "99999"],
    ["audit", "prove-growth", POLICY],
    ["audit", "verify", "--witness", POLICY],
    ["audit", "discloses", "99999", "case", "--value", "x"],
    ["backup", "data", "--to", POLICY],
    ["backup", "keys", "--to", POLICY],
    ["backup", "confirm-destroyed", NOBODY],
    ["backup", "drill"],  # there is no backup
    ["backup", "drill", "--data", POLICY],
    ["backup", "drill-restore", "--data", POLICY],
    ["backup", "drill-look"],
    ["backup", "log", "--wal", POLICY, "--to", str(CLONE / "docs")],  # no folder of a log
    ["backup", "unseal", "--keys", POLICY, "--name", "x", "--to", "/tmp/never-written"],
    ["restore", "--base", POLICY, "--into", "/tmp/never-made"],
    ["restore", "--data", POLICY],
    ["restore", "--keys", POLICY],
    ["demo", "--once"],  # never in a folder with real calls
    ["demo"],
    ["demo", "code", "boris"],
    ["up", "--host", "0.0.0.0"],
    ["web", "--host", "0.0.0.0"],
]
MISUSED = [
    [],
    ["dance"],
    ["--dance"],
    ["init", "--dance"],
    ["up", "--port", "0"],
    ["web", "--port", "many"],
    ["worker", "more"],
    ["health", "me"],
    ["policy", "lint", NO_SUCH_FILE],
    ["policy", "compile"],
    ["policy", "diff", POLICY],
    ["notice", "render", POLICY, "--lang", "de"],
    ["notice", "render", POLICY, "--format", "docx"],
    ["notice", "verify", POLICY],
    ["line", "--drain", "-1"],
    ["demo", "phones", "ring"],
    ["promises", "check", "everything"],
    ["controller", "add", NO_SUCH_FILE],
    ["controller", "list", "all"],
    ["staff", "add"],
    ["staff", "list", "all"],
    ["staff", "appoint", "boris", *OF, "--role", "king"],
    ["staff", "train", "boris", *OF, "--due", "tomorrow"],
    ["staff", "grant", "boris", *OF, "--purpose", "gossip", "--days", "3", "--reason", "x"],
    ["staff", "grant", "boris", *OF, "--purpose", "quality", "--days", "0", "--reason", "x"],
    ["intake", "folder", NO_SUCH_FILE, *OF],
    [*DECLARE, *OF, "--direction", "sideways"],
    ["recordings", "list"],
    ["recordings", "export", "nothing", "--purpose", "quality", "--as", "boris", "--to", "x"],
    ["hold", "place", "nothing"],
    [*PLACE, "--reason", "complaint", "--review", "later"],
    ["hold", "release", "nothing"],
    ["hold", "close-case", "nothing"],
    ["token", "issue", "Exchange", *OF, "--days", "0"],
    ["token", "issue", "Exchange", *OF],
    ["token", "withdraw", "nothing"],
    ["retention", "begin-count", "--event", "contract.ended"],
    ["retention", "begin-count", NOBODY, "--event", "moon.risen"],
    ["retention", "begin-count", NOBODY, "--event", "contract.ended", "--happened", "soon"],
    [*BEGIN, "--event", "contract.ended", "--happened", "2999-01-01T00:00:00Z"],
    ["audit", "prove-growth", NO_SUCH_FILE],
    ["audit", "discloses", "first", "case", "--value", "x"],
    ["retention", "run", "--at", "yesterday"],
    ["retention", "run", "--dry-run", "--at", "9998-12-31T00:00"],
    ["retention", "run", "--dry-run", "--at", "0001-01-01T00:00+05:00"],
    ["certificate", "verify", NO_SUCH_FILE],
    ["certificate", "key", "please"],
    ["vault", "scan", "harder"],
    ["vault", "verify", "harder"],
    ["vault", "reconcile", "harder"],
    ["vault", "carry", "harder"],
    ["backup", "list", "harder"],
    ["backup", "confirm-destroyed", "nothing"],
    ["database", "move", "harder"],
    ["database", "fill", "harder"],
    ["database", "finish", "harder"],
    ["database", "clear", "harder"],
    ["audit", "prove", "-1"],
    ["audit", "prove", "9" * 30],
    ["audit", "verify", "all"],
    ["audit", "checkpoint", "all"],
    ["backup", "data"],
    ["backup", "list", "all"],
    ["backup", "base"],
    ["restore", "--base", POLICY],
    ["backup", "confirm-destroyed", "nothing"],
    ["restore"],
    ["demo", "--port", "no"],
    ["settings", "show", "all"],
]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return new_house(tmp_path_factory.mktemp("house"))


def _files(folder: Path) -> set[str]:
    ignored = re.compile(r"\.log$|-wal$|-shm$|-journal$")
    return {str(path) for path in folder.rglob("*") if not ignored.search(path.name)}


def test_every_bad_input_gets_one_line_and_changes_nothing(house):
    rows, files = rows_of(house), _files(house)
    said = callward(house, *FAILING)
    for words, answer in zip(FAILING, said, strict=True):
        assert answer.code == 1, (words, answer)
        last = answer.err.strip().splitlines()[-1]
        assert last.startswith("callward: "), (words, answer)
        assert "unforeseen" not in last, (words, answer)
        assert "Traceback" not in answer.err + answer.out, (words, answer)
        assert last.count(". ") >= 1, ("fact and mend", words, last)
    assert rows_of(house) == rows
    assert _files(house) == files


def test_every_misuse_gets_one_line_and_exit_two(house):
    rows, files = rows_of(house), _files(house)
    said = callward(house, *MISUSED)
    for words, answer in zip(MISUSED, said, strict=True):
        assert answer.code == 2, (words, answer)
        assert answer.out == "", (words, answer)
        assert "Traceback" not in answer.err, (words, answer)
        if words:
            assert len(answer.err.strip().splitlines()) == 1, (words, answer)
            assert "--help" in answer.err
    assert rows_of(house) == rows
    assert _files(house) == files


def _leaf_commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found += _leaf_commands(command, (*path, name))
        else:
            found.append((*path, name))
    return found


def test_no_command_is_left_out_of_the_walk():
    walked = {tuple(words[:depth]) for words in FAILING + MISUSED for depth in (1, 2)}
    assert [path for path in _leaf_commands(root) if path not in walked] == []


def test_a_refused_command_stands_in_the_audit_although_nothing_changed(house):
    before = len(leaves_of(house))
    callward(house, ["retention", "run", "--at", "2031-01-01T00:00:00Z"])
    event, facts = leaves_of(house)[-1]
    assert len(leaves_of(house)) == before + 1
    assert event == "audit.act.refused"
    assert json.loads(facts)["refusal"] == "other-instant"


def test_every_report_is_json_when_asked(house):
    asked = [
        ["policy", "compile", POLICY, "--json"],
        ["policy", "diff", POLICY, str(CLONE / "policies" / "web-shop.toml"), "--json"],
        ["controller", "list", "--json"],
        ["notice", "publish", "--json"],
        ["notice", "list", "--json"],
        ["notice", "verify", "--json"],
        ["staff", "list", "--json"],
        ["token", "list", *OF, "--json"],
        ["recordings", "list", *OF, "--json"],
        ["hold", "list", *OF, "--json"],
        ["intake", "quarantine", *OF, "--json"],
        ["retention", "run", "--dry-run", "--at", "2031-01-01T00:00:00Z", "--json"],
        ["retention", "run", "--json"],
        ["certificate", "list", "--json"],
        ["certificate", "key", "--json"],
        ["settings", "show", "--json"],
        ["vault", "reconcile", "--json"],
        ["vault", "scan", "--json"],
        ["vault", "verify", "--json"],
        ["audit", "checkpoint", "--json"],
        ["audit", "verify", "--json"],
        ["audit", "prove", "0", "--json"],
        ["health", "--json"],
    ]
    for words, answer in zip(asked, callward(house, *asked), strict=True):
        assert answer.code == 0, (words, answer)
        json.loads(answer.out)


def test_what_a_run_would_destroy_is_told_as_a_table(house):
    asked = ["retention", "run", "--dry-run", "--at", "2041-01-01T00:00:00Z"]
    [told] = callward(house, asked)
    assert re.search(r"^kind +rule +count$", told.out, flags=re.MULTILINE), told
    assert re.search(r"^audit +cap-promised +\d+$", told.out, flags=re.MULTILINE), told
    assert "controller_ref" not in told.out


def test_without_a_data_folder_every_command_says_how_to_make_one(tmp_path):
    (answer,) = callward(tmp_path / "nothing", ["controller", "list"])
    assert answer.code == 1
    assert "callward init" in answer.err
    assert not (tmp_path / "nothing").exists()


@pytest.mark.req("D-03")
def test_nothing_is_put_back_while_something_runs_on_the_folder(house):
    root = os.open(house, os.O_RDONLY)
    try:
        fcntl.flock(root, fcntl.LOCK_SH)
        (refused,) = callward(house, ["restore", "--data", POLICY])
    finally:
        os.close(root)
    assert refused.code == 1
    assert "still-running" in refused.err
