"""A certificate outlives the database that it was signed in: it is kept beside the keys as well."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from callward.kernel.references import Ref, parse_ref
from callward.retention import ports
from callward.retention.certificates import CertificateBrokenError, digest_of, read_statement
from callward.retention.models import Certificate, DestroyedItem
from callward.retention.states import DisposalState
from callward.vault import services as vault

if TYPE_CHECKING:
    from callward.retention.certificates import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A signed document as it was kept, and the references that its digest stands for."""

    statement: Statement
    document: bytes
    disposal_ref: Ref
    refs: tuple[Ref, ...]

    @property
    def names_its_items(self) -> bool:
        """Whether the references are those whose digest was signed."""
        return digest_of(self.refs) == self.statement.items_digest


def keep_proof(certificate: Certificate) -> None:
    """Write a committed certificate durably outside the database; may be repeated."""
    disposal = certificate.disposal
    gone = DestroyedItem.objects.filter(disposal=disposal).order_by("ref")
    named = disposal.intent_ref is not None  # rows alone: a restore counts them anew by itself
    line = {
        "disposal": str(disposal.ref),
        "document": bytes(certificate.document).decode(),
        "refs": [ref.hex for ref in gone.values_list("ref", flat=True)] if named else [],
    }
    ports.proofs.get().append(json.dumps(line, sort_keys=True, ensure_ascii=False))
    vault.crash_point("retention.proof-kept")
    with transaction.atomic():
        disposal.state = DisposalState.CERTIFIED
        disposal.save(update_fields=["state"])
        if not named:
            gone.delete()


def read_proof(line: str) -> Proof:
    """Read a kept line, believing nothing but what was signed; raises CertificateBrokenError."""
    try:
        told: dict[str, Any] = json.loads(line)
        document = str(told["document"]).encode()
        return Proof(
            statement=read_statement(document, ports.signer.get().public_key),
            document=document,
            disposal_ref=parse_ref(told["disposal"]),
            refs=tuple(parse_ref(ref) for ref in told["refs"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CertificateBrokenError(why="it is not a certificate") from error
