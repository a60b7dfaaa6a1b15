"""Notices by command: the same bytes on every machine, and whoever has the policy can check."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from build.ops import CLONE, POLICY, callward
from callward.texts import LANGUAGES

METERING = str(CLONE / "policies" / "smart-metering.toml")
FULL = Path("/dev/full")


def render(*words, seed="0"):
    program = [sys.executable, "-m", "callward.ops", "notice", "render", METERING, *words]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Apia", "LC_ALL": "C"}
    return subprocess.run(program, check=True, capture_output=True, env=environment).stdout


@pytest.mark.req("D-06")
@pytest.mark.parametrize("form", ["json", "pdf"])
def test_a_notice_is_byte_for_byte_the_same_in_every_run(form):
    kind = "poster" if form == "pdf" else "call-recording"
    words = ("--lang", "lt", "--kind", kind, "--format", form)
    digests = {hashlib.sha256(render(*words, seed=seed)).hexdigest() for seed in ("1", "77")}
    assert len(digests) == 1


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no device that is always full")
def test_a_full_disk_is_one_line_and_no_log():
    program = [sys.executable, "-m", "callward.ops", "notice", "render", METERING]
    with FULL.open("wb") as full:
        done = subprocess.run(program, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("callward: unwritable-file: The file cannot be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.req("D-06")
def test_a_changed_number_changes_every_language_and_the_check_finds_it(tmp_path):
    other = tmp_path / "other.toml"
    text = (CLONE / "policies" / "smart-metering.toml").read_text()
    kept = 'period = "P6M", start = "call.initiated", destroy = "crypto-shred"'
    assert kept in text
    other.write_text(text.replace(kept, kept.replace("P6M", "P5M")))
    commands, files = [], []
    for language in LANGUAGES:
        file = tmp_path / f"{language}.json"
        files.append(file)
        words = ["notice", "render", METERING, "--lang", language, "--format", "json"]
        commands.append([*words, "--to", str(file)])
        commands.append(["notice", "verify", str(file), "--policy", str(other)])
        commands.append(["notice", "verify", str(file), "--policy", METERING])
    codes = [one.code for one in callward(tmp_path / "none", *commands)]
    assert codes == [0, 1, 0] * len(LANGUAGES)


def test_the_canonical_policy_beside_a_version_is_enough_to_check(tmp_path):
    file, canonical = str(tmp_path / "notice.json"), str(tmp_path / "policy.json")
    words = ["notice", "render", POLICY, "--kind", "site", "--format", "json", "--to", file]
    said = callward(
        tmp_path / "none",
        words,
        ["policy", "compile", POLICY, "--to", canonical],
        ["notice", "verify", file, "--policy", canonical],
    )
    assert [one.code for one in said] == [0, 0, 0]
