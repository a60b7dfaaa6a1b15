"""The people of the demonstration, and their second factors."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user_model

from callward.accounts import selectors, services
from callward.controllers import selectors as controllers
from callward.kernel.actors import user_actor
from callward.kernel.calendar import local_day
from callward.ops.command_files import write_new_file
from callward.ops.errors import UnknownWordError
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import datetime

    from callward.controllers.selectors import ControllerView
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.ops.data_folder import DataFolder

_PASSWORD_BYTES = 12
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One invented person and what they are."""

    username: str
    name: str
    roles: tuple[Role, ...]
    hears_for: tuple[str, ...] = ()
    extension: str = ""


CAST = (
    Part(username="ana", name="Ana Agent", roles=(Role.AGENT,), extension="101"),
    Part(
        username="boris",
        name="Boris Supervisor",
        roles=(Role.SUPERVISOR,),
        hears_for=("quality", "complaints"),
    ),
    Part(
        username="rita",
        name="Rita Reviewer",
        roles=(Role.CALL_REVIEWER,),
        hears_for=("quality", "complaints"),
    ),
    Part(username="daiva", name="Daiva Protection", roles=(Role.DPO,), hears_for=("complaints",)),
    Part(username="radu", name="Radu Administrator", roles=(Role.ADMINISTRATOR,)),
    Part(username="audra", name="Audra Auditor", roles=(Role.AUDITOR,)),
    Part(username="vera", name="Vera Visitor", roles=()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """How one of them signs in; kept only in the folder of the demonstration."""

    ref: str
    password: str
    totp: str

    def code(self) -> str:
        """The second-factor code of this moment."""
        counter = next(iter(yield_hotp_counters_from_time()))
        return f"{hotp_value(self.totp, counter):0{_DIGITS}d}"


def engage(controller: ControllerView, *, actor: Actor, at: datetime) -> dict[str, Pass]:
    """Bring everybody on stage with a password, a second factor, roles, training and grants."""
    return {part.username: _engage(part, controller, actor=actor, at=at) for part in CAST}


def _engage(part: Part, controller: ControllerView, *, actor: Actor, at: datetime) -> Pass:
    made = services.add_user(username=part.username, display_name=part.name, actor=actor, at=at)
    ref, password, totp = (
        made.user.ref,
        secrets.token_urlsafe(_PASSWORD_BYTES),
        generate_totp_secret(),
    )
    services.change_password(ref, password=password, actor=user_actor(ref), at=at)
    TOTP.activate(get_user_model().objects.get(pk=ref), totp)
    if part.roles:
        services.sign_undertaking(ref, controller_ref=controller.ref, actor=actor, at=at)
        train(ref, controller.ref, actor=actor, at=at)
    for role in part.roles:
        services.appoint(
            ref,
            role,
            controller_ref=controller.ref,
            assessed_at=at,
            assessed_by=actor,
            actor=actor,
            at=at,
            desk=_desk(part.extension, at=at),
        )
    for purpose in part.hears_for:
        grant(ref, controller.ref, purpose, actor=actor, at=at)
    return Pass(ref=str(ref), password=password, totp=totp)


def join(controller_ref: Ref, extensions: dict[str, str], *, actor: Actor, at: datetime) -> None:
    """Let everybody work for another controller too; agents answer these extensions there."""
    for part in CAST:
        ref = user_of(part.username)
        if not part.roles:
            continue
        services.sign_undertaking(ref, controller_ref=controller_ref, actor=actor, at=at)
        train(ref, controller_ref, actor=actor, at=at)
        extension = extensions.get(part.username, "")
        answers = {Role.AGENT} if extension else set()
        for role in sorted({*part.roles, *answers}):
            services.appoint(
                ref,
                role,
                controller_ref=controller_ref,
                assessed_at=at,
                assessed_by=actor,
                actor=actor,
                at=at,
                desk=_desk(extension if role is Role.AGENT else "", at=at),
            )
        for purpose in part.hears_for:
            grant(ref, controller_ref, purpose, actor=actor, at=at)


def _desk(extension: str, *, at: datetime) -> services.AgentDesk | None:
    if not extension:
        return None
    return services.AgentDesk(code=extension, since=at - timedelta(days=60))


def train(user_ref: Ref, controller_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Keep that one of them was trained today, for the coming year."""
    zone = controllers.policy_in_force(controller_ref, at=at).zone
    today = local_day(at, zone=zone)
    services.record_training(
        user_ref,
        controller_ref=controller_ref,
        subject="data-protection",
        done_on=today,
        due_on=today + timedelta(days=365),
        zone=zone,
        actor=actor,
        at=at,
    )


def grant(user_ref: Ref, controller_ref: Ref, purpose: str, *, actor: Actor, at: datetime) -> None:
    """Let one of them hear recordings for a purpose, for a month."""
    new = services.NewGrant(
        user_ref=user_ref,
        controller_ref=controller_ref,
        purpose=purpose,
        recording_ref=None,
        begins_at=at,
        ends_at=at + timedelta(days=30),
        reason="demonstration",
    )
    services.give_grant(new, actor=actor, at=at)


def keep_passes(folder: DataFolder, passes: dict[str, Pass]) -> None:
    """Write down how everybody signs in, for the owner's eyes alone."""
    told = {
        name: {"ref": one.ref, "password": one.password, "totp": one.totp}
        for name, one in passes.items()
    }
    write_new_file(folder.root / "cast.json", json.dumps(told, indent=2).encode())


def kept_passes(folder: DataFolder) -> dict[str, Pass]:
    """How everybody signs in; empty when the stage was never finished."""
    file = folder.root / "cast.json"
    if not file.is_file():
        return {}
    return {name: Pass(**one) for name, one in json.loads(file.read_text()).items()}


def pass_of(folder: DataFolder, username: str) -> Pass:
    """How one of them signs in; raises UnknownWordError."""
    passes = kept_passes(folder)
    if username not in passes:
        raise UnknownWordError(word=username[:20], known=", ".join(passes) or "run scripts/demo")
    return passes[username]


def user_of(username: str) -> Ref:
    """The reference of one of them."""
    return selectors.user_named(username).ref
