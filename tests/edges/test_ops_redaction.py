"""Logs never name a person, a number, an address or a path (STYLE 12)."""

from __future__ import annotations

import logging

import pytest

from callward.kernel.references import new_ref
from callward.ops.redaction import HIDDEN, RedactingFormatter, hide

MARKERS = (
    "Mara Marker",
    "+442079460123",
    "mara@marker.example",
    "/srv/calls/mara.mp3",
    "192.0.2.7",
)


def _line(name: str, sentence: str, *args: object, exc_info=None) -> str:
    record = logging.LogRecord(name, logging.ERROR, __file__, 7, sentence, args, exc_info)
    return RedactingFormatter().format(record)


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.req("D-04")
def test_our_own_records_hide_whatever_may_be_personal(marker):
    line = _line("callward.intake", "taken in %s", marker)
    assert marker not in line
    assert HIDDEN in line


@pytest.mark.parametrize("marker", MARKERS)
def test_sentences_of_foreign_libraries_are_not_kept(marker):
    assert marker not in _line("django.request", f"Not Found: {marker}")
    assert marker not in _line("axes", "AXES: lockout %s", marker)


@pytest.mark.parametrize("marker", MARKERS)
def test_an_error_is_named_by_kind_and_place_only(marker):
    with pytest.raises(LookupError) as caught:
        {}[marker]
    line = _line("callward.ops", "it failed", exc_info=caught._excinfo)
    assert marker not in line
    assert "KeyError at " in line
    assert "\n" not in line


def test_references_codes_and_counts_are_kept():
    ref = new_ref()
    line = _line("callward.vault", "destroyed %s of %s by %s", 7, ref, "retention.run")
    assert f"destroyed 7 of {ref} by retention.run" in line


def test_a_long_whole_number_may_be_a_telephone_number():
    assert "442079460123" not in _line("callward.calls", "kept %s", 442079460123)


def test_a_number_in_a_sentence_is_hidden_and_a_reference_beside_it_is_not():
    ref = str(new_ref())
    assert hide(f"call of +44 20 7946 0123 under {ref}") == f"call of {HIDDEN} under {ref}"
