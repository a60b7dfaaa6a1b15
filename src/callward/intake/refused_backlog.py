"""Recordings that come past due: never stored, counted, certified, deleted at the source (D-17)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.intake import keyed_digests
from callward.intake.models import WaitingFile
from callward.intake.states import IntakeEvent
from callward.retention import services as retention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.intake.arrivals import Candidate
    from callward.intake.context import IntakeContext
    from callward.kernel.references import Ref


def refuse(candidates: Sequence[Candidate], context: IntakeContext) -> Ref:
    """Certify that these were never stored, and remember it until their files are deleted."""
    marks = sorted(each.name_key or keyed_digests.fresh_key() for each in candidates)
    with transaction.atomic():
        certificate = retention.certify_refused_backlog(
            context.controller_ref,
            count=len(candidates),
            items_digest="sha256:" + hashlib.sha256(b"".join(marks)).hexdigest(),
            policy=context.policy,
            actor=context.actor,
            at=context.at,
        )
        audit.record(
            IntakeEvent.BACKLOG_REFUSED,
            item=certificate.ref,
            actor=context.actor,
            at=context.at,
            count=len(candidates),
        )
        _remember([each.name_key for each in candidates if each.name_key], context)
    return certificate.ref


def _remember(name_keys: Sequence[bytes], context: IntakeContext) -> None:
    WaitingFile.objects.bulk_create(
        [
            WaitingFile(
                controller_ref=context.controller_ref,
                name_key=name_key,
                first_seen_at=context.at,
                refused=True,
            )
            for name_key in name_keys
        ],
        update_conflicts=True,
        unique_fields=["controller_ref", "name_key"],
        update_fields=["refused"],
    )
