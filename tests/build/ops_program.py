"""Runs many `callward` commands in one program, so that a walk over all of them stays quick."""

from __future__ import annotations

import contextlib
import io
import json
import sys

from callward.ops.main import run


def main() -> None:
    answers = []
    for words in json.load(sys.stdin):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(words)
        answers.append({"code": code, "out": out.getvalue(), "err": err.getvalue()})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
