"""Draw the packages and what they import, from the imports themselves.

Run as `python -m tools.draw_packages`; writes `docs/explanation/packages.svg`. A line that another
path says already is left out, so every line downwards can be followed to all that a package uses.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "docs" / "explanation" / "packages.svg"
HOUSE = "callward"
WIDTH, ROW, BOX_WIDTH, BOX_HEIGHT = 1100, 72, 118, 30
LOOK = 'role="img" font-family="system-ui, sans-serif" font-size="14"'

Uses = dict[str, frozenset[str]]


def uses() -> Uses:
    """The packages that each package imports when it runs."""
    graph = grimp.build_graph(HOUSE, exclude_type_checking_imports=True, cache_dir=None)
    found: dict[str, set[str]] = {_package(each): set() for each in graph.modules if each != HOUSE}
    for importer in graph.modules - {HOUSE}:
        imported = graph.find_modules_directly_imported_by(importer) - {HOUSE}
        found[_package(importer)] |= {_package(each) for each in imported}
    return {name: frozenset(below - {name}) for name, below in found.items()}


def _package(module: str) -> str:
    return module.split(".")[1]


def below(name: str, imports: Uses) -> set[str]:
    """Everything that a package reaches."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        new = imports[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def lines(imports: Uses) -> list[tuple[str, str]]:
    """The imports that no other path says."""
    return [
        (name, other)
        for name, others in sorted(imports.items())
        for other in sorted(others)
        if not any(other in below(between, imports) for between in others - {other})
    ]


def rows(imports: Uses) -> list[list[str]]:
    """The layers of the import contract, with the packages that exist."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "packages")
    named = [re.findall(r"\w+", layer) for layer in layers]
    return [present for row in named if (present := [name for name in row if name in imports])]


def drawn(imports: Uses) -> str:
    """The drawing as SVG, the same bytes for the same imports."""
    places = _places(rows(imports))
    height = ROW * len(rows(imports)) + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {LOOK}>',
            "<title>The packages of Callward and what each of them uses</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *(_line(places[name], places[other]) for name, other in lines(imports)),
            *(_box(name, *place) for name, place in places.items()),
            "</svg>\n",
        ]
    )


def _places(layers: list[list[str]]) -> dict[str, tuple[int, int]]:
    return {
        name: (_column(number, column, len(row)), ROW * number + 20)
        for number, row in enumerate(layers)
        for column, name in enumerate(row)
    }


def _column(number: int, column: int, columns: int) -> int:
    # Lone boxes step aside in turns, so that lines do not run behind them.
    aside = (number % 3 - 1) * WIDTH // 6 if columns == 1 else 0
    return WIDTH * (2 * column + 1) // (2 * columns) + aside


def _line(above: tuple[int, int], under: tuple[int, int]) -> str:
    (x, top), (to, bottom) = above, under
    y = top + BOX_HEIGHT
    bend = (bottom - y) // 2
    path = f"M{x} {y}C{x} {y + bend} {to} {bottom - bend} {to} {bottom}"
    return f'<path d="{path}" fill="none" stroke="#5b6b7f" stroke-opacity=".55"/>'


def _box(name: str, x: int, y: int) -> str:
    left, middle = x - BOX_WIDTH // 2, y + BOX_HEIGHT // 2 + 5
    return (
        f'<rect x="{left}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5"'
        ' fill="#eef3f8" stroke="#33475b"/>'
        f'<text x="{x}" y="{middle}" text-anchor="middle" fill="#14212e">{name}</text>'
    )


if __name__ == "__main__":
    DRAWING.write_text(drawn(uses()))
