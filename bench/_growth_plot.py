"""The cost of growth as a drawing: one panel for each figure, one line for each engine."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT, PANEL, GAP = 960, 330, 260, 60
TOP, BOTTOM, LEFT = 60, 250, 60
COLOURS = {"sqlite": "#1b6e53", "postgresql": "#a8480f"}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PANELS = (
    ("ingest", "Recordings taken in, an hour"),
    ("list", "First page of the list, p95 in ms"),
    ("disposal", "One due day of 10,000 gone, s"),
)
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
    'font-family="system-ui, sans-serif" font-size="13" fill="#24303d">\n'
    "<title>What growing costs at 100,000, 1 million and 10 million calls</title>\n"
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
)


def drawn(found: Mapping[str, Any]) -> str:
    """The whole drawing, for what was kept of every engine."""
    parts = [_HEAD, *_legend(found)]
    for place, (name, title) in enumerate(PANELS):
        parts += _panel(place, name, title, found)
    return "".join([*parts, "</svg>\n"])


def _legend(found: Mapping[str, Any]) -> Iterator[str]:
    for place, engine in enumerate(sorted(found)):
        x = LEFT + 120 * place
        yield f'<rect x="{x}" y="{HEIGHT - 26}" width="14" height="4" fill="{COLOURS[engine]}"/>\n'
        yield f'<text x="{x + 20}" y="{HEIGHT - 20}">{NAMES[engine]}</text>\n'


def _panel(place: int, name: str, title: str, found: Mapping[str, Any]) -> Iterator[str]:
    left = LEFT + place * (PANEL + GAP)
    values = [one[name] for sizes in found.values() for one in sizes.values()]
    sizes = sorted({int(size) for one in found.values() for size in one})
    most = _round_up(max(values))
    yield f'<text x="{left - 40}" y="{TOP - 26}" font-weight="600">{title}</text>\n'
    for share in (0, 0.5, 1):
        y = BOTTOM - share * (BOTTOM - TOP)
        yield f'<path d="M{left} {y:.0f}H{left + PANEL - 20}" stroke="#d8dee5"/>\n'
        said = _short(share * most)
        yield f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{said}</text>\n'
    for size in sizes:
        x = _across(left, size, sizes)
        yield f'<text x="{x:.0f}" y="{BOTTOM + 20}" text-anchor="middle">{_short(size)}</text>\n'
    for engine, figures in sorted(found.items()):
        points = [
            (_across(left, int(size), sizes), BOTTOM - one[name] / most * (BOTTOM - TOP))
            for size, one in sorted(figures.items(), key=lambda pair: int(pair[0]))
        ]
        yield from _line(points, COLOURS[engine])


def _across(left: int, size: int, sizes: Sequence[int]) -> float:
    first, last = log10(sizes[0]), log10(sizes[-1])
    share = (log10(size) - first) / (last - first) if last > first else 0.5
    return left + 20 + share * (PANEL - 60)


def _line(points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    path = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>\n'
    for x, y in points:
        yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.5" fill="{colour}"/>\n'


def _round_up(value: float) -> float:
    """The next number of one digit, so that the scale reads well."""
    step = 10 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return step * (int(value / step) + 1)


def _short(value: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
