"""A notice and its policy as JSON-LD in the words of the Data Privacy Vocabulary.

The record of processing activities (Art. 30) is the same graph.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from callward.policy.tables import ACTIVITY_TERMS, CATEGORY_TERMS, CW_TERMS, PURPOSE_TERMS
from callward.policy.vocabulary import Article9, Basis, RecipientRole, RetentionKind, Right
from callward.texts.errors import UnknownTermError
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.canonical import JsonValue
    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity, Retain
    from callward.texts.notice import Notice

_CONTEXT: dict[str, JsonValue] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "cw": "https://callward.example/ns#",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The ids of DPV 2.3 that this module writes beside those of the policy's own tables.
WRITTEN_IDS = _words("""
    dpv:PrivacyNotice dpv:LayeredNotice dpv:PostedNotice dpv:Process dpv:DataController
    dpv:DataProtectionOfficer dpv:DataProcessor dpv:Recipient dpv:JointDataControllers
    dpv:StorageDuration dpv:TemporalDuration
    dpv:hasProcess dpv:hasProcessing dpv:hasPurpose dpv:hasPersonalData dpv:hasLegalBasis
    dpv:hasDataController dpv:hasDataProtectionOfficer dpv:hasRecipient
    dpv:hasStorageCondition dpv:hasDuration dpv:hasLocation dpv:hasRight dpv:hasIdentifier
""")
_KINDS = {NoticeKind.SHORT: "dpv:LayeredNotice", NoticeKind.POSTER: "dpv:PostedNotice"}
_ROLES = {
    RecipientRole.PROCESSOR: "dpv:DataProcessor",
    RecipientRole.JOINT_CONTROLLER: "dpv:JointDataControllers",
}
_LIMITS = {
    RetentionKind.CAP: "cw:Cap",
    RetentionKind.FLOOR: "cw:Floor",
    RetentionKind.DEADLINE: "cw:Deadline",
}
_RIGHTS = {Right.WITHDRAWAL: "eu-gdpr:A7-3"}


def as_jsonld(notice: Notice, *, policy: Policy) -> bytes:
    """The notice, and everything that its policy does, as one graph."""
    graph: dict[str, JsonValue] = {
        "@context": _CONTEXT,
        "@id": f"urn:sha256:{notice.sha256}",
        "@type": _KINDS.get(notice.kind, "dpv:PrivacyNotice"),
        "dct:title": {"@value": notice.title, "@language": notice.language},
        "dct:issued": notice.effective.isoformat(),
        "dct:hasVersion": notice.version,
        "dpv:hasIdentifier": notice.policy_id,
        "dpv:hasDataController": _controller(policy),
        "dpv:hasRight": [_right(right) for right in Right if right in policy.rights.all],
        "dpv:hasProcess": [
            _activity(policy, name, policy.activity[name]) for name in sorted(policy.activity)
        ],
        "cw:definitions": _definitions(policy),
    }
    return (json.dumps(graph, ensure_ascii=False, indent=1) + "\n").encode()


def _controller(policy: Policy) -> JsonValue:
    controller: dict[str, JsonValue] = {
        "@type": "dpv:DataController",
        "rdfs:label": policy.controller.legal_name,
        "dpv:hasLocation": {"@id": f"loc:{policy.controller.country}"},
    }
    if policy.dpo:
        contacts = (policy.dpo.email, policy.dpo.phone, policy.dpo.post)
        controller["dpv:hasDataProtectionOfficer"] = {
            "@type": "dpv:DataProtectionOfficer",
            "dpv:hasIdentifier": [contact for contact in contacts if contact],
        }
    return controller


def _right(right: Right) -> JsonValue:
    return {"@id": _RIGHTS.get(right, f"eu-gdpr:{right}")}


def _activity(policy: Policy, name: str, activity: Activity) -> JsonValue:
    rule = f"activity.{name}"
    purposes = [policy.purpose[each] for each in sorted(activity.purposes)]
    categories = [policy.category[each] for each in sorted(activity.categories)]
    bases = [purpose.basis for purpose in purposes]
    return {
        "@id": f"cw:activity-{name}",
        "@type": "dpv:Process",
        "dpv:hasProcessing": _known(activity.dpv, ACTIVITY_TERMS, rule),
        "dpv:hasPersonalData": [_known(each.dpv, CATEGORY_TERMS, rule) for each in categories],
        "dpv:hasPurpose": [_known(each.dpv, PURPOSE_TERMS, rule) for each in purposes],
        "dpv:hasLegalBasis": _bases([basis for basis in bases if basis], activity.art9),
        "dpv:hasStorageCondition": list(_kept(activity)),
        "dpv:hasLocation": [{"@id": f"loc:{region}"} for region in _regions(activity)],
        "dpv:hasRecipient": list(_recipients(policy, name)),
    }


def _known(term: str, table: frozenset[str], rule: str) -> JsonValue:
    if term not in table:
        raise UnknownTermError(term=term, key=rule)
    return {"@id": term}


def _bases(found: list[Basis], special: Article9 | None) -> JsonValue:
    ids = [f"eu-gdpr:{basis}" for basis in Basis if basis in found]
    return [{"@id": basis} for basis in (*ids, *([f"eu-gdpr:{special}"] if special else []))]


def _regions(activity: Activity) -> list[str]:
    return sorted(activity.locate.regions) if activity.locate else []


def _kept(activity: Activity) -> Iterator[JsonValue]:
    for retain in (activity.retain, activity.floor):
        if retain and retain.kind:
            yield _duration(retain)


def _duration(retain: Retain) -> JsonValue:
    kind = _LIMITS[retain.kind] if retain.kind else "dpv:StorageDuration"
    return {
        "@type": ["dpv:StorageDuration", kind],
        "dpv:hasDuration": {"@type": "dpv:TemporalDuration", "rdfs:label": retain.period},
        "cw:StartEvent": str(retain.start) if retain.start else None,
    }


def _recipients(policy: Policy, activity: str) -> Iterator[JsonValue]:
    for recipient in policy.recipient:
        if recipient.activity == activity:
            yield {
                "@type": _ROLES.get(recipient.role, "dpv:Recipient"),
                "rdfs:label": recipient.name or recipient.id,
                "dpv:hasLocation": {"@id": f"loc:{recipient.country}"},
            }


def _definitions(policy: Policy) -> JsonValue:
    used = {
        *(each.dpv for each in policy.purpose.values()),
        *(each.dpv for each in policy.category.values()),
        *(each.dpv for each in policy.activity.values()),
        *_LIMITS.values(),
    }
    # Our own words stand under words of DPV, so that a reader who knows only DPV understands.
    return [
        {"@id": term, "rdfs:subClassOf": {"@id": CW_TERMS[term]}}
        for term in sorted(used)
        if term in CW_TERMS
    ]
