"""A revision says per rule what it does to what is kept, and the dates agree with what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from build.policies import ABSENT, SAMPLES, sample_toml, varied
from callward.kernel.calendar import cap_due, parse_period, zone_named
from callward.policy import load
from callward.policy.change import Effect, changes_between, sentence_of
from callward.policy.change_effects import Difference, effect_of

REC = "activity.call-recording"
METERS = load(sample_toml("smart-metering"))
BUCHAREST = zone_named("Europe/Bucharest")
P5Y = {"kind": "cap", "period": "P5Y", "start": "call.initiated", "destroy": "crypto-shred"}


def changes_of(name, changes):
    return {
        (
            change.rule,
            "lost" if change.after is None else "came" if change.before is None else "",
        ): change.effect
        for change in changes_between(load(sample_toml(name)), varied(name, changes))
    }


@pytest.mark.parametrize(
    ("changes", "rule", "way", "effect"),
    [
        # caps: shorter at once, longer only for what comes, else the earlier of both
        ({f"{REC}.retain.period": "P3M"}, f"{REC}.retain", "", Effect.NEARER_AT_ONCE),
        ({f"{REC}.retain.period": "P9M"}, f"{REC}.retain", "", Effect.OLD_DATE_STAYS),
        ({f"{REC}.retain.period": "P183D"}, f"{REC}.retain", "", Effect.EARLIER_COUNTS),
        ({f"{REC}.retain.start": "contract.ended"}, f"{REC}.retain", "", Effect.EARLIER_COUNTS),
        ({f"{REC}.retain.destroy": "row-deletion"}, f"{REC}.retain", "", Effect.FROM_THE_DAY),
        ({f"{REC}.retain": ABSENT}, f"{REC}.retain", "lost", Effect.OLD_DATE_STAYS),
        ({f"{REC}.retain.period": ABSENT}, f"{REC}.retain", "", Effect.OLD_DATE_STAYS),
        ({f"{REC}.retain.period": "endless"}, f"{REC}.retain", "", Effect.OLD_DATE_STAYS),
        ({"backup.data.period": "P7D"}, "backup.data", "", Effect.NEARER_AT_ONCE),
        ({"record.audit.retain.period": "P9Y"}, "record.audit.retain", "", Effect.OLD_DATE_STAYS),
        ({f"{REC}.intake.raw.period": "P1D"}, f"{REC}.intake.raw", "", Effect.NEARER_AT_ONCE),
        (
            {"record.chat": {"retain": P5Y}},
            "record.chat",
            "came",
            Effect.NEARER_AT_ONCE,
        ),
        # floors and holds
        (
            {f"{REC}.floor": {"kind": "floor", "period": "P1M", "start": "call.initiated"}},
            f"{REC}.floor",
            "came",
            Effect.LAW_REACHES_ALL,
        ),
        ({f"{REC}.hold.0.max": "P1Y"}, f"{REC}.hold.complaint", "", Effect.NEXT_HOLDS),
        # narrower at once, wider only for what comes
        ({f"{REC}.access.roles": []}, f"{REC}.access.roles", "lost", Effect.AT_ONCE),
        (
            {f"{REC}.access.roles": ["call-reviewer", "dpo"]},
            f"{REC}.access.roles",
            "came",
            Effect.ONLY_NEW,
        ),
        ({f"{REC}.access.needs": []}, f"{REC}.access.needs", "lost", Effect.ONLY_NEW),
        ({f"{REC}.locate.regions": ["RO"]}, f"{REC}.locate.regions", "lost", Effect.AT_ONCE),
        ({f"{REC}.numbers": ["+442079460201"]}, f"{REC}.numbers", "came", Effect.AT_ONCE),
        ({f"{REC}.directions": ["in"]}, f"{REC}.directions", "lost", Effect.AT_ONCE),
        ({f"{REC}.categories": ["voice"]}, f"{REC}.categories", "lost", Effect.NO_MORE),
        (
            {f"{REC}.release.to": ["subject", "authority", "incident-party"]},
            f"{REC}.release.to",
            "came",
            Effect.ONLY_NEW,
        ),
        ({f"{REC}.release.to": ["authority"]}, f"{REC}.release.to", "lost", Effect.WITH_CONSENT),
        ({f"{REC}.release.to": ["subject"]}, f"{REC}.release.to", "lost", Effect.AT_ONCE),
        (
            {f"{REC}.release.other_voices": "veto"},
            f"{REC}.release.other_voices",
            "",
            Effect.WITH_CONSENT,
        ),
        (
            {f"{REC}.release.other_voices": "consent-or-mask"},
            f"{REC}.release.other_voices",
            "",
            Effect.AT_ONCE,
        ),
        ({f"{REC}.unrecorded": ["post"]}, f"{REC}.unrecorded", "lost", Effect.FROM_THE_DAY),
        # purposes, bases, categories, recipients, activities
        ({"purpose.quality.basis": "A6-1-f"}, "purpose.quality.basis", "", Effect.NOT_FOR_KEPT),
        ({"purpose.proof.basis": "A6-1-b"}, "purpose.proof.basis", "", Effect.ONLY_NEW),
        ({"purpose.new": {"dpv": "dpv:CustomerCare"}}, "purpose.new", "came", Effect.ONLY_NEW),
        ({"purpose.proof": ABSENT}, "purpose.proof", "lost", Effect.AT_ONCE),
        ({"category.note": ABSENT}, "category.note", "lost", Effect.NO_MORE),
        ({"activity.site-log": ABSENT}, "activity.site-log", "lost", Effect.NO_MORE),
        ({"recipient.0.id": "somebody"}, "recipient.somebody", "came", Effect.ONLY_NEW),
        ({"recipient.0.id": "somebody"}, "recipient.telephony-carrier", "lost", Effect.AT_ONCE),
        ({"recipient.0.country": "BG"}, "recipient.telephony-carrier.country", "", Effect.ONLY_NEW),
        # rights
        ({"rights.all": ["A15", "A77"]}, "rights.all", "lost", Effect.WITH_CONSENT),
        ({"rights.channels": ["post"]}, "rights.channels", "lost", Effect.WITH_CONSENT),
        ({"rights.answer": "P10D"}, "rights.answer", "", Effect.AT_ONCE),
        ({"rights.answer": "P31D"}, "rights.answer", "", Effect.WITH_CONSENT),
        ({"rights.extend": "P2M"}, "rights.extend", "", Effect.WITH_CONSENT),
        # the rest touches nothing that is kept
        ({"controller.brand": "Alt Contor"}, "controller.brand", "", Effect.FROM_THE_DAY),
        ({"languages": ["en", "ro"]}, "languages", "", Effect.FROM_THE_DAY),
    ],
)
@pytest.mark.req("D-07")
def test_each_kind_of_change_has_its_effect(changes, rule, way, effect):
    assert changes_of("smart-metering", changes)[rule, way] is effect


def test_a_right_or_a_channel_that_is_added_holds_at_once():
    found = changes_of(
        "web-shop", {"rights.all": ["A13", "A15", "A16", "A17", "A18", "A20", "A21", "A22", "A77"]}
    )
    assert found == {("rights.all", "came"): Effect.AT_ONCE}


def test_numbers_that_are_no_longer_listed_widen_the_recording():
    found = changes_of("web-shop", {f"{REC}.numbers": ABSENT})
    assert found == {(f"{REC}.numbers", "lost"): Effect.ONLY_NEW}


def test_a_recording_that_is_given_up_leaves_what_is_kept_its_date():
    found = changes_of("smart-metering", {REC: ABSENT})
    assert found == {(REC, "lost"): Effect.NO_MORE}


def test_a_set_that_lost_and_gained_is_told_apart():
    changes = changes_between(METERS, varied("smart-metering", {f"{REC}.access.roles": ["agent"]}))
    told = [(change.before, change.after, change.effect) for change in changes]
    assert told == [
        (["call-reviewer"], None, Effect.AT_ONCE),
        (None, ["agent"], Effect.ONLY_NEW),
    ]


def test_rows_are_named_by_what_they_are_and_not_by_their_place():
    sites = [{"name": "One", "url": "https://one.example"}] * 2
    told = changes_between(
        varied("smart-metering", {"controller.site": sites[:1]}),
        varied("smart-metering", {"controller.site": sites}),
    )
    assert [change.rule for change in told] == ["controller.site.One-2"]
    remark = {"language": "en", "text": "said"}
    told = changes_between(
        varied("smart-metering", {"remark": [remark]}),
        varied("smart-metering", {"remark": [remark, {**remark, "text": "also"}]}),
    )
    assert [change.rule for change in told] == ["remark.row-2"]


def test_a_row_is_found_by_its_number_on_either_side():
    holds = [
        {"reason": reason, "from": "hold.placed", "max": "P1Y", "review": "P6M"}
        for reason in ("authority", "complaint")
    ]
    told = {
        change.rule: (change.place_before, change.place_after)
        for change in changes_between(METERS, varied("smart-metering", {f"{REC}.hold": holds}))
    }
    assert told[f"{REC}.hold.complaint"] == (f"{REC}.hold.0", f"{REC}.hold.1")
    assert told[f"{REC}.hold.legal-claim"] == (f"{REC}.hold.1", f"{REC}.hold.legal-claim")


def test_version_and_day_of_effect_are_no_rules():
    other = varied("smart-metering", {"version": "2027.1", "effective": "2027-01-01"})
    assert changes_between(METERS, other) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({f"{REC}.retain.period": "P9M"}, True),
        ({f"{REC}.access.roles": ["call-reviewer", "dpo"]}, True),
        ({"purpose.quality.basis": "A6-1-f"}, True),
        ({"rights.answer": "P31D"}, True),
        ({f"{REC}.retain.period": "P3M"}, False),
        ({f"{REC}.locate.regions": ["RO"]}, False),
        ({"controller.brand": "Alt Contor"}, False),
    ],
)
def test_people_are_told_before_what_is_new_or_less(changes, told):
    (change,) = changes_between(METERS, varied("smart-metering", changes))
    assert change.needs_notice is told


def test_a_house_that_begins_to_say_which_numbers_narrows_itself():
    told = changes_of("smart-metering", {f"{REC}.numbers": ["+442079460201"]})
    assert told == {(f"{REC}.numbers", "came"): Effect.AT_ONCE}


def test_every_effect_has_its_sentence():
    assert len({sentence_of(effect) for effect in Effect}) == len(Effect)


@pytest.mark.parametrize("before", SAMPLES)
@pytest.mark.parametrize("after", SAMPLES)
def test_both_ways_name_the_same_rules_and_nothing_changes_into_itself(before, after):
    old, new = load(sample_toml(before)), load(sample_toml(after))
    there, back = changes_between(old, new), changes_between(new, old)
    assert [change.rule for change in there] == [change.rule for change in back]
    assert (there == ()) is (before == after)
    assert all(change.topic and change.sentence for change in there)
    assert {change.topic for change in there} <= {change.topic for change in back}


periods = st.builds("P{}{}".format, st.integers(1, 40), st.sampled_from("DMY")) | st.builds(
    "P{}M{}D".format, st.integers(1, 24), st.integers(1, 40)
)
starts = st.integers(0, 5 * 365 * 24).map(
    lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)


@pytest.mark.req("D-07")
@settings(deadline=None, max_examples=150)
@given(before=periods, after=periods, called=st.lists(starts, min_size=3, max_size=12))
def test_what_a_change_of_a_cap_says_is_true_of_every_date(before, after, called):
    effect = effect_of(
        Difference(
            path=("activity", "call-recording", "retain"),
            before={**P5Y, "period": before},
            after={**P5Y, "period": after},
        )
    )
    for start in called:
        old, new = (
            cap_due(start, parse_period(period), zone=BUCHAREST) for period in (before, after)
        )
        if effect is Effect.NEARER_AT_ONCE:
            assert new <= old
        elif effect is Effect.OLD_DATE_STAYS:
            assert new >= old
        else:
            assert effect is Effect.EARLIER_COUNTS or old == new
