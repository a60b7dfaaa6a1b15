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
from callward.audit.states import Event
from callward.console import event_words
from callward.kernel import clock
from callward.kernel.actors import carrier_actor, system_actor, user_actor
from callward.kernel.references import new_ref


def test_every_event_has_a_sentence_of_its_own():
    assert set(event_words.EVENTS) == set(Event)
    said = [event_words.happened(event) for event in Event]
    assert len(set(said)) == len(said)
    assert all(sentence.endswith(".") for sentence in said)


def test_what_has_no_words_shows_itself():
    assert event_words.happened("later.thing.done") == ""
    assert event_words.fact_name("residue") == "residue"
    assert event_words.fact_value(7, "residue") == "7"
    assert event_words.fact_value("unheard-of", "purpose") == "unheard-of"


def test_what_has_words_is_said_in_the_language_of_the_reader():
    said = {"en": "Complaint", "lt": "Skundas"}
    for language, words in said.items():
        with translation.override(language):
            assert event_words.fact_value("complaint", "reason") == words


def test_an_actor_is_a_person_a_task_or_a_short_reference():
    known, stranger = new_ref(), new_ref()
    names = {known: "Daiva"}
    actors = [str(user_actor(known)), str(user_actor(stranger)), str(system_actor("a.task"))]
    assert event_words.users_among([*actors, "user:nobody"]) == {known, stranger}
    told = [event_words.who(actor, names) for actor in actors]
    assert told == ["Daiva", f"user …{str(stranger)[-8:]}", "Callward (a.task)"]
    assert event_words.who(str(carrier_actor("folder")), names) == "carrier:folder"


@pytest.mark.django_db(transaction=True)
def test_the_audit_of_an_item_reads_as_sentences_with_the_code_below(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    home = house(tmp_path)
    kept = keep_one(home)
    hold([kept.ref], at=clock.now())
    seen = {"item": kept.ref, "actor": user_actor(home.cast.boris.ref), "at": clock.now()}
    with transaction.atomic():
        audit.record(Event.RECORDINGS_PLAYBACK_BEGUN, **seen, purpose="complaints")
    browser = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    browser.post("/language/", {"language": "en"})
    page = browser.get(reverse("audit-item", args=[kept.ref])).text
    code = Event.RETENTION_HOLD_PLACED
    assert f'<td>A legal hold was placed.<div class="small text-body-secondary">{code}<' in page
    for part in ("Callward (", f">{home.cast.boris.display_name}</td>", "Checking a complaint"):
        assert part in page
