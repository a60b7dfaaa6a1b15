"""Named grants to hear recordings, and the tokens of machines."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import BinaryField, DateTimeField

from callward.accounts import rules, selectors
from callward.accounts.errors import (
    CapabilityMissingError,
    GrantSpanError,
    GrantUnknownError,
    TokenLabelError,
    TokenRefusedError,
    TokenUnknownError,
)
from callward.accounts.models import ApiToken, Grant
from callward.accounts.states import AccountsEvent
from callward.accounts.users import present_user, refuse_own
from callward.audit.services import record
from callward.compiled_query import Question, columns_of, row_of
from callward.kernel.actors import ActorKind
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from datetime import datetime

    from callward.accounts.states import Capability
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.vocabulary import Role

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token as it is shown this once; only its digest is kept."""

    ref: Ref
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """Who may hear what, for which purpose, from when until when, and why; None means all."""

    user_ref: Ref
    controller_ref: Ref
    purpose: str
    recording_ref: Ref | None
    begins_at: datetime
    ends_at: datetime
    reason: str


def require(
    capability: Capability, *, user_ref: Ref, controller_ref: Ref, at: datetime
) -> frozenset[Role]:
    """Tell the user's standing roles at this controller; refuses unless one allows the act."""
    roles = selectors.roles_of(user_ref, controller_ref, at=at)
    if capability not in rules.capabilities_of_all(roles):
        raise CapabilityMissingError(capability=capability)
    return roles


def require_of(capability: Capability, actor: Actor, controller_ref: Ref, *, at: datetime) -> None:
    """Refuse a user without the capability; commands of the root key's owner may."""
    if actor.kind is ActorKind.USER:
        require(capability, user_ref=parse_ref(actor.ref), controller_ref=controller_ref, at=at)


def give_grant(new: NewGrant, *, actor: Actor, at: datetime) -> Ref:
    """Let a named user hear one recording, or all, for one purpose until an end."""
    if new.ends_at <= new.begins_at or new.ends_at <= at:
        raise GrantSpanError
    refuse_own(new.user_ref, actor)
    with transaction.atomic():
        user = present_user(new.user_ref)
        grant = Grant.objects.create(
            user=user,
            controller_ref=new.controller_ref,
            purpose=new.purpose,
            recording_ref=new.recording_ref,
            begins_at=new.begins_at,
            ends_at=new.ends_at,
            given_by=str(actor),
            reason=new.reason,
        )
        record(
            AccountsEvent.GRANT_GIVEN,
            item=user.ref,
            actor=actor,
            at=at,
            controller=new.controller_ref,
            grant=grant.ref,
            purpose=new.purpose,
        )
    return grant.ref


def withdraw_grant(grant_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a grant before its end."""
    with transaction.atomic():
        grant = Grant.objects.filter(ref=grant_ref, withdrawn_at__isnull=True).first()
        if grant is None:
            raise GrantUnknownError(ref=grant_ref)
        grant.withdrawn_at = at
        grant.withdrawn_by = str(actor)
        grant.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(
            AccountsEvent.GRANT_WITHDRAWN,
            item=grant.user_id,
            actor=actor,
            at=at,
            controller=grant.controller_ref,
            grant=grant.ref,
        )


def issue_token(
    *,
    controller_ref: Ref,
    label: str,
    capability: Capability,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
) -> IssuedToken:
    """Give a machine the right to do one thing for one controller until an end."""
    if ends_at <= at:
        raise GrantSpanError
    if not rules.is_usable_label(label):
        raise TokenLabelError
    token = "cw_" + secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        row = ApiToken.objects.create(
            controller_ref=controller_ref,
            label=label,
            capability=capability,
            digest=_digest(token),
            issued_at=at,
            issued_by=str(actor),
            ends_at=ends_at,
        )
        record(
            AccountsEvent.TOKEN_ISSUED,
            item=row.ref,
            actor=actor,
            at=at,
            controller=controller_ref,
            capability=capability.value,
        )
    return IssuedToken(ref=row.ref, token=token)


def withdraw_token(token_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a machine's right at once."""
    with transaction.atomic():
        row = ApiToken.objects.filter(ref=token_ref, withdrawn_at__isnull=True).first()
        if row is None:
            raise TokenUnknownError(ref=token_ref)
        row.withdrawn_at = at
        row.withdrawn_by = str(actor)
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(
            AccountsEvent.TOKEN_WITHDRAWN,
            item=row.ref,
            actor=actor,
            at=at,
            controller=row.controller_ref,
        )


_TOKEN_COLUMNS = columns_of(ApiToken)
_TOKEN = Question(
    lambda digest, at: ApiToken.objects.filter(digest=digest, ends_at__gt=at).values_list(
        *_TOKEN_COLUMNS
    ),
    digest=BinaryField(),
    at=DateTimeField(),
)


def token_bearer(token: str, *, at: datetime) -> selectors.TokenView:
    """Tell what the machine with this token may do; raises TokenRefusedError."""
    found = _TOKEN.first(digest=_digest(token), at=at)
    row = None if found is None else row_of(ApiToken, _TOKEN_COLUMNS, found)
    if row is None or row.withdrawn_at is not None:
        raise TokenRefusedError
    return selectors.token_view(row)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
