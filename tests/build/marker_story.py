"""A story told with marked persons, through every door; run as a program on a folder of its own."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from typing import Any

from build.markers import AFTERWARDS, OPENING
from callward.ops.data_folder import chosen_folder
from callward.ops.folder_mark import write_mark
from callward.ops.main import run
from callward.ops.redaction import RedactingFormatter


class Ear(logging.Handler):
    """Hears every record of every logger, as it was said and as it is printed."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(RedactingFormatter())
        self.said: list[str] = []
        self.printed: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.printed.append(self.format(record))
        if record.name.split(".")[0] == "callward":
            self.said.append(record.getMessage())
            if record.exc_info:
                self.said.append(repr(record.exc_info[1]))


class Told:
    """What the program noticed, for the test to look through."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.texts: list[str] = []  # what was answered where nobody typed a marker
        self.codes: dict[str, list[int]] = {}

    def answered(self, about: str, response: Any) -> Any:
        self.codes.setdefault(about, []).append(response.status_code)
        self.links.append(response.headers.get("Location", ""))
        if "html" in response.headers.get("Content-Type", ""):
            page = response.content.decode()
            self.links += re.findall(r'(?:href|action|src|hx-[a-z]+)="([^"]*)"', page)
        return response


def _hear_all(logger: logging.Logger) -> None:
    """Every command sets the levels anew as it starts; here they stay at the lowest."""
    logger.setLevel(logging.DEBUG)
    logger.setLevel = lambda _level: None  # type: ignore[method-assign]  # for this program alone


def main() -> None:
    """Tell one act and print what it left behind; ends as a crash would, its journals unfolded."""
    act, folder = sys.argv[1], chosen_folder()
    folder.root.mkdir(mode=0o700, exist_ok=True)
    write_mark(folder, showing=OPENING if act == "arrive" else AFTERWARDS)
    assert run(["init", "--region", "RO"]) == 0
    from django.db import connection  # noqa: PLC0415  # the first start loads Django

    from build import marker_doors as doors  # noqa: PLC0415  # as above

    ear, told = Ear(), Told()
    logging.getLogger().addHandler(ear)
    for name in ("", "callward", *logging.Logger.manager.loggerDict):
        _hear_all(logging.getLogger(name))
    connection.force_debug_cursor = True
    {"arrive": doors.arrive, "leave": doors.leave}[act](folder.root, told)
    left = {**doors.look_at(told), "said": ear.said, "log": ear.printed}
    sys.stdout.write(json.dumps(left))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
