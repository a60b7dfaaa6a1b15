"""Whatever somebody writes into a policy file, the answer is one clear error, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from build.policies import SAMPLES, sample_toml
from callward.policy import Policy, PolicyError, load
from callward.policy.errors import (
    PolicyForeignLetterError,
    PolicyLineTooLongError,
    PolicyMissingKeyError,
    PolicyNotTextError,
    PolicyNotTomlError,
    PolicyTooDeepError,
    PolicyTooLargeError,
    PolicyUnknownKeyError,
    PolicyUnknownValueError,
    PolicyWrongValueError,
)

THERAPY = sample_toml("therapy-association").decode()


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def refusal_of(text):
    with pytest.raises(PolicyError) as raised:
        load(text)
    return raised.value


def refusal_or_none(text):
    try:
        assert isinstance(load(text), Policy)
    except PolicyError as refusal:
        return refusal
    return None


EDITS = [
    # what stands, what somebody writes, which error, which key, what the mend says
    (
        "[activity.call-recording.access]\nroles",
        "[activity.call-recording.access]\nrole",
        PolicyUnknownKeyError,
        "activity.call-recording.access.role",
        "roles",
    ),
    ('brand = "T', 'brnad = "T', PolicyUnknownKeyError, "controller.brnad", "brand"),
    ("[dpo]", "[dpoo]", PolicyUnknownKeyError, "dpoo", "dpo"),
    (
        'retain = { kind = "cap", period = "P5Y", start = "call.initiated", destroy',
        'retain = { kind = "cap", period = "P5Y", start = "call.initiated", destory',
        PolicyUnknownKeyError,
        "activity.call-recording.retain.destory",
        "destroy",
    ),
    (
        'reason = "authority"',
        'reasn = "authority"',
        PolicyUnknownKeyError,
        "activity.call-recording.hold.1.reasn",
        "reason",
    ),
    (
        'basis = "A6-1-b"',
        'basis = "A6-1-z"',
        PolicyUnknownValueError,
        "purpose.bookings.basis",
        "A6-1-b",
    ),
    (
        'directions = ["in", "out"]',
        'directions = ["in", "sideways"]',
        PolicyUnknownValueError,
        "activity.call-recording.directions.1",
        "internal",
    ),
    (
        'schema = "callward-policy/1"',
        'schema = "callward-policy/9"',
        PolicyUnknownValueError,
        "schema",
        "callward-policy/1",
    ),
    (
        'legal_name = "Asociația Exemplu pentru Terapie"\n',
        "",
        PolicyMissingKeyError,
        "controller.legal_name",
        "Add it",
    ),
    (
        'period = "P5Y", start = "call.initiated"',
        'period = "5 years", start = "call.initiated"',
        PolicyWrongValueError,
        "activity.call-recording.retain.period",
        "docs/reference",
    ),
    (
        'period = "P5Y", start = "call.initiated"',
        'period = "P101Y", start = "call.initiated"',
        PolicyWrongValueError,
        "activity.call-recording.retain.period",
        "docs/reference",
    ),
    (
        'timezone = "Europe/Bucharest"',
        'timezone = "Europe/Atlantis"',
        PolicyWrongValueError,
        "timezone",
        "docs/reference",
    ),
    (
        'timezone = "Europe/Bucharest"',
        'timezone = "../../etc/passwd"',
        PolicyWrongValueError,
        "timezone",
        "docs/reference",
    ),
    (
        'financial_year_ends = "12-31"',
        'financial_year_ends = "31.12."',
        PolicyWrongValueError,
        "controller.financial_year_ends",
        "docs/reference",
    ),
    (
        "notice_days = 30",
        'notice_days = "30"',
        PolicyWrongValueError,
        "change.notice_days",
        "docs/reference",
    ),
    (
        "notice_days = 30",
        "notice_days = -1",
        PolicyWrongValueError,
        "change.notice_days",
        "docs/reference",
    ),
    (
        "notice_days = 30",
        "notice_days = 30.5",
        PolicyWrongValueError,
        "change.notice_days",
        "docs/reference",
    ),
    (
        "notice_days = 30",
        "notice_days = nan",
        PolicyWrongValueError,
        "change.notice_days",
        "docs/reference",
    ),
    (
        "notice_days = 30",
        "notice_days = true",
        PolicyWrongValueError,
        "change.notice_days",
        "docs/reference",
    ),
    (
        "effective = 2026-01-01",
        "effective = 2026-01-01T10:00:00Z",
        PolicyWrongValueError,
        "effective",
        "docs/reference",
    ),
    (
        "effective = 2026-01-01",
        "effective = 10:00:00",
        PolicyWrongValueError,
        "effective",
        "docs/reference",
    ),
    (
        "effective = 2026-01-01",
        'effective = "soon"',
        PolicyWrongValueError,
        "effective",
        "docs/reference",
    ),
    (
        'languages = ["ro", "en"]',
        "languages = []",
        PolicyWrongValueError,
        "languages",
        "docs/reference",
    ),
    (
        'languages = ["ro", "en"]',
        'languages = "ro"',
        PolicyWrongValueError,
        "languages",
        "docs/reference",
    ),
    (
        '[dpo]\nemail = "dpo@therapy.example"',
        '[dpo]\nemail = "dpo at example"',
        PolicyWrongValueError,
        "dpo.email",
        "docs/reference",
    ),
    (
        'legal_name = "A',
        'legal_name = "\\u202eA',
        PolicyWrongValueError,
        "controller.legal_name",
        "docs/reference",
    ),
    (
        'legal_name = "A',
        'legal_name = "\\u0000A',
        PolicyWrongValueError,
        "controller.legal_name",
        "docs/reference",
    ),
    ("[dpo]\nemail", '[dpo]\n"еmail"', PolicyForeignLetterError, "dpo.", "Latin"),
    ("[purpose.quality]", '[purpose."quаlity"]', PolicyForeignLetterError, "purpose.", "Latin"),
    (
        "[purpose.quality]",
        '[purpose."Quality!"]',
        PolicyWrongValueError,
        "purpose.Quality!",
        "docs/reference",
    ),
]


@pytest.mark.parametrize(("stands", "written", "error", "key", "mend"), EDITS)
def test_error_names_line_key_and_mend(stands, written, error, key, mend):
    assert stands in THERAPY
    text = THERAPY.replace(stands, written, 1)
    refusal = refusal_of(text)
    assert isinstance(refusal, error)
    assert refusal.key.startswith(key)
    assert mend in str(refusal)
    near = line_of(THERAPY, stands)
    assert (
        near - 2 <= refusal.line <= near + stands.count("\n") + 1 or error is PolicyMissingKeyError
    )


def test_key_of_the_second_row_of_a_list_is_found_on_its_own_line():
    text = THERAPY.replace('url = "https://children', 'ulr = "https://children', 1)
    refusal = refusal_of(text)
    assert refusal.key == "controller.site.1.ulr"
    assert refusal.line == line_of(text, "ulr =")


def test_key_under_a_table_of_a_row_is_found():
    text = THERAPY + '\n[[remark]]\nlanguage = "en"\n[remark.text]\nlong = "x"\n'
    assert refusal_of(text).line == line_of(text, "[remark.text]")


def test_text_between_long_quotes_is_not_taken_for_a_key():
    text = THERAPY + '\n[[remark]]\nlanguage = "en"\ntext = """\nnonsense = 1\n"""\nnonsense = 2\n'
    assert refusal_of(text).line == text.count("\n")


def test_every_problem_is_told_the_first_line_first():
    text = THERAPY.replace("brand", "brnad", 1).replace("[dpo]\nemail", "[dpo]\nemial", 1)
    refusal = refusal_of(text)
    assert refusal.key == "controller.brnad"
    assert [each.key for each in refusal.others] == ["dpo.emial"]


def test_value_of_the_file_is_never_repeated():
    text = THERAPY.replace("office@therapy.example", "not an address of Mara", 1)
    text = text.replace('basis = "A6-1-b"', 'basis = "Mara"', 1)
    refusal = refusal_of(text)
    assert "Mara" not in "".join(map(str, (refusal, *refusal.others)))


def test_bytes_with_a_mark_and_windows_line_ends_are_read():
    text = "\ufeff" + THERAPY.replace("\n", "\r\n")
    assert load(text.encode()) == load(THERAPY)


@pytest.mark.parametrize(
    ("stands", "written"),
    [("schema =", "schema_ ="), ('from = "hold.placed"', 'start = "hold.placed"')],
)
def test_key_has_one_name_only(stands, written):
    assert isinstance(refusal_of(THERAPY.replace(stands, written, 1)), PolicyUnknownKeyError)


@pytest.mark.parametrize(
    ("stands", "written", "rule"),
    [
        ('version = "2026.1"\n', "", "G-14"),
        ("effective = 2026-01-01\n", "", "G-14"),
        ('period = "P5Y"', 'period = "as long as needed"', "L-15"),
        ('start = "call.initiated"', 'start = "some day"', "X-21"),
        ('basis = "A6-1-b"', 'basis = "we may"', "L-35"),
        ('announce = "before-connect"', 'announce = "maybe"', "X-02"),
        ("[dpo]", '[authority]\nfax = "-"\n[dpo]', "L-07"),
        ("[dpo]", "[dpoo]", None),
    ],
)
def test_what_cannot_be_written_at_all_names_the_rule_it_would_break(stands, written, rule):
    assert stands in THERAPY
    assert refusal_of(THERAPY.replace(stands, written, 1)).rule == rule


HOSTILE = [
    ("#" * 262_145, PolicyTooLargeError),
    (b"\xff\xfe" + THERAPY.encode("utf-16"), PolicyNotTextError),
    ("x = " + "9" * 5000, PolicyLineTooLongError),
    ("x" + ".x" * 400 + " = 1", PolicyLineTooLongError),
    ("x = " + "[\n" * 2000 + "]\n" * 2000, PolicyTooDeepError),
    ("x = " + "[" * 300 + "]" * 300, PolicyTooDeepError),
    ("x = " + "{a = " * 20 + "1" + "}" * 20, PolicyTooDeepError),
    ("x = [" + ("1," * 490 + "\n") * 100 + "]", PolicyTooDeepError),
    (
        "".join(f"[purpose.p{row}]\na={{b=1}}\nc={{d=1}}\n" for row in range(1600)),
        PolicyTooDeepError,
    ),
    ("x = 1\nx = 2", PolicyNotTomlError),
    ("[a]\n[a]", PolicyNotTomlError),
    ("[[a]]\n[a]", PolicyNotTomlError),
    ("x = 2026-02-30", PolicyNotTomlError),
    ('x = "unfinished', PolicyNotTomlError),
    ('x = "\\ud800"', PolicyNotTomlError),
    ("x = \x00", PolicyNotTomlError),
    ("= 1", PolicyNotTomlError),
    ("[", PolicyNotTomlError),
    ("x = 0x" + "f" * 900, PolicyError),
    ("x = " + "9" * 900, PolicyError),
    ("schema = " + "9" * 900, PolicyError),
    ('"" = 1', PolicyError),
    ("'\x1b[31m' = 1", PolicyNotTomlError),
    ('"\\u001b[31m" = 1', PolicyUnknownKeyError),
    ("", PolicyMissingKeyError),
    ("\n" * 4_900, PolicyMissingKeyError),
    ("\n" * 100_000, PolicyTooLargeError),
    ("a.b.c = 1\n" * 2, PolicyNotTomlError),
    ("".join(f"[{'a.' * 30}b{row}]\n" for row in range(1500)), PolicyError),
    ("".join(f"k{row} = 1\n" for row in range(4_900)), PolicyUnknownKeyError),
    ("".join(f"[purpose.p{row}]\ndpv = 'dpv:Record'\n" for row in range(2000)), PolicyError),
    ("purpose = 1\nactivity = []\nlanguages = {}", PolicyError),
    (THERAPY + "\n[activity.call-recording.retain.period]\nx = 1", PolicyNotTomlError),
    (THERAPY + "\n[[dpo]]", PolicyNotTomlError),
]


@pytest.mark.parametrize(("text", "error"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_refused_within_a_second(text, error):
    began = time.process_time()
    refusal = refusal_of(text)
    assert time.process_time() - began < 1
    assert isinstance(refusal, error)
    assert "\x1b" not in str(refusal)
    assert len(str(refusal)) < 600


def broken_variants():
    """Two hundred and more ways to hurt a sample, the same ones every time."""
    lines = THERAPY.split("\n")
    told = [number for number, line in enumerate(lines) if " = " in line or line[:1] == "["]
    for step, number in enumerate(told[:220]):
        line = lines[number]
        hurt = [
            line.replace("=", "", 1),
            line.replace('"', "", 1),
            line.replace(" = ", "x = ", 1).replace("]", "x]", 1),
            line.split("=")[0] + "= []",
            line.split("=")[0] + "= 3.5",
            line + "\n" + line,
            line.replace("[", "[[", 1).replace("e", "е"),
        ][step % 7]
        yield "\n".join([*lines[:number], hurt, *lines[number + 1 :]])


def test_two_hundred_broken_policies_never_give_a_traceback():
    variants = list(broken_variants())
    refusals = [refusal for text in variants if (refusal := refusal_or_none(text))]
    assert len(variants) >= 200
    assert len(refusals) >= 150
    assert all(each.code.startswith("policy-") and "%(" not in str(each) for each in refusals)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_at_all_is_refused_by_name(text):
    with pytest.raises(PolicyError):
        load(text)


@settings(deadline=None, max_examples=60)
@given(name=st.sampled_from(SAMPLES), data=st.data())
def test_any_wrong_edit_of_a_sample_is_refused_by_name_or_read(name, data):
    text = sample_toml(name).decode()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.text(alphabet="\"=[]{}.,#\n'x1е-", max_size=6))
    refusal = refusal_or_none(text[:at] + put + text[at + cut :])
    assert refusal is None or str(refusal)
