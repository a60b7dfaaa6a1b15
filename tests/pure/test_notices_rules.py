"""When a version takes effect, how its successor begins, and what two texts differ in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as some

from callward.notices import rules
from callward.notices.archived_notice import read_notice
from callward.notices.errors import NoticeFileError
from callward.notices.rules import SentenceChange, WordRun
from callward.notices.states import Change, Part

BUCHAREST = ZoneInfo("Europe/Bucharest")
APPROVED = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)
TEXT = some.lists(some.sampled_from(["we", "keep", "it", "5", "3", "years", "never"]), max_size=12)


@pytest.mark.req("I-18")
@pytest.mark.parametrize(
    ("effective", "published"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 22, 0, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 21, 0, tzinfo=UTC)),  # after the lost hour
        (date(2026, 3, 1), APPROVED),  # never before the approval
    ],
)
def test_a_version_takes_effect_at_midnight_of_its_controller(effective, published):
    found = rules.publish_instant(effective, approved_at=APPROVED, zone=BUCHAREST)
    assert found == published


def test_people_have_their_days_before_and_read_of_it_after():
    earliest = rules.earliest_effective(APPROVED, notice_days=30, zone=BUCHAREST)
    assert earliest == date(2026, 4, 27)
    assert rules.announced_until(earliest, notice_days=30) == date(2026, 5, 27)


@pytest.mark.parametrize(
    ("source", "begun"),
    [
        (
            'version = "1"\neffective = 2026-01-01 # day\nzone = "x"\n',
            'version = "1"\neffective = 2026-01-01 # day\nprevious = "sha256:ab"\nzone = "x"\n',
        ),
        (
            'previous = "sha256:cd"\neffective = 2026-01-01\n[x]\nprevious = 3\n',
            'previous = "sha256:ab"\neffective = 2026-01-01\n[x]\nprevious = 3\n',
        ),
    ],
)
def test_a_successor_names_what_it_follows(source, begun):
    assert rules.successor(source, policy_id="sha256:ab") == begun


def test_each_sentence_is_new_changed_removed_or_not_told_of():
    before = {"kept": "Kept for 5 years.", "gone": "Gone.", "same": "Same."}
    after = {"new": "New.", "same": "Same.", "kept": "Kept for 3 years."}
    assert rules.changed_sentences(before, after) == (
        SentenceChange(
            sentence="new", change=Change.ADDED, runs=(WordRun(part=Part.NEW, text="New."),)
        ),
        SentenceChange(
            sentence="kept",
            change=Change.REWORDED,
            runs=(
                WordRun(part=Part.SAME, text="Kept for"),
                WordRun(part=Part.OLD, text="5"),
                WordRun(part=Part.NEW, text="3"),
                WordRun(part=Part.SAME, text="years."),
            ),
        ),
        SentenceChange(
            sentence="gone", change=Change.REMOVED, runs=(WordRun(part=Part.OLD, text="Gone."),)
        ),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(before=["we"], after=[])
@example(before=[], after=["we"])
@example(before=["we", "keep"], after=["never", "keep"])
@given(before=TEXT, after=TEXT)
def test_both_texts_can_be_read_out_of_what_differs(before, after):
    runs = list(rules.changed_words(" ".join(before), " ".join(after)))
    for part, words in ((Part.OLD, before), (Part.NEW, after)):
        read = " ".join(run.text for run in runs if run.part in (Part.SAME, part))
        assert read.split() == words
    assert all(run.text for run in runs)


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        (["lt"], "lt"),
        (["LT-lt", "en"], "lt"),
        (["fr", "en-GB"], "en"),
        (["fr", "de"], "ro"),
        ([], "ro"),
    ],
)
def test_the_best_language_is_the_first_that_is_there(wanted, best):
    assert rules.best_language(wanted, ("ro", "en", "lt")) == best


def test_the_controllers_own_languages_come_first():
    assert rules.in_order(("lt", "pl", "en"), ("bg", "en", "lt", "ro")) == ("lt", "en", "bg", "ro")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b'{"kind":"x"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_notice_is_refused(content):
    with pytest.raises(NoticeFileError):
        read_notice(content)
