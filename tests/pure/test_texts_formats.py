"""A notice as Markdown, as a page, as JSON, as linked words and on paper is the same notice."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from build.policies import SAMPLES, varied
from build.texts import all_notices, notices_of, sample_policy
from callward.policy.tables import CW_TERMS, TERMS
from callward.texts import (
    LANGUAGES,
    as_html,
    as_json,
    as_jsonld,
    as_markdown,
    as_pdf,
    kinds_of,
    render,
)
from callward.texts.json_ld import WRITTEN_IDS
from callward.texts.states import NoticeKind

VOID = {"meta", "br"}


class Page(HTMLParser):
    """A page read back: its elements well nested, its ids, its visible text."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.tags, self.text, self.lang = [], [], [], [], None
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.lang = facts["lang"]
        if "id" in facts:
            self.ids.append(facts["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_well_nested_and_has_every_sentence_under_its_id(name):
    for language in LANGUAGES:
        for notice in notices_of(name, language):
            page = Page(as_html(notice).decode())
            assert page.lang == language
            assert page.tags.count("h1") == 1
            assert page.tags.count("h2") == len(notice.sections) + 1
            assert len(page.ids) == len(set(page.ids))
            text = " ".join("".join(page.text).split())
            for sentence in notice.sentences:
                assert sentence.id in page.ids
                assert " ".join(sentence.text.split()) in text


def test_what_a_policy_names_cannot_break_out_of_a_page_or_of_markdown():
    evil = '<script>alert(1)</script> & "Sons" [x](y) `z` *b*'
    policy = varied("smart-metering", {"controller.brand": evil, "controller.post": evil})
    for kind in kinds_of(policy):
        notice = render(policy, kind=kind, language="ro")
        html, markdown = as_html(notice).decode(), as_markdown(notice).decode()
        assert "<script" not in html
        assert "<script" not in markdown.replace("\\<", "")
        assert "[x](y)" not in markdown
        Page(html)
    assert as_pdf(render(policy, kind=NoticeKind.POSTER, language="ro")).startswith(b"%PDF")


def test_markdown_has_headings_lists_and_every_sentence():
    for notice in all_notices():
        if notice.kind is not NoticeKind.SITE:
            continue
        text = re.sub(r"\\(.)", r"\1", as_markdown(notice).decode())
        assert text.startswith(f"# {notice.title}\n")
        for section in notice.sections:
            assert f"\n## {section.title}\n" in text
        for sentence in notice.sentences:
            mark = "- " if sentence.item else ""
            assert f"\n{mark}{sentence.text} " in text


@pytest.mark.req("D-06")
@pytest.mark.req("G-14")
def test_version_day_language_and_fingerprints_are_printed():
    for notice in all_notices():
        for form in (as_markdown, as_html):
            text = form(notice).decode()
            assert notice.version in text
            assert notice.policy_id in text
            assert f"sha256:{notice.sha256}" in text
            assert str(notice.effective.year) in text


def test_json_has_the_keys_that_readers_count_on():
    whole = json.loads(as_json(notices_of("web-shop", "lt")[0]))
    assert list(whole) == [
        "schema", "kind", "language", "controller", "legal_name", "policy_id", "version",
        "effective", "title", "sections", "sha256",
    ]  # fmt: skip
    assert list(whole["sections"][0]["sentences"][0]) == [
        "id", "text", "rule", "rule_hash", "class", "probe", "evidence", "item", "language",
    ]  # fmt: skip


def ids_in(value):
    """Every prefixed id of a graph: keys, types and @id values."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "@context":
                continue
            if ":" in key:
                yield key
            if key in {"@id", "@type"}:
                yield from each if isinstance(each, list) else [each]
            else:
                yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_linked_id_stands_in_a_vendored_table(name):
    policy = sample_policy(name)
    for notice in notices_of(name, "en"):
        graph = json.loads(as_jsonld(notice, policy=policy))
        prefixes = graph["@context"].keys()
        for each in ids_in(graph):
            prefix = each.split(":")[0]
            if prefix in {"dpv", "pd"}:
                assert each in TERMS | WRITTEN_IDS | set(CW_TERMS.values()), each
            elif prefix == "cw":
                own = each in CW_TERMS or each.startswith("cw:activity-")
                assert own or each == "cw:definitions", each
            else:
                assert prefix in {*prefixes, "urn"}, each
        assert graph["@id"] == f"urn:sha256:{notice.sha256}"
        assert len(graph["dpv:hasProcess"]) == len(policy.activity)


def test_every_own_term_of_a_graph_says_under_which_term_of_dpv_it_stands():
    policy = sample_policy("smart-metering")
    notice = notices_of("smart-metering", "en")[0]
    graph = json.loads(as_jsonld(notice, policy=policy))
    defined = {each["@id"] for each in graph["cw:definitions"]}
    used = {each for each in ids_in(graph["dpv:hasProcess"]) if each.startswith("cw:")}
    assert {each for each in used if each in CW_TERMS} - {"cw:StartEvent"} <= defined


@pytest.mark.req("I-18")
def test_the_poster_is_one_page_with_embedded_letters_of_every_language():
    policy = sample_policy("therapy-association")
    for language in LANGUAGES:
        notice = render(policy, kind=NoticeKind.POSTER, language=language)
        paper = as_pdf(notice)
        assert paper.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
        assert b"/FontFile" in paper
