"""What a probe is given to look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from callward.controllers import selectors as controllers
from callward.promises import ports
from callward.promises.probe_context import ProbeContext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from callward.kernel.references import Ref

_REVISIONS = """
SELECT policy_id, canonical FROM controllers_policyrevision
WHERE controller_id = %(controller)s AND in_force_from <= %(at)s ORDER BY number
"""


def glance(controller_ref: Ref, *, at: datetime) -> ProbeContext | None:
    """One controller with its policies as written; None before its first one is in force."""
    view = controllers.controller(controller_ref)
    empty = ProbeContext(
        controller_ref=controller_ref,
        slug=view.slug,
        at=at,
        policy_id="",
        documents={},
        world=ports.world.get(),
    )
    documents = {
        str(policy_id): json.loads(bytes(cast("bytes", canonical)))
        for policy_id, canonical in empty.rows(_REVISIONS)
    }
    if not documents:
        return None
    return ProbeContext(
        controller_ref=controller_ref,
        slug=view.slug,
        at=at,
        policy_id=list(documents)[-1],
        documents=documents,
        world=empty.world,
    )


def glances(*, at: datetime) -> Iterator[ProbeContext]:
    """Every controller whose policy is in force."""
    for view in controllers.controllers():
        found = glance(view.ref, at=at)
        if found is not None:
            yield found
