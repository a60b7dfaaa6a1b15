"""Chromium, in a process of its own: it visits pages and tells what it saw as JSON.

Run as `python browser.py REQUEST.json`; the request names addresses, widths, whether scripts run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[1] / "vendored" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_WIDE = "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
_SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 1 && box.height > 1 && (box.width < 24 || box.height < 24))
  .filter(([one]) => getComputedStyle(one).display !== 'inline')
  .map(([one]) => one.outerHTML.slice(0, 120))"""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One page to look at: where, how wide, with scripts or without, with which cookies."""

    url: str
    width: int = 1280
    scripts: bool = True
    axe: bool = False
    press: tuple[str, ...] = ()  # selectors, clicked one after another
    shot: str | None = None
    cookies: tuple[dict[str, str], ...] = ()
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a visit showed."""

    url: str
    status: int
    text: str
    title: str
    language: str
    cookies: dict[str, str]
    violations: list[str] = field(default_factory=list)
    too_wide: bool = False
    small_targets: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def look(visits: list[Visit]) -> list[Seen]:
    """Let chromium visit pages; one after another, each in a fresh profile."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as request:
        json.dump([vars(visit) for visit in visits], request)
        request.flush()
        command = [sys.executable, __file__, request.name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Seen(**seen) for seen in json.loads(done.stdout)]


def _main(request: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only this process needs it

    visits = json.loads(request.read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        seen = [_visit(browser, visit) for visit in visits]
        sys.stdout.write(json.dumps(seen))
        browser.close()


def _visit(browser: Any, visit: dict[str, Any]) -> dict[str, Any]:
    context = browser.new_context(
        viewport={"width": visit["width"], "height": 900},
        java_script_enabled=visit["scripts"],
        extra_http_headers={"Accept-Language": visit["language"]},
        bypass_csp=visit["axe"],  # the checker is put into the page, which forbids it rightly
    )
    context.add_cookies(visit["cookies"])
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda one: asked.append(one.url))
    answer = page.goto(visit["url"])
    for selector in visit["press"]:
        page.click(selector)
        page.wait_for_load_state()
    if visit["shot"]:
        page.screenshot(path=visit["shot"], full_page=True)
    seen = {
        "url": page.url,
        "status": answer.status if answer else 0,
        "text": page.inner_text("body"),
        "title": page.title(),
        "language": page.get_attribute("html", "lang") or "",
        "cookies": {one["name"]: one["value"] for one in context.cookies()},
        "console": said,
        "requests": asked,
    }
    if visit["scripts"]:
        seen["too_wide"] = page.evaluate(_WIDE)
        seen["small_targets"] = page.evaluate(_SMALL)
    if visit["axe"]:
        seen["violations"] = _violations(page)
    context.close()
    return seen


def _violations(page: Any) -> list[str]:
    page.add_script_tag(path=str(AXE))
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
