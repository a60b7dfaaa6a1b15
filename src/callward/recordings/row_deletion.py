"""The rows of destroyed recordings go, then whatever nothing else needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.calls.services import delete_calls
from callward.recordings.models import Playback, Recording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.kernel.references import Ref

_REFS_IN_ONE_QUERY = 10_000


def delete_recordings(refs: Sequence[Ref]) -> int:
    """Remove recordings and playbacks, then calls without any, then numbers without calls."""
    removed = 0
    for start in range(0, len(refs), _REFS_IN_ONE_QUERY):
        removed += _delete_group(refs[start : start + _REFS_IN_ONE_QUERY])
    return removed


def _delete_group(refs: Sequence[Ref]) -> int:
    with transaction.atomic():
        doomed = Recording.objects.filter(ref__in=refs)
        calls = set(doomed.values_list("call_ref", flat=True))
        Playback.objects.filter(recording_id__in=refs).delete()
        removed, _ = doomed.delete()
        kept = Recording.objects.filter(call_ref__in=calls).values_list("call_ref", flat=True)
        delete_calls(sorted(calls - set(kept)))
    return removed
