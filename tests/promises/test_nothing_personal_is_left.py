"""“Nobody finds who called in logs, proofs or files”: a story told with marked persons."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from build import markers as story
from build.engines import files_of, rows_in, tables_in
from build.ops import environment
from build.programs import run_program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.req("D-04", "S-11")]

# Nowhere at all: not in a log, a proof, an address, a file name or the bytes of any file.
NOWHERE = (
    *("79460836", "7946 0836", "7946-0836", "2025550187", "79460871"),
    *(story.NAME, "Zenobia", "Quarkmann", "quarkpost", "Zambilelor", "Xylokarp"),
    *(story.VISITOR, "Zyklotron", story.SPOKEN.decode()),
)
# In the database, and there in these columns alone, each for its reason.
IN_THESE_COLUMNS = {
    # The controller's own published number and words, which its signed declaration vouches for.
    "79460842": {("intake_sourcedeclaration", "line")},
    "Hyazinthus": {("intake_sourcedeclaration", "greeting")},
    # The house's own case number, shown to those who may release; the audit has a commitment to it.
    "KLG-Ypsilanti": {("retention_hold", "case")},
    # What a supervisor wrote about a named grant; declared as a note, kept with the grant.
    "Brunhold": {("accounts_grant", "reason")},
    # Staff: who may sign in, by the name that colleagues see.
    "kunibald": {("accounts_user", "username"), ("accounts_user", "display_name")},
    "Oxenstern": {("accounts_user", "display_name")},
}
EVERYTHING = (*NOWHERE, *IN_THESE_COLUMNS)
_FOLDED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


@dataclass(frozen=True, kw_only=True)
class Left:
    """What one act left behind."""

    folder: Path
    told: dict

    def files(self) -> list[Path]:
        """Every file but the inbox, the only place with plaintext."""
        inbox = self.folder / "inbox"
        return [path for path in files_of(self.folder) if inbox not in path.parents]


def act(folder: Path, name: str) -> Left:
    hosts = {"CALLWARD_HOSTS": "localhost,testserver"}
    done = run_program("-m", "build.marker_story", name, environment=environment(folder) | hosts)
    assert done.returncode == 0, done.stderr[-4000:]
    return Left(folder=folder, told=json.loads(done.stdout))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("marked") / "house"


@pytest.fixture(scope="module")
def arrived(folder):
    return act(folder, "arrive")


@pytest.fixture(scope="module")
def gone(folder, arrived):
    del arrived
    return act(folder, "leave")


@pytest.fixture(params=["arrived", "gone"])
def left(request):
    return request.getfixturevalue(request.param)


def found_in(text: str, markers=EVERYTHING) -> list[str]:
    lowered = text.casefold()
    return [marker for marker in markers if marker.casefold() in lowered]


def unfolded(content: bytes) -> bytes:
    """The bytes, and whatever base64 (and deflate in it) hides among them."""
    pieces = [content]
    for match in _FOLDED.finditer(content):
        text = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        text = text[: len(text) - (len(text) % 4 == 1)]
        plain = base64.b64decode(text + b"=" * (-len(text) % 4))
        pieces.append(plain)
        try:
            pieces.append(zlib.decompress(plain))
        except zlib.error:
            continue
    return b"\n".join(pieces)


def test_the_story_went_through_every_door(arrived):
    counts, codes = arrived.told["counts"], arrived.told["codes"]
    least = {"Call": 5, "Recording": 5, "Quarantined": 3, "Playback": 4, "Hold": 2, "Leaf": 100}
    assert {name: counts[name] for name in least if counts[name] < least[name]} == {}
    assert {201, 202, 400, 401, 403, 404} <= set(codes["api"])
    assert 429 in codes["sign-in"]
    assert {201, 403} <= set(codes["POST kunibald"])
    assert {302, 400} <= set(codes["POST boris"])
    assert {200, 400, 403, 404} <= set(codes["GET boris"])
    assert len(arrived.told["log"]) > 500, "debug records of every logger were heard"
    assert (arrived.folder / "logs" / "callward.log").stat().st_size > 10_000


@pytest.mark.parametrize(
    "where",
    [
        "log",  # as printed, from every logger at the level of debugging
        "said",  # our own records before redaction, with the words of their errors
        "links",  # redirects and every address on every page
        "leaves",
        "checkpoints",
        "certificates",
        "printed",
        "sessions",
        "cache",
    ],
)
def test_no_marker_is_in(left, where):
    texts = left.told[where]
    assert texts or where in {"sessions", "cache", "links", "said"}
    assert {text[:300]: found for text in texts if (found := found_in(text))} == {}


def test_lists_of_recordings_show_no_person(left):
    assert {text[:300]: found for text in left.told["answers"] if (found := found_in(text))} == {}


def test_no_file_and_no_file_name_holds_a_marker(left):
    hits = {}
    for path in left.files():
        name = str(path).removeprefix(f"{left.folder}/")
        whole = unfolded(path.read_bytes()).lower()
        found = [one for one in NOWHERE if one.lower().encode() in whole]
        if found := found + found_in(name):
            hits[name] = found
    assert hits == {}


def test_outside_its_own_columns_no_exception_is_found(left):
    for path in left.files():
        if path.name.startswith("callward.sqlite3") or left.folder not in path.parents:
            continue
        whole = unfolded(path.read_bytes()).lower()
        assert [m for m in IN_THESE_COLUMNS if m.lower().encode() in whole] == [], path.name
    with rows_in(left.folder) as database:
        found = {marker: columns_with(database, marker) for marker in IN_THESE_COLUMNS}
    for marker, columns in found.items():
        assert columns <= IN_THESE_COLUMNS[marker], marker


def columns_with(database: Any, marker: str) -> set[tuple[str, str]]:
    found = set()
    for table in tables_in(database):
        rows = database.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in rows.description]
        for row in rows:
            for name, value in zip(names, row, strict=True):
                whole = value if isinstance(value, bytes) else str(value).encode()
                if marker.lower().encode() in unfolded(whole).lower():
                    found.add((table, name))
    return found


def test_after_the_day_only_what_is_held_is_left_of_the_calls(gone):
    assert gone.told["counts"]["Call"] <= 3
    assert gone.told["counts"]["Certificate"] > 0
    assert not [path for path in gone.files() if found_in(path.name)]


def test_the_inbox_keeps_only_what_nobody_could_take(gone):
    names = {path.name for path in (gone.folder / "inbox").rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith((" good.mp3", " broken.mp3", " old.mp3"))}
