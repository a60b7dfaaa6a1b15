"""What lint lets pass can be said: no policy is accepted that the notice has no words for."""

from __future__ import annotations

from datetime import date

import pytest

from build.lint_cases import CASES
from build.policies import varied
from callward.policy import lint
from callward.policy.tables import (
    ACTIVITY_NAMES,
    AUTHORITIES,
    CATEGORY_TERMS,
    FIELD_NAMES,
    PURPOSE_TERMS,
)
from callward.policy.vocabulary_notice import Interest
from callward.texts.catalogue import catalogue_of
from callward.texts.errors import NoSuchNoticeError
from callward.texts.notice_builder import render
from callward.texts.states import NoticeKind

THE_DAY = date(2026, 3, 29)
# Only warned of, and still no notice says them: a retired protocol, a right without its condition.
NEVER_PRINTED = {"L-17", "L-32"}
VARIANTS = [
    (name, changes)
    for code, name, wrong, right in CASES
    for changes in (wrong, right)
    if changes and not (changes is wrong and code in NEVER_PRINTED)
]


@pytest.mark.parametrize(("name", "changes"), VARIANTS)
def test_policy_without_errors_can_be_said(name, changes):
    policy = varied(name, changes)
    if any(finding.refuses for finding in lint(policy, on=THE_DAY)):
        return
    # The two that say nearly everything; the other kinds are parts of them.
    for kind in (NoticeKind.CALL_RECORDING, NoticeKind.SITE):
        try:
            assert render(policy, kind=kind, language="en").sections
        except NoSuchNoticeError:
            continue


@pytest.mark.parametrize("language", ["en", "ro", "bg", "lt"])
@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("activity", ACTIVITY_NAMES),
        ("field", FIELD_NAMES),
        ("category", CATEGORY_TERMS),
        ("purpose", PURPOSE_TERMS),
        ("interest", frozenset(Interest)),
        ("region", frozenset(AUTHORITIES)),
    ],
)
def test_every_name_of_the_tables_has_words(family, names, language):
    words = catalogue_of(language).words
    assert not {name for name in names if f"{family}.{name}" not in words}
