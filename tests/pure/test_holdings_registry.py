"""Every package that keeps something about people answers for it, once."""

from __future__ import annotations

import pytest

from callward import holdings
from callward.holdings import declarations, registry
from callward.kernel import clock
from callward.kernel.references import new_ref


class Keeper(holdings.Holder):
    def __init__(self, name: str, kept: int = 0) -> None:
        self.name = name
        self.kept = kept

    def destroy(self, refs, *, at):
        return self.kept


class OtherKeeper(Keeper):
    pass


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch):
    holdings.holders()  # those that wait to be loaded belong to the real list
    monkeypatch.setattr(registry, "_holders", {})


def test_higher_rooms_destroy_before_the_lower_ones_they_refer_to():
    for name in ("subjects", "calls", "recordings"):
        holdings.register(Keeper(name))
    assert [each.name for each in holdings.holders()] == ["recordings", "calls", "subjects"]


def test_destroying_everywhere_asks_every_holder():
    holdings.register(Keeper("calls", kept=2))
    holdings.register(Keeper("intake", kept=0))
    counted = holdings.destroy_everywhere([new_ref()], at=clock.now())
    assert counted == {"calls": 2, "intake": 0}


def test_a_name_stands_for_one_holder_only():
    holdings.register(Keeper("calls"))
    later = Keeper("calls")
    holdings.register(later)
    assert holdings.holders() == (later,)
    with pytest.raises(holdings.HolderTwiceError):
        holdings.register(OtherKeeper("calls"))


def test_a_model_declares_its_personal_fields_also_when_it_has_none(monkeypatch):
    class Kept:
        pass

    monkeypatch.setattr(declarations, "DECLARED", {})
    declared = holdings.holds(number=holdings.DataCategory.PHONE_NUMBER)(Kept)
    assert declared is Kept
    assert declarations.DECLARED[Kept] == {"number": holdings.DataCategory.PHONE_NUMBER}
    assert not holdings.DataCategory.PHONE_NUMBER.of_staff
    assert holdings.DataCategory.STAFF_NAME.of_staff
