"""What a browser may ask for of a playback's audio."""

from __future__ import annotations

import pytest

from callward.console.views.audio import UnsatisfiableError, asked_part


@pytest.mark.parametrize(
    ("header", "start", "stop", "whole"),
    [
        ("", 0, 1000, True),
        ("bytes=0-", 0, 1000, False),
        ("bytes=0-0", 0, 1, False),
        ("bytes=100-199", 100, 200, False),
        ("bytes=999-", 999, 1000, False),
        ("bytes=990-5000", 990, 1000, False),
        ("bytes=-100", 900, 1000, False),
        ("bytes=-5000", 0, 1000, False),
        ("Bytes= 5-9 ", 5, 10, False),
        # what we do not know is ignored, as the standard says
        ("bytes=0-1,5-9", 0, 1000, True),
        ("bytes=9-5", 0, 1000, True),
        ("bytes=-", 0, 1000, True),
        ("bytes=a-b", 0, 1000, True),
        ("bytes=١-", 0, 1000, True),
        ("items=0-5", 0, 1000, True),
        ("bytes=" + "9" * 40 + "-", 0, 1000, True),
    ],
)
def test_the_asked_part_is_what_the_standard_says(header, start, stop, whole):
    part = asked_part(header, 1000)

    assert (part.start, part.stop, part.whole) == (start, stop, whole)


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_behind_the_end_cannot_be_given(header):
    with pytest.raises(UnsatisfiableError):
        asked_part(header, 1000)


def test_of_an_empty_body_no_part_can_be_given():
    with pytest.raises(UnsatisfiableError):
        asked_part("bytes=0-", 0)
