"""What a probe is given to look at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from callward.controllers import selectors as controllers
from callward.promises import ports
from callward.promises.ends import Revision
from callward.promises.probe_context import ProbeContext, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.promises.probe_context import Row

_REVISIONS = """
SELECT policy_id, in_force_from, canonical FROM controllers_policyrevision
WHERE controller_id = %(controller)s AND in_force_from <= %(at)s ORDER BY number
"""


def glance(controller_ref: Ref, *, at: datetime) -> ProbeContext | None:
    """One controller with its policies as written; None before its first one is in force."""
    empty = ProbeContext(
        controller_ref=controller_ref,
        slug=controllers.controller(controller_ref).slug,
        at=at,
        policy_id="",
        documents={},
        revisions=(),
        world=ports.world.get(),
    )
    revisions = tuple(_revision(row) for row in empty.rows(_REVISIONS))
    if not revisions:
        return None
    return replace(
        empty,
        policy_id=revisions[-1].policy_id,
        documents={one.policy_id: one.document for one in revisions},
        revisions=revisions,
    )


def _revision(row: Row) -> Revision:
    policy_id, since, canonical = row
    document = json.loads(bytes(cast("bytes", canonical)))
    return Revision(policy_id=str(policy_id), since=instant(since), document=document)


def glances(*, at: datetime) -> Iterator[ProbeContext]:
    """Every controller whose policy is in force."""
    for view in controllers.controllers():
        found = glance(view.ref, at=at)
        if found is not None:
            yield found
