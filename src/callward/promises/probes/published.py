"""Is what is published what the policy says, do its contacts answer, does it leave cookies?"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from callward import texts
from callward.policy import canonical_json, load, policy_id_of
from callward.promises import ports
from callward.promises.probe_context import Count, reference, table
from callward.promises.registry import CannotLookError, probes
from callward.texts.states import NoticeKind, Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy import Policy
    from callward.promises.probe_context import ProbeContext
    from callward.texts import Notice

_WEB = ("web", "account")


@probes(Probe.CONTACTS_ANSWER)
def contacts_answer(glance: ProbeContext) -> Count:
    """Every published mailbox takes mail and every published page opens (S-20)."""
    answers = [one for one in _asked(glance) if one is not None]
    if not answers:
        raise CannotLookError
    return Count(looked_at=len(answers), wrong=answers.count(False))


def _asked(glance: ProbeContext) -> Iterator[bool | None]:
    controller, reach = table(glance.document, "controller"), ports.reach.get()
    for holder in (controller, table(glance.document, "dpo")):
        if holder.get("email"):
            yield reach.mail(str(holder["email"]))
    for name in _WEB:
        if controller.get(name):
            yield reach.web(str(controller[name]))
    sites = controller.get("site") or []
    assert isinstance(sites, list)
    yield from (reach.web(str(one["url"])) for one in sites if isinstance(one, dict))


_IN_FORCE = """
SELECT ref, policy_id, source FROM notices_edition
WHERE controller_ref = %(controller)s AND state = 'published' AND published_at <= %(at)s
ORDER BY published_at DESC LIMIT 1
"""
_ARCHIVED = """
SELECT kind, language, format, content, sha256 FROM notices_document
WHERE edition_id = %(edition)s
"""


@probes(Probe.NOTICES_MATCH)
def notices_match(glance: ProbeContext) -> Count | None:
    """Every published notice is, byte for byte, what the policy in force says when written anew."""
    found = next(iter(glance.rows(_IN_FORCE)), None)
    if found is None:
        return None
    edition, policy_id, source = found
    written = bytes(cast("bytes", source))
    wrong = len({policy_id, glance.policy_id, policy_id_of(canonical_json(load(written)))}) - 1
    looked = 1
    archived = glance.rows(_ARCHIVED, edition=reference(edition))
    for kind, language, form, content, digest in archived:
        looked += 1
        kept = hashlib.sha256(bytes(cast("bytes", content))).hexdigest()
        wrong += len({kept, digest, _anew(written, str(kind), str(language), str(form))}) > 1
    return Count(looked_at=looked, wrong=wrong)


@lru_cache(maxsize=2048)  # the same program writes the same file the same way every time
def _anew(source: bytes, kind: str, language: str, form: str) -> str:
    """The digest of a notice written anew from the policy as it was published."""
    policy, notice = _notice(source, kind, language)
    if form == "jsonld":
        return hashlib.sha256(texts.as_jsonld(notice, policy=policy)).hexdigest()
    write = {"html": texts.as_html, "md": texts.as_markdown, "json": texts.as_json}
    return hashlib.sha256(write.get(form, texts.as_pdf)(notice)).hexdigest()


@lru_cache(maxsize=8)
def _notice(source: bytes, kind: str, language: str) -> tuple[Policy, Notice]:
    policy = load(source)
    return policy, texts.render(policy, kind=NoticeKind(kind), language=language)


@probes(Probe.COOKIES_DECLARED)
def cookies_declared(glance: ProbeContext) -> Count:
    """A first visit to the public pages gets no cookie but those declared as necessary (K-34)."""
    declared = {
        name.replace("-", "_")
        for name, rule in table(glance.document, "cookie").items()
        if isinstance(rule, dict) and rule.get("purpose") == "necessary"
    }
    given = [
        ports.visitor.get().cookies_of(page) for page in (f"/notices/{glance.slug}/", "/notices/")
    ]
    seen = [names for names in given if names is not None]
    if not seen:
        raise CannotLookError
    strange = [name for names in seen for name in names if name.replace("-", "_") not in declared]
    return Count(looked_at=len(seen), wrong=len(strange))
