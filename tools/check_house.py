"""Refuse what makes the house ugly: long files and functions, banned words, law in code, traces.

Run as `python tools/check_house.py`; prints one line for each finding and exits 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "src/callward/"
FILE_LINES = 400
FUNCTION_LINES = 25
NESTING = 3
BANNED_WORDS = frozenset({"operator", "data", "info", "manager", "handle", "process", "utils"})
# Rooms that decide nothing about people's rights: a technical span there is no law.
SPANS_ALLOWED_IN = ("kernel/", "config/", "ops/", "jobs/", "line/", "policy/", "promises/")
PERIOD = re.compile(r"PT?\d+[YMWDHS](?:\d+[MDS])*")
TODO_WITHOUT_ISSUE = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")
MACHINE_TRACES = re.compile(
    r"(?<![\w.])/(?:work|root|opt|home)/\w|pypi\.org|registry\.npmjs|deb\.debian"
)
# The same few files in every package (healthchecks, Wazo): these basenames say a role.
CAST = frozenset(
    [
        "__init__",
        "__main__",
        "adapters",
        "apps",
        "errors",
        "forms",
        "formats",
        "holder",
        "kinds",
        "labels",
        "main",
        "models",
        "ports",
        "registry",
        "rules",
        "selectors",
        "services",
        "states",
        "tasks",
        "urls",
        "values",
        "views",
    ]
)
# Folders whose files are named after the subject that they show, ask, run or look at.
SUBJECT_FOLDERS = frozenset({"commands", "formats", "forms", "migrations", "probes", "views"})
NOUNS_IN_ING = {
    "backing": "what stands behind a sentence",
    "opening": "in opening hours",
    "recording": "the audio of a call",
    "ring": "in ring-back",
    "routing": "telephony's own word for where a call is led",
    "standing": "what a user may do at this moment",
    "wiring": "which adapter stands behind which port",
    "wording": "the words of a notice",
}
NESTING_NODES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place that breaks one rule."""

    path: str
    line: int
    rule: str
    fact: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.fact}"


def check_source(path: str, text: str) -> Iterator[Finding]:
    """Find what is wrong with one Python file of the product."""
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield Finding(path=path, line=1, rule="H001", fact=f"{lines} lines; a noun is missing")
    yield from check_text(path, text)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _check_function(path, node)
        yield from _check_words(path, node)
        if not path.removeprefix(SOURCE).startswith(SPANS_ALLOWED_IN):
            yield from _check_spans(path, node)


def check_text(path: str, text: str) -> Iterator[Finding]:
    """Find notes to nobody and traces of a machine in any text file."""
    for number, line in enumerate(text.splitlines(), 1):
        if TODO_WITHOUT_ISSUE.search(line):
            yield Finding(
                path=path, line=number, rule="H005", fact="a TODO names its issue: TODO(#7)"
            )
        if MACHINE_TRACES.search(line):
            yield Finding(
                path=path, line=number, rule="H006", fact="a machine or registry is named"
            )


def _check_function(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    body = node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # a docstring is a promise, not work
    length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
    if length > FUNCTION_LINES:
        fact = f"{node.name} has {length} lines; a noun is missing"
        yield Finding(path=path, line=node.lineno, rule="H002", fact=fact)
    if (depth := max((_depth(child) for child in body), default=0)) > NESTING:
        fact = f"{node.name} nests {depth} deep"
        yield Finding(path=path, line=node.lineno, rule="H003", fact=fact)


def _depth(node: ast.AST) -> int:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return 0
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        elif_branch = node.orelse[0]  # elif stands beside, not inside
        inner = max((_depth(child) for child in children if child is not elif_branch), default=0)
        return max(1 + inner, _depth(elif_branch))
    inner = max((_depth(child) for child in children), default=0)
    return inner + isinstance(node, NESTING_NODES)


def _check_words(path: str, node: ast.AST) -> Iterator[Finding]:
    for name in _names_given_by(node):
        if name.lower().strip("_") in BANNED_WORDS:
            line = getattr(node, "lineno", 1)
            yield Finding(path=path, line=line, rule="H004", fact=f"“{name}” says nothing alone")


def _names_given_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _check_spans(path: str, node: ast.AST) -> Iterator[Finding]:
    if isinstance(node, ast.Call) and _called(node) == "timedelta":
        literal = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(value, ast.Constant) and value.value for value in literal):
            fact = "a literal span; periods and deadlines live in the policy"
            yield Finding(path=path, line=node.lineno, rule="H007", fact=fact)
    text = node.value if isinstance(node, ast.Constant) else None
    if isinstance(text, str) and PERIOD.fullmatch(text):
        fact = f"the period {text} belongs into the policy"
        yield Finding(path=path, line=getattr(node, "lineno", 1), rule="H008", fact=fact)


def _called(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "id", getattr(function, "attr", ""))


def check_module_names(paths: Iterable[str]) -> Iterator[Finding]:
    """Find module names with two meanings, and gerunds: a module is a noun of the field."""
    seen: dict[str, str] = {}
    for path in sorted(paths):
        folders, name = Path(path).parent.parts, Path(path).stem
        if name in CAST or SUBJECT_FOLDERS.intersection(folders):
            continue
        if name in seen:
            yield Finding(path=path, line=1, rule="H009", fact=f"“{name}” is also {seen[name]}")
        seen[name] = path
        for part in name.split("_"):
            if part.endswith("ing") and part not in NOUNS_IN_ING:
                fact = f"“{part}” is an act; name the module by its noun"
                yield Finding(path=path, line=1, rule="H010", fact=fact)


def check_house(root: Path = ROOT) -> list[Finding]:
    """Walk every file that git tracks."""
    tracked = _tracked(root)
    sources = [path for path in tracked if path.startswith(SOURCE) and path.endswith(".py")]
    findings = list(check_module_names(path for path in sources if (root / path).is_file()))
    for path in tracked:
        file = root / path
        if file.suffix == ".py" and path.startswith(SOURCE) and "/migrations/" not in path:
            findings += check_source(path, file.read_text())
        elif file.suffix in {".py", ".md", ".toml", ".sh", ".html", ".yml"} or not file.suffix:
            findings += check_text(path, _text_of(file))
    return findings


def _text_of(file: Path) -> str:
    return file.read_text(errors="replace") if file.is_file() else ""


def _tracked(root: Path) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)  # noqa: S603  # fixed words
    mine = {"tools/check_house.py", "tests/architecture/test_house_rules.py"}
    return [
        path for path in listed.stdout.splitlines() if "/vendor/" not in path and path not in mine
    ]


def main() -> int:
    """Print the findings; 1 if there is any."""
    findings = check_house()
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
