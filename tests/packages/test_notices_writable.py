"""A revision that no notice can be written from is refused before anybody approves it."""

from __future__ import annotations

import pytest
from django.test import override_settings

from build.notices import asked, revised, standing
from callward.notices import selectors
from callward.notices.states import NoticeVersionState
from callward.texts.errors import TextsError, UnknownTermError, UnprintableLetterError

pytestmark = pytest.mark.django_db
ELSEWHERE = 'outside = "with-safeguards"\ncountries = ["RU"]\nsafeguards = ["standard-clauses"]'
STRANGE = "例示協会 Exemplu"


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), standing(django_db_blocker) as found:
        yield found


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({'outside = "none"': ELSEWHERE}, UnknownTermError),
        ({"Asociația Exemplu pentru Terapie": STRANGE}, UnprintableLetterError),
    ],
)
def test_what_cannot_be_written_is_refused_when_it_is_asked_for(stage, the_clock, changes, error):
    at = the_clock.now()
    toml = revised(stage.home.ref, at=at, changes=changes)
    with pytest.raises(error) as refused:
        asked(stage.home, stage.people, toml, at=at)
    assert isinstance(refused.value, TextsError)
    states = [one.state for one in selectors.editions(stage.home.ref)]
    assert sorted(states) == [NoticeVersionState.DRAFT, NoticeVersionState.PUBLISHED]
