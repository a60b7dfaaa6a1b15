"""The public pages in a real browser: for everybody, without scripts, in four languages."""

from __future__ import annotations

import pytest

from build.accounts import cast
from build.browser import Visit, look
from build.notices import next_version, published, watched
from callward.notices import selectors
from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.texts.states import Probe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LANGUAGES = ("en", "ro", "bg", "lt")


@pytest.fixture
def home(the_clock, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    at = the_clock.now()
    with watched() as watch:
        found = published(at=at)
        next_version(found, cast(found.ref, at=at), at=at)
        watch.states[Probe.EXPIRED_UNREADABLE] = SentenceCheck(
            state=CheckState.RED, checked_at=at, public=True
        )
        yield found


def pages(home, language):
    here = f"/notices/{home.slug}/{language}"
    first, coming = selectors.current(home.ref).label, selectors.upcoming(home.ref).label
    return [
        f"/notices/{language}/",
        f"{here}/",
        f"{here}/call-recording/",  # the other notices wear the same template
        f"{here}/cookies/",
        f"{here}/versions/",
        f"{here}/versions/{first}/",
        f"{here}/versions/{coming}/changes/{first}/",
        f"{here}/versions/none/",
    ]


@pytest.mark.req("K-34")
def test_no_public_page_shuts_anybody_out(home, live_server, tmp_path):
    """No violation of WCAG 2.2 AA, nothing too small to hit, nothing wider than the window."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text("<html><body><img src='x'><p style='color:#ccc'>faint</p></body></html>")
    wide = [Visit(url=live_server.url + page, axe=True) for page in pages(home, "en")]
    narrow = [
        Visit(url=live_server.url + page, width=400, axe=True) for page in pages(home, "lt")[2:4]
    ]
    checked, *found = look([Visit(url=wrong.as_uri(), axe=True), *wide, *narrow])
    broken = {violation.partition(":")[0] for violation in checked.violations}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= broken  # the checker does check
    for seen in found:
        assert seen.violations == [], seen.url
        assert seen.small_targets == [], seen.url
        assert not seen.too_wide, seen.url


def test_everything_is_read_and_chosen_without_scripts(home, live_server):
    here = f"{live_server.url}/notices/{home.slug}"
    read = [Visit(url=f"{here}/{language}/site/", scripts=False) for language in LANGUAGES]
    shown = Visit(url=f"{here}/en/call-recording/", scripts=False, press=("#backing",))
    chosen = Visit(
        url=f"{here}/ro/cookies/",
        scripts=False,
        press=("#allow-analytics", "#choice button"),
    )
    *texts, backed, kept = look([*read, shown, chosen])
    for seen, language in zip(texts, LANGUAGES, strict=True):
        assert (seen.status, seen.language, seen.cookies) == (200, language, {})
        assert all(asked.startswith(live_server.url) for asked in seen.requests)
        assert seen.console == []
    assert "activity.call-recording.retain" in backed.text
    assert "activity.call-recording.retain" not in texts[0].text
    assert kept.cookies == {"callward_choice": "analytics"}
    assert kept.url.startswith(f"{here}/ro/cookies/")
