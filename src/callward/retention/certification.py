"""The signed proof of every disposal; it is kept beside the keys too, to outlive its database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.holdings.kinds import RECORDING, kind_of
from callward.kernel import calendar
from callward.kernel.references import Ref, new_ref, parse_ref
from callward.policy.vocabulary import Destruction
from callward.retention import ports
from callward.retention.certificates import (
    CertificateBrokenError,
    Statement,
    digest_of,
    read_statement,
    sign_statement,
)
from callward.retention.errors import BadCountError
from callward.retention.models import Certificate, DestroyedItem, Disposal
from callward.retention.rules import kind_rules
from callward.retention.states import DisposalKind, DisposalState, RetentionEvent, Rule
from callward.retention.values import CertificateView
from callward.vault import services as vault

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.policy.compiled import CompiledPolicy

_NEVER_STORED = "never-stored"


def certify(disposal: Disposal, *, actor: Actor, at: datetime) -> Certificate:
    """Sign what was destroyed, once, within the caller's transaction."""
    policy = controllers.policy_in_force(disposal.controller_ref, at=at)
    ref = new_ref(at)
    destroyed_at = disposal.destroyed_at or at
    # A row may still stand in a backup of the data, a key in one of the keys alone.
    sealed = _is_sealed(disposal)
    life = policy.key_backup_life if sealed else policy.backup_life
    promised = calendar.deadline_end(destroyed_at, life, zone=policy.zone)
    # N-8: measured as well; a backup that was made under a longer life may still lie there.
    final_after = max(promised, vault.copies_end(of=destroyed_at, keys_only=sealed) or promised)
    signer = ports.signer.get()
    statement = _statement(disposal, policy, ref=ref, final_after=final_after)
    certificate = Certificate.objects.create(
        ref=ref,
        disposal=disposal,
        controller_ref=disposal.controller_ref,
        made_at=at,
        final_after=final_after,
        document=sign_statement(statement, sign=signer.sign, public_key=signer.public_key),
    )
    _close(disposal, certificate, actor=actor, at=at)
    return certificate


def _close(disposal: Disposal, certificate: Certificate, *, actor: Actor, at: datetime) -> None:
    disposal.state = DisposalState.SIGNED
    disposal.save(update_fields=["state"])
    audit.record(
        RetentionEvent.ITEM_CERTIFIED,
        item=certificate.ref,
        actor=actor,
        at=at,
        owner=disposal.controller_ref,
        disposal=disposal.ref,
        kind=disposal.kind,
        count=disposal.count,
        digest=disposal.items_digest or "none",
    )


def _statement(
    disposal: Disposal, policy: CompiledPolicy, *, ref: Ref, final_after: datetime
) -> Statement:
    return Statement(
        ref=ref,
        controller=policy.controller,
        legal_name=policy.legal_name,
        kind=disposal.kind,
        what=disposal.activity,
        count=disposal.count,
        items_digest=disposal.items_digest,
        rule=disposal.rule,
        period=disposal.period,
        start_event=disposal.start_event,
        ground=disposal.ground,
        policy_id=disposal.policy_id,
        destroyed_at=disposal.destroyed_at or disposal.intended_at,
        actor=disposal.actor,
        final_after=final_after,
        method=_method_of(disposal),
        wraps=disposal.wraps,
        objects=disposal.objects_gone,
        residue_bytes=disposal.residue_bytes,
    )


def _is_sealed(disposal: Disposal) -> bool:
    return bool(kind_of(disposal.activity).sealed)


def _method_of(disposal: Disposal) -> str:
    if disposal.kind == DisposalKind.REFUSED_BACKLOG:
        return _NEVER_STORED
    return Destruction.CRYPTO_SHRED if _is_sealed(disposal) else Destruction.ROW_DELETION


def certify_refused_backlog(
    controller_ref: Ref,
    *,
    count: int,
    items_digest: str,
    policy: CompiledPolicy,
    actor: Actor,
    at: datetime,
) -> CertificateView:
    """Certify recordings that came past due and were never stored (D-17): counts only."""
    rule = next(iter(kind_rules(policy, RECORDING)), None)
    if count < 1 or rule is None:
        raise BadCountError(count=count)
    disposal = Disposal.objects.create(
        controller_ref=controller_ref,
        kind=DisposalKind.REFUSED_BACKLOG,
        rule=Rule.CAP_PROMISED,
        period=str(rule.period),
        start_event=str(rule.start),
        activity=RECORDING.sealed,
        policy_id=policy.policy_id,
        count=count,
        items_digest=items_digest,
        actor=str(actor),
        intended_at=at,
        destroyed_at=at,
        state=DisposalState.ROWS_GONE,
    )
    certificate = certify(disposal, actor=actor, at=at)
    transaction.on_commit(lambda: keep_proof(certificate))
    return certificate_view(certificate)


def certificate_view(certificate: Certificate) -> CertificateView:
    """A certificate as the console and the command show it."""
    disposal = certificate.disposal
    return CertificateView(
        ref=certificate.ref,
        controller_ref=certificate.controller_ref,
        kind=DisposalKind(disposal.kind),
        what=kind_of(disposal.activity).name,
        count=disposal.count,
        rule=disposal.rule,
        made_at=certificate.made_at,
        final_after=certificate.final_after,
        residue_bytes=disposal.residue_bytes,
        document=bytes(certificate.document),
    )


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
