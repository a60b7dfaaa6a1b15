"""The audit of an item says in words what happened, to what, and by whose hand."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from build.console import signed_in
from build.recordings import house, keep_one
from build.retention import hold
from callward.audit import services as audit
from callward.audit.selectors import known_events
from callward.audit.states import AuditEvent, Event
from callward.console import term_words
from callward.kernel import clock
from callward.kernel.actors import carrier_actor, system_actor, user_actor
from callward.kernel.references import new_ref
from callward.recordings.states import RecordingsEvent
from callward.retention.states import RetentionEvent


def test_every_event_has_a_sentence_of_its_own():
    said = [term_words.happened(event) for event in known_events().values()]
    assert len(set(said)) == len(said) > 50
    assert all(sentence.endswith(".") for sentence in said)


@pytest.mark.parametrize("language", ["ro", "bg", "lt"])
def test_every_event_has_a_sentence_in_every_language(language):
    with translation.override(language):
        untold = [e for e in known_events().values() if term_words.happened(e) == e.words]
    assert untold == []


def test_an_event_is_declared_by_the_package_that_stands_in_its_name():
    borrowed = {AuditEvent.BACKUP_RESTORED}  # the tree tells it before any package can
    for event in set(known_events().values()) - borrowed:
        assert type(event).__module__ == f"callward.{event.partition('.')[0]}.states"


def test_no_event_is_declared_twice():
    with pytest.raises(ValueError, match=AuditEvent.ACT_REFUSED):
        Event("AgainEvent", {"ACT": (str(AuditEvent.ACT_REFUSED), "An act was refused again.")})


def test_what_has_no_words_shows_itself():
    assert term_words.happened("later.thing.done") == ""
    assert term_words.fact_name("residue") == "residue"
    assert term_words.fact_value(7, "residue") == "7"
    assert term_words.fact_value("unheard-of", "purpose") == "unheard-of"


def test_what_has_words_is_said_in_the_language_of_the_reader():
    said = {"en": "Complaint", "lt": "Skundas"}
    for language, words in said.items():
        with translation.override(language):
            assert term_words.fact_value("complaint", "reason") == words


def test_an_actor_is_a_person_a_task_or_a_short_reference():
    known, stranger = new_ref(), new_ref()
    names = {known: "Daiva"}
    actors = [str(user_actor(known)), str(user_actor(stranger)), str(system_actor("a.task"))]
    assert term_words.users_among([*actors, "user:nobody"]) == {known, stranger}
    told = [term_words.who(actor, names) for actor in actors]
    assert told == ["Daiva", f"user …{str(stranger)[-8:]}", "Callward (a.task)"]
    assert term_words.who(str(carrier_actor("folder")), names) == "carrier:folder"


@pytest.mark.django_db(transaction=True)
def test_the_audit_of_an_item_reads_as_sentences_with_the_code_below(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    home = house(tmp_path)
    kept = keep_one(home)
    hold([kept.ref], at=clock.now())
    seen = {"item": kept.ref, "actor": user_actor(home.cast.boris.ref), "at": clock.now()}
    with transaction.atomic():
        audit.record(RecordingsEvent.PLAYBACK_BEGUN, **seen, purpose="complaints")
    browser = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    browser.post("/language/", {"language": "en"})
    page = browser.get(reverse("audit-item", args=[kept.ref])).text
    code = RetentionEvent.HOLD_PLACED
    below = f'<div class="small text-body-secondary">{code}<'
    assert f"<td><div>A legal hold was placed.{below}" in page
    for part in ("Callward (", f">{home.cast.boris.display_name}</td>", "Checking a complaint"):
        assert part in page
