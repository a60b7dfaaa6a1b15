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
WIDTHS = (1280, 400)


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
    kinds = [kind.value for kind in selectors.kinds(selectors.current(home.ref).ref)]
    return [
        f"/notices/{language}/",
        f"{here}/",
        *(f"{here}/{kind}/" for kind in kinds),
        f"{here}/versions/",
        f"{here}/versions/{first}/",
        f"{here}/versions/{coming}/call-recording/",
        f"{here}/versions/{coming}/changes/{first}/",
        f"{here}/versions/none/",
    ]


@pytest.mark.req("K-34")
@pytest.mark.parametrize("width", WIDTHS)
def test_no_public_page_shuts_anybody_out(home, live_server, width):
    visits = [
        Visit(url=live_server.url + page, width=width, axe=True)
        for page in pages(home, "lt" if width == WIDTHS[1] else "en")
    ]
    for seen in look(visits):
        assert seen.violations == [], seen.url
        assert seen.small_targets == [], seen.url
        assert not seen.too_wide, seen.url


def test_every_page_is_read_without_scripts_in_every_language(home, live_server):
    visits = [
        Visit(url=live_server.url + page, scripts=False)
        for language in LANGUAGES
        for page in pages(home, language)[1:4]
    ]
    for seen in look(visits):
        assert seen.status == 200, seen.url
        assert seen.language in seen.url.split("/")
        assert len(seen.text) > 200, seen.url
        assert seen.cookies == {}, seen.url
        assert all(asked.startswith(live_server.url) for asked in seen.requests)
        assert seen.console == [], seen.url
