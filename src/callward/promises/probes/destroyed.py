"""Is what was destroyed really gone, and is there a proof for it?"""

from __future__ import annotations

import mmap
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref
from callward.promises.probe_context import Count, key_rows, reference
from callward.promises.registry import probes
from callward.retention import ports as retention
from callward.retention.services import verify_certificate
from callward.texts.states import Probe
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.promises.probe_context import ProbeContext

_PATIENCE = timedelta(minutes=15)
_MARKER = 16
_INTENTS_LOOKED_AT = 20
_ITEMS_ASKED_FOR = 100  # each costs a question to the store; every night it lists everything

_OPEN_TOO_LONG = """
SELECT count(*) FROM retention_disposal
WHERE controller_ref = %(controller)s AND state <> 'certified' AND intended_at < %(late)s
"""
_PROOFS = """
SELECT d.ref, c.document FROM retention_disposal d
LEFT JOIN retention_certificate c ON c.disposal_id = d.ref
WHERE d.controller_ref = %(controller)s AND d.state = 'certified'
"""
_DESTROYED = """
SELECT g.ref FROM retention_destroyeditem g JOIN retention_disposal d ON d.ref = g.disposal_id
WHERE d.controller_ref = %(controller)s
"""
_LATEST = _DESTROYED + "ORDER BY d.intended_at DESC LIMIT %(most)s"
_MARKERS = """
SELECT markers FROM vault_intent WHERE state = 'done' ORDER BY done_at DESC LIMIT %(most)s
"""
_RESIDUE = "SELECT count(*) FROM vault_intent WHERE state = 'done' AND residue_bytes > 0"


@probes(Probe.DESTRUCTION_CERTIFIED)
def destruction_certified(glance: ProbeContext) -> Count:
    """Every destruction has a certificate whose signature holds, and none is left half done."""
    key = retention.signer.get().public_key
    looked = wrong = 0
    for _ref, document in glance.rows(_PROOFS):
        looked += 1
        wrong += document is None or not _signed(bytes(cast("bytes", document)), key)
    late = glance.number(_OPEN_TOO_LONG, late=glance.at - _PATIENCE)
    return Count(looked_at=looked + late, wrong=wrong + late)


def _signed(document: bytes, key: bytes) -> bool:
    try:
        verify_certificate(document, key)
    except CallwardError:
        return False
    return True


@probes(Probe.NO_KEY_RESIDUE)
def no_key_residue(glance: ProbeContext) -> Count:
    """No byte of a destroyed key is left in any file, no wrap and no object of what is gone."""
    gone = {reference(row[0]) for row in glance.rows(_DESTROYED)}
    wrapped = {bytes(cast("bytes", row[0])) for row in key_rows("wraps", "SELECT ref FROM wrap")}
    left = sum(ref.bytes in wrapped for ref in gone)
    left += len(gone.intersection(_objects(glance)))
    markers = set(_recent_markers(glance))
    left += sum(_holds_any(path, markers) for path in _files(glance)) if markers else 0
    return Count(looked_at=len(gone), wrong=left + glance.number(_RESIDUE))


def _recent_markers(glance: ProbeContext) -> Iterator[bytes]:
    for (stored,) in glance.rows(_MARKERS, most=_INTENTS_LOOKED_AT):
        turned = bytes(cast("bytes", stored))
        for start in range(0, len(turned), _MARKER):
            # They are kept inverted, so that the note itself is not found.
            yield bytes(byte ^ 0xFF for byte in turned[start : start + _MARKER])


def _files(glance: ProbeContext) -> Iterator[Path]:
    for folder in {glance.world.keys, glance.world.database.parent}:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _holds_any(path: Path, markers: set[bytes]) -> int:
    if not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image:
        return sum(image.find(marker) >= 0 for marker in markers)


def _objects(glance: ProbeContext) -> Iterator[object]:
    """What lies in the folder of objects, and what the store lists of those that went last."""
    latest = [reference(row[0]) for row in glance.rows(_LATEST, most=_ITEMS_ASKED_FOR)]
    yield from vault.refs_in_store(latest)
    for path in glance.world.objects.rglob("*"):
        for part in path.relative_to(glance.world.objects).parts:
            try:
                yield parse_ref(part.partition(".")[0])
            except (CallwardError, ValueError):
                continue
