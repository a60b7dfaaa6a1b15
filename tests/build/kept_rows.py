"""One row of every kind of kept thing, written past the engine, as broken hands would leave it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db import models

from build.vault import speech
from callward.audit.leaves import instant_text
from callward.audit.models import Leaf
from callward.holdings.kinds import KINDS
from callward.intake.models import Quarantined
from callward.kernel.references import new_ref
from callward.promises.probe_context import reference
from callward.retention.models import HeldItem, Hold, Item
from callward.texts.states import BY_KIND, CheckName, looks_at
from callward.vault import services as vault
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from build.recordings import House
    from callward.holdings.kinds import Kind
    from callward.kernel.references import Ref

A_DAY = timedelta(days=1)
# What the constraints of a table ask beside its start; a kind without a line here has no mutant.
GIVEN: Mapping[str, Mapping[str, object]] = {
    "recording": {},
    "voice-message": {},
    "quarantined": {},
    "raw-row": {},
    "waiting-cdr": {},
    "call": {},
    "line-record": {},
    "wrap-up": {},
    "ring-back": {},
    "desk-call": {},
    "dial-permit": {"ends_at": A_DAY, "reason": "complaint", "reference": "KLG-1"},
    "counted-day": {},
    "consent-proof": {},
    "training": {"due_on": A_DAY, "subject": "calls"},
    "audit": {},
}

PAIRS = [
    CheckName(probe, kind)
    for probe in sorted(BY_KIND)
    for kind in GIVEN
    if looks_at(probe, KINDS[kind])
]


def row_of(kind: Kind, home: House, *, started: datetime) -> Ref:
    """One thing of this kind that began to count then."""
    if kind.sealed:
        return _sealed(kind, home, started=started)
    if kind.name == "audit":
        return _entry(home, started=started)
    later = {
        name: started + value if isinstance(value, timedelta) else value
        for name, value in GIVEN[kind.name].items()
    }
    model = _model(kind.table)
    model.objects.all().delete()  # the people of the house are trained when it is built
    return _row(model, home, started=started, **later)


def _model(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _row(model: type[models.Model], home: House, *, started: datetime, **given: object) -> Ref:
    known = {"controller_ref": home.controller.ref, "policy_id": home.policy.policy_id, **given}
    values = {
        field.name: known[field.name] if field.name in known else _filled(field, home, started)
        for field in model._meta.concrete_fields
        if not field.has_default() or field.name in known
    }
    made = model.objects.create(**cast("Any", values))
    return reference(made.pk)


def _filled(field: models.Field[Any, Any], home: House, started: datetime) -> object:
    """Something that the column takes; every instant is the start."""
    if isinstance(field, models.ForeignKey):
        return _model_row(field, home, started)
    if isinstance(field, models.DateField):
        return started if isinstance(field, models.DateTimeField) else started.date()
    if field.null or field.choices:
        return None if field.null else next(iter(field.choices or ()))[0]
    fillings = (
        (models.UUIDField, new_ref()),
        (models.BinaryField, b"x"),
        (models.BooleanField, 1),
        (models.IntegerField | models.FloatField, 0),
    )
    return next((filled for kind, filled in fillings if isinstance(field, kind)), "x")


def _model_row(field: models.ForeignKey[Any, Any], home: House, started: datetime) -> object:
    whose = cast("type[models.Model]", field.related_model)
    known = whose.objects.first()
    return known or whose.objects.get(pk=_row(whose, home, started=started))


def _entry(home: House, *, started: datetime) -> Ref:
    Leaf.objects.update(at=instant_text(started))
    return home.controller.ref


def _sealed(kind: Kind, home: House, *, started: datetime) -> Ref:
    ref_of = home.controller.ref
    epoch = vault.due_epoch(ref_of, kind.sealed, date(9999, 1, 1))
    [sealed] = vault.seal_group([ToSeal(audio=speech("good morning"), epoch=epoch)], at=started)
    vault.register([sealed], controller_ref=ref_of, at=started)
    _row(
        Item,
        home,
        started=started,
        ref=sealed.ref,
        activity=kind.sealed,
        start_event=next(iter(kind.starts)),
        epoch=epoch,
        state="kept",
        floor_until=None,
        disposal=None,
    )
    if kind is KINDS["quarantined"]:
        _row(Quarantined, home, started=started, item_ref=sealed.ref, epoch=epoch, state="rejected")
    return sealed.ref


def hold_on(ref: Ref, home: House, *, placed: datetime, review_on: date) -> Hold:
    """A hold for a complaint, with an end of its own that nobody may believe."""
    hold = Hold.objects.create(
        controller_ref=home.controller.ref,
        reason="complaint",
        case="KLG-1",
        owner_ref=new_ref(),
        policy_id=home.policy.policy_id,
        start_event="hold.placed",
        epoch="h/x",
        placed_at=placed,
        placed_by="tests",
        review_on=review_on,
        ends_at=datetime(9999, 1, 1, tzinfo=UTC),
        state="placed",
    )
    HeldItem.objects.create(hold=hold, item_ref=ref)
    return hold
