"""A notice says what its policy says: all of it, nothing else, and each sentence by which rule."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from itertools import chain

import pytest

from build.policies import ABSENT, RECORDING_SAMPLES, SAMPLES, varied
from build.texts import (
    all_notices,
    leaves,
    notices_of,
    said,
    sample_policy,
    tree_of,
    with_other_leaf,
)
from callward.policy.canonical import canonical_bytes
from callward.policy.vocabulary import Basis
from callward.texts import LANGUAGES, as_json, kinds_of, render
from callward.texts.composer import LAW
from callward.texts.errors import (
    EmptySectionError,
    NoSuchNoticeError,
    UnknownTermError,
    UnsayableRuleError,
)
from callward.texts.states import NoticeKind, Probe, SentenceClass

RECORDING = "activity.call-recording"
CALLS = NoticeKind.CALL_RECORDING


def recording_notice(name, language="en", **changes):
    policy = varied(name, changes) if changes else sample_policy(name)
    return render(policy, kind=CALLS, language=language)


# -- every language says the same ---------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("D-06")
def test_every_language_has_the_same_sentences_by_the_same_rules(name):
    english = notices_of(name, "en")
    for language in LANGUAGES[1:]:
        for one, other in zip(english, notices_of(name, language), strict=True):
            assert [
                (each.id, each.rule, each.rule_hash, each.sentence_class, each.probe)
                for each in one.sentences
            ] == [
                (each.id, each.rule, each.rule_hash, each.sentence_class, each.probe)
                for each in other.sentences
            ]


def numbers_in(text):
    """The numbers of a sentence without the words around them, in no order."""
    return sorted(re.findall(r"\d+", text))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("D-06")
def test_a_sentence_has_the_same_numbers_in_every_language(name):
    # A contract of the first of a month is "1" in all four; only months are words.
    for row, notice in enumerate(notices_of(name, "en")):
        for language in LANGUAGES[1:]:
            other = said(notices_of(name, language)[row])
            odd = [
                each
                for each, text in said(notice).items()
                if numbers_in(text) != numbers_in(other[each])
            ]
            assert odd == []


def test_every_id_stands_once_in_a_notice():
    for notice in all_notices():
        ids = [each.id for each in notice.sentences]
        assert len(ids) == len(set(ids)), (notice.kind, notice.controller)


def test_no_slot_and_no_double_mark_is_left_in_a_notice():
    for notice in all_notices():
        for sentence in notice.sentences:
            assert not re.search(r"[{}|]|\.\.|  | \.| ,|None|nom\b", sentence.text), sentence


# -- by which rule --------------------------------------------------------------------------------


def part_of(tree, rule):
    for key in rule.split("."):
        tree = tree[int(key)] if isinstance(tree, list) else tree[key]
    return tree


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sentence_names_a_rule_of_the_policy_and_its_hash(name):
    tree = tree_of(sample_policy(name))
    for sentence in chain.from_iterable(each.sentences for each in notices_of(name, "en")):
        rule = sentence.rule
        part = rule if rule.startswith(LAW) else part_of(tree, rule)
        assert sentence.rule_hash == hashlib.sha256(canonical_bytes(part)).hexdigest()


@pytest.mark.parametrize("name", SAMPLES)
def test_proven_names_a_probe_and_attested_its_evidence_and_nothing_else_does(name):
    for sentence in chain.from_iterable(each.sentences for each in notices_of(name, "en")):
        kind = sentence.sentence_class
        assert (sentence.probe is not None) == (kind is SentenceClass.PROVEN)
        assert bool(sentence.evidence) == (kind is SentenceClass.ATTESTED)


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_seven_of_ten_sentences_about_recording_are_proven(name):
    sentences = recording_notice(name).sentences
    proven = [each for each in sentences if each.sentence_class is SentenceClass.PROVEN]
    assert len(proven) / len(sentences) >= 0.7


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_what_no_program_sees_is_not_called_proven(name):
    kinds = {each.id: each.sentence_class for each in recording_notice(name).sentences}
    for each in ("place.recordings", "release.to", "release.voices.mask"):
        assert kinds[each] is SentenceClass.ATTESTED
    assert kinds["changes.announced-before"] is SentenceClass.ATTESTED
    assert kinds["place.set-up"] is SentenceClass.PROVEN


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
@pytest.mark.req("G-12")
def test_copies_of_keys_in_backups_are_said_where_recordings_end(name):
    backup = {"backup.keys.period": "P9D"}
    for kind in (CALLS, NoticeKind.STAFF, NoticeKind.SHORT):
        texts = said(render(varied(name, backup), kind=kind, language="en"))
        assert "in our system" in texts["kept.unreadable"]
        assert "9 days later" in texts["kept.unreadable-backups"]


def test_nearly_every_probe_stands_behind_a_sentence():
    used = {each.probe for notice in all_notices() for each in notice.sentences}
    assert set(Probe) - used == set()


# -- one number, every place ----------------------------------------------------------------------

# What a person cannot feel: how files are checked on their way in.
NOT_PRINTED = {"max_bytes", "length_tolerance"}


def shape(path):
    """The leaf without the names that a policy chooses."""
    return tuple("*" if isinstance(each, int) else each for each in path)


def chosen_leaves():
    """Every leaf of every sample, once for each shape of its path."""
    seen, chosen = set(), []
    for name in SAMPLES:
        for path in leaves(tree_of(sample_policy(name))):
            if shape(path) not in seen:
                seen.add(shape(path))
                chosen.append(pytest.param(name, path, id=f"{name}:{'.'.join(map(str, path))}"))
    return chosen


def kinds_about(name, path):
    """The notices with a sentence whose rule holds this leaf or lies within it."""
    leaf = ".".join(map(str, path))
    shortest_first = sorted(notices_of(name, "en"), key=lambda each: len(each.sentences))
    found = [
        notice.kind
        for notice in shortest_first
        if any(
            f"{leaf}.".startswith(f"{each.rule}.") or each.rule.startswith(leaf)
            for each in notice.sentences
        )
    ]
    return found or [notice.kind for notice in notices_of(name, "en")]


def asks_nobody(name):
    recording = sample_policy(name).activity["call-recording"]
    return all(way.consent == "none" for way in (recording.inbound, recording.outbound))


@pytest.mark.parametrize(("name", "path"), chosen_leaves())
@pytest.mark.req("D-06")
def test_changing_one_number_changes_every_language(name, path):
    changed = with_other_leaf(tree_of(sample_policy(name)), path)
    moved = dict.fromkeys(LANGUAGES, False)
    for kind in kinds_about(name, path):
        for language in LANGUAGES:
            before = next(each for each in notices_of(name, language) if each.kind is kind)
            after = render(changed, kind=kind, language=language)
            moved[language] |= said(before) != said(after) or before.version != after.version
        if any(moved.values()):
            break
    unprinted = path[-1] in NOT_PRINTED or (path[-1] == "agree" and asks_nobody(name))
    expected = path == ("effective",) or not unprinted
    assert moved == dict.fromkeys(LANGUAGES, expected)


@pytest.mark.req("D-06")
def test_a_number_changes_in_every_place_where_it_stands():
    before = recording_notice("smart-metering")
    after = recording_notice(
        "smart-metering", **{f"{RECORDING}.retain": _retain("P7M"), "version": "2026.3"}
    )
    places = [each.id for each in before.sentences if each.rule == f"{RECORDING}.retain"]
    changed = [each for each in places if said(before)[each] != said(after)[each]]
    assert changed == ["kept.recording"]
    policy = sample_policy("smart-metering")
    other = varied("smart-metering", {f"{RECORDING}.retain": _retain("P7M")})
    for kind in kinds_of(policy):
        for language in LANGUAGES:
            old = said(render(policy, kind=kind, language=language))
            new = said(render(other, kind=kind, language=language))
            assert ("kept.recording" in old) == (old != new)


def _retain(period):
    return {
        "kind": "cap",
        "period": period,
        "start": "call.initiated",
        "destroy": "crypto-shred",
    }


# -- nothing that is not in the file --------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("key", "gone"),
    [
        (f"{RECORDING}.pause", "stop.pause"),
        (f"{RECORDING}.officer_unrecorded", "told.officer-unrecorded"),
        (f"{RECORDING}.hold", "hold.complaint.item:call-recording"),
        ("transfers", "place.transfers.none"),
        ("controller.phone", "who.phone"),
        ("dpo.phone", "who.officer.phone"),
        ("record.consent", "record.consent.item"),
    ],
)
def test_what_is_taken_out_of_the_policy_is_gone_from_the_notice(key, gone, language):
    full = said(recording_notice("smart-metering", language))
    less = said(recording_notice("smart-metering", language, **{key: ABSENT}))
    assert gone in full
    assert gone not in less
    others = {each: text for each, text in full.items() if each != gone}
    assert all(others[each] == text for each, text in less.items() if each in others)


@pytest.mark.parametrize("name", ["dermatology-clinic", "voip-provider"])
def test_who_records_no_calls_has_no_recording_notice_and_says_so(name):
    policy = sample_policy(name)
    assert CALLS not in kinds_of(policy)
    assert NoticeKind.STAFF not in kinds_of(policy)
    with pytest.raises(NoSuchNoticeError):
        render(policy, kind=CALLS, language="en")
    site = render(policy, kind=NoticeKind.SITE, language="en")
    assert "calls.not-recorded" in said(site)


@pytest.mark.parametrize("announce", ["never", "after-identification"])
@pytest.mark.req("X-02")
def test_a_recorder_before_the_informed_event_can_not_be_said(announce):
    changes = {f"{RECORDING}.inbound.announce": announce}
    with pytest.raises(UnsayableRuleError):
        recording_notice("smart-metering", **changes)


@pytest.mark.req("L-08")
def test_a_veto_of_every_party_can_not_be_said():
    with pytest.raises(UnsayableRuleError):
        recording_notice("smart-metering", **{f"{RECORDING}.release.other_voices": "veto"})


@pytest.mark.req("I-10")
def test_keeping_without_end_can_not_be_said():
    with pytest.raises(UnsayableRuleError):
        recording_notice("smart-metering", **{f"{RECORDING}.retain.period": "endless"})


@pytest.mark.req("G-01")
def test_an_empty_list_of_other_ways_stops_the_notice():
    with pytest.raises(UnsayableRuleError):
        recording_notice("smart-metering", **{f"{RECORDING}.unrecorded": []})


@pytest.mark.req("G-05")
def test_an_empty_section_stops_the_notice():
    changes = {f"{RECORDING}.giving": ABSENT, f"{RECORDING}.if_not_given": ABSENT}
    with pytest.raises(EmptySectionError, match="giving"):
        recording_notice("smart-metering", **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"category.voice.dpv": "pd:Shoesize"},
        {"purpose.training.dpv": "dpv:MakeMoney"},
        {"purpose.complaints.interest": "because we like to"},
        {"purpose.claims-and-controls.law": "xx-1-2000"},
        {"jurisdiction": "SE"},
    ],
)
def test_a_term_without_words_stops_the_notice_by_name(changes):
    with pytest.raises(UnknownTermError):
        recording_notice("smart-metering", **changes)


def test_an_activity_without_words_stops_the_site_notice_by_name():
    activity = tree_of(sample_policy("voip-provider"))["activity"]["fax"]
    policy = varied("voip-provider", {"activity.knitting": activity})
    with pytest.raises(UnknownTermError, match="knitting"):
        render(policy, kind=NoticeKind.SITE, language="en")


def test_going_on_is_never_called_consent():
    changes = {f"{RECORDING}.inbound.consent": "continued"}
    notice = recording_notice("smart-metering", **changes)
    asked = said(notice)["asked.inbound.continued"]
    assert "consent" not in asked
    assert "take this as your agreement" in asked


# -- the list of Article 13 -----------------------------------------------------------------------

ARTICLE_13 = {
    "1a controller": {"who.controller", "who.controller-and-brand"},
    "1b officer": {"who.officer.email", "who.officer.phone", "who.officer.post"},
    "1c purposes": {"purposes.listening"},
    "1e recipients": {"release.to"},
    "1f transfers": {"place.transfers.none", "place.transfers.with-safeguards"},
    "2a period": {"kept.recording"},
    "2b rights": {"rights.offered"},
    "2b objection": {"objection.any-time"},
    "2d complaint": {"rights.complaint-in-short"},
    "2e giving": {"giving.voluntary:call-recording"},
    "2e not given": {"not-given.goes-on-unrecorded-call"},
    "2f automated": {"automated.none"},
}


@pytest.mark.parametrize("item", ARTICLE_13)
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
@pytest.mark.req("L-29")
def test_the_recording_notice_has_every_item_of_article_13(name, item):
    assert ARTICLE_13[item] & said(recording_notice(name)).keys()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("L-03")
def test_every_purpose_is_named_with_one_basis_and_every_interest_with_its_balancing(name):
    policy = sample_policy(name)
    texts = chain.from_iterable(said(each).items() for each in notices_of(name, "en"))
    ids = dict(texts)
    for activity, rules in policy.activity.items():
        for purpose in rules.purposes:
            written = policy.purpose[purpose]
            if written.basis is Basis.LEGITIMATE_INTEREST:
                key = f"{activity}.{purpose}"
                found = [each for each in ids if each.endswith(f":{key}")]
                assert len(found) == 1
                assert written.balancing in ids[found[0]]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("G-16")
def test_the_site_notice_prints_every_period_for_papers_and_backups(name):
    policy = sample_policy(name)
    texts = said(render(policy, kind=NoticeKind.SITE, language="en"))
    assert {f"record.{kind}.item" for kind in policy.record} <= texts.keys()
    assert "kept.backups" in texts


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
@pytest.mark.req("G-10")
def test_staff_are_told_that_they_are_recorded_and_what_it_may_mean(name):
    texts = said(render(sample_policy(name), kind=NoticeKind.STAFF, language="en"))
    assert {"staff.recorded", "staff.purposes", "kept.recording", "rights.offered"} <= texts.keys()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("G-11")
def test_people_others_speak_of_are_told_of_the_source(name):
    policy = sample_policy(name)
    texts = said(render(policy, kind=NoticeKind.OTHERS, language="en"))
    assert {"others.source", "others.basis", "others.rights"} <= texts.keys()


@pytest.mark.req("L-06")
@pytest.mark.req("S-19")
@pytest.mark.req("M-11")
def test_the_authority_comes_from_the_table_with_everything_to_reach_it():
    texts = said(render(sample_policy("web-shop"), kind=NoticeKind.SITE, language="lt"))
    assert texts["rights.complaint"].endswith("Valstybinė duomenų apsaugos inspekcija.")
    assert "ada@ada.lt" in texts["rights.authority.email.item"]
    assert "188607912" in texts["rights.authority.delivery.item"]


@pytest.mark.req("S-21")
@pytest.mark.req("K-35")
def test_the_recording_notice_points_to_the_notice_that_it_adds_to():
    texts = said(recording_notice("smart-metering"))
    site = next(
        each.url for each in sample_policy("smart-metering").document if "site" in each.subjects
    )
    assert site.removeprefix("https://") in texts["who.other-notice"]


def test_what_is_only_deleted_is_not_called_destroyed():
    changes = {f"{RECORDING}.retain.destroy": "row-deletion"}
    texts = said(recording_notice("smart-metering", **changes))
    assert "kept.row-deletion" in texts
    assert "kept.crypto-shred" not in texts


@pytest.mark.req("X-05")
def test_two_copies_with_two_rules_are_stated_side_by_side():
    site = render(sample_policy("therapy-association"), kind=NoticeKind.SITE, language="en")
    texts = said(site)
    assert "1 day at most" in texts["uses.kept:booking-account"]
    assert "5 years at most" in texts["uses.kept:booking-sms"]


def test_a_remark_is_printed_apart_and_marked_as_unchecked():
    remark = [{"language": "ro", "text": "Vă mulțumim <pentru> încredere."}]
    notice = recording_notice("smart-metering", remark=remark)
    last = notice.sections[-1]
    assert last.id == "remarks"
    (sentence,) = last.sentences
    assert sentence.sentence_class is SentenceClass.REMARK
    assert (sentence.language, sentence.text) == ("ro", remark[0]["text"])


# -- the same bytes everywhere --------------------------------------------------------------------

PROGRAM = """
import hashlib, sys
from pathlib import Path
from callward.policy import load
from callward.texts import (LANGUAGES, as_html, as_json, as_jsonld, as_markdown, as_pdf,
                            kinds_of, prompt_texts, render)
whole = hashlib.sha256()
for file in sorted(Path(sys.argv[1]).glob("s*.toml")):
    policy = load(file.read_bytes())
    for language in LANGUAGES:
        for key, text in prompt_texts(policy, language).items():
            whole.update(f"{key}={text}".encode())
        for kind in kinds_of(policy):
            notice = render(policy, kind=kind, language=language)
            for form in (as_html, as_json, as_markdown):
                whole.update(form(notice))
            whole.update(as_jsonld(notice, policy=policy))
    whole.update(as_pdf(render(policy, kind=kinds_of(policy)[-1], language="bg")))
print(whole.hexdigest())
"""


@pytest.mark.slow
@pytest.mark.req("D-06")
def test_two_machines_write_the_same_bytes():
    policies = os.path.join(os.path.dirname(__file__), "..", "..", "policies")  # noqa: PTH118, PTH120  # handed to another program
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, policies],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "LANG": tongue,
                "LC_ALL": tongue,
            },
            stdout=subprocess.PIPE,
        )
        for seed, zone, tongue in (("1", "Asia/Tokyo", "C"), ("4242", "America/Lima", "C.UTF-8"))
    ]
    digests = [each.communicate(timeout=60)[0] for each in started]
    assert digests[0] == digests[1] != b""


def test_the_fingerprint_is_that_of_the_content_and_stands_in_it():
    notice = recording_notice("web-shop", "lt")
    whole = json.loads(as_json(notice))
    fingerprint = whole.pop("sha256")
    assert fingerprint == notice.sha256
    assert fingerprint == hashlib.sha256(canonical_bytes(whole)).hexdigest()
    assert notice.sha256 != recording_notice("web-shop", "en").sha256
