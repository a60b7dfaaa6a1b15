"""Nobody keeps anything about a person without saying so (K-13, K-12)."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import models

from callward import holdings

pytestmark = pytest.mark.req("K-13")

OURS = [model for model in apps.get_models() if model.__module__.startswith("callward.")]
IDS = [model._meta.label for model in OURS]

# Fields of these kinds can carry something personal; a count, a day or a mark cannot.
CAN_TELL = (models.CharField, models.TextField, models.BinaryField, models.GenericIPAddressField)
# The room of staff; what it keeps ends with the person's work here, not with a call.
ROOMS_OF_STAFF = {"accounts"}
PERSONAL = re.compile(
    r"(^|_)(number|phone|e164|blind|caller|callee|email|mail|address|ip|display_name|username|"
    r"password|first_name|last_name|surname|birth|voice|transcript|sealed_name|sealed_number)($|_)"
)


def personal_fields(model: type[models.Model]) -> set[str]:
    return {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, CAN_TELL) and PERSONAL.search(field.name)
    }


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_every_model_declares_what_it_holds_of_people(model):
    assert model in holdings.DECLARED, f"decorate {model._meta.label} with @holds(...)"


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_every_declared_field_exists_and_has_a_category(model):
    fields = {field.name for field in model._meta.get_fields()}
    for name, category in holdings.DECLARED.get(model, {}).items():
        assert name in fields
        assert isinstance(category, holdings.DataCategory)


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_a_field_that_is_named_after_something_personal_is_declared(model):
    assert personal_fields(model) <= set(holdings.DECLARED.get(model, {}))


@pytest.mark.req("K-12")
def test_no_field_holds_a_profile():
    profiling = re.compile(
        r"score|profile|sentiment|emotion|mood|voiceprint|predict", re.IGNORECASE
    )
    found = {
        f"{model._meta.label}.{field.name}"
        for model in OURS
        for field in model._meta.get_fields()
        if profiling.search(field.name)
    }
    assert not found


def test_every_package_that_keeps_something_of_callers_answers_for_it():
    keeping = {
        model._meta.app_label
        for model in OURS
        if any(not category.of_staff for category in holdings.DECLARED.get(model, {}).values())
    }
    answering = {holder.name for holder in holdings.holders()}
    assert keeping - answering <= ROOMS_OF_STAFF


def test_every_holder_keeps_to_the_port():
    for holder in holdings.holders():
        assert isinstance(holder, holdings.Holder)
