"""People are found by their numbers, and no number lies in the database in clear."""

from __future__ import annotations

import pytest
from django.db import connection

from build.engines import everything_in
from build.subjects import MARA, PETRAS, fictional, plug_field_keys
from callward import holdings
from callward.holdings import Identifiers
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.sealing.errors import SecretBrokenError
from callward.subjects import selectors, services
from callward.subjects.errors import NumberNotFoundError
from callward.subjects.holder import SubjectsHolder
from callward.subjects.models import Number, Subject

pytestmark = pytest.mark.django_db
OURS, THEIRS = new_ref(), new_ref()


@pytest.fixture(autouse=True)
def keys():
    return plug_field_keys()


def remember(*numbers, controller_ref=OURS):
    return services.remember_numbers(controller_ref, list(numbers), at=clock.now())


def test_a_number_is_remembered_once_and_found_again():
    [first] = remember(MARA)
    assert remember(MARA) == [first]
    assert selectors.find(OURS, MARA) == first
    assert selectors.find(OURS, PETRAS) is None
    assert selectors.clear_text(first.ref) == MARA.e164


def test_answers_stand_in_the_asked_order_also_for_doubles():
    known = remember(PETRAS)[0]
    views = remember(MARA, PETRAS, MARA)
    assert views[0] == views[2] != views[1] == known
    assert selectors.find_each(OURS, [PETRAS, fictional(1)[0], MARA]) == [known, None, views[0]]


def test_one_number_has_nothing_in_common_between_two_controllers():
    ours, theirs = remember(MARA)[0], remember(MARA, controller_ref=THEIRS)[0]
    rows = {row.ref: row for row in Number.objects.all()}
    assert rows[ours.ref].blind != rows[theirs.ref].blind
    assert ours.subject_ref != theirs.subject_ref
    assert set(selectors.find_everywhere([MARA])) == {ours, theirs}


@pytest.mark.req("K-13")
def test_no_number_lies_in_the_database_in_clear():
    remember(MARA, PETRAS)
    dump = everything_in(connection)
    stored = b"".join(
        bytes(part) for row in Number.objects.all() for part in (row.blind, row.sealed)
    )
    for number in (MARA, PETRAS):
        digits = number.e164[1:]
        assert digits not in dump
        assert digits.encode().hex().upper() not in dump.upper()
        assert digits.encode() not in stored


def test_a_sealed_number_opens_in_its_own_row_only():
    mara, petras = remember(MARA, PETRAS)
    stolen = Number.objects.get(ref=petras.ref).sealed
    Number.objects.filter(ref=mara.ref).update(sealed=stolen)
    with pytest.raises(SecretBrokenError):
        selectors.clear_text(mara.ref)


def test_a_group_of_an_ingest_takes_few_queries(django_assert_max_num_queries):
    remember(*fictional(64))
    with django_assert_max_num_queries(5):  # savepoint, look, two inserts, release
        views = remember(*fictional(128))
    assert len({view.ref for view in views}) == 128


def test_clear_texts_leave_out_what_is_gone():
    (mara,) = remember(MARA)
    gone = new_ref()
    assert selectors.clear_texts([mara.ref, gone]) == {mara.ref: MARA.e164}
    assert selectors.clear_texts([]) == {}
    with pytest.raises(NumberNotFoundError):
        selectors.clear_text(gone)


def test_a_number_goes_with_the_person_known_by_it_alone():
    mara, petras = remember(MARA, PETRAS)
    assert services.delete_unreferenced([mara.ref]) == 1
    assert services.delete_unreferenced([mara.ref]) == 0
    assert selectors.find(OURS, MARA) is None
    assert [person.ref for person in Subject.objects.all()] == [petras.subject_ref]


def test_a_person_known_by_another_number_stays():
    mara, petras = remember(MARA, PETRAS)
    Number.objects.filter(ref=petras.ref).update(subject_id=mara.subject_ref)
    services.delete_unreferenced([mara.ref])
    assert Subject.objects.filter(ref=mara.subject_ref).exists()


def test_thousands_are_forgotten_at_once():
    views = remember(*fictional(1200))
    assert services.delete_unreferenced([view.ref for view in views]) == 1200
    assert not Subject.objects.exists()


def test_the_holder_answers_for_numbers():
    holder = SubjectsHolder()
    (mara,) = remember(MARA)
    assert isinstance(holder, holdings.Holder)
    assert "subjects" in {each.name for each in holdings.holders()}
    assert holder.find(Identifiers(numbers=(MARA.e164, PETRAS.e164))) == [mara.ref]
    assert holder.describe(mara.ref) == {"phone_number": MARA.e164}
    assert holder.destroy([mara.ref], at=clock.now()) == 1
    assert holder.find(Identifiers(numbers=(MARA.e164,))) == []
    assert holder.describe(mara.ref) == {}
