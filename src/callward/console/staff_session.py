"""Who is signed in, how, and for which controller they work now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import UUIDField
from django.http import HttpRequest

from callward.accounts import selectors as accounts
from callward.compiled_query import Question
from callward.console.errors import ControllerNotChosenError
from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.kernel.actors import user_actor
from callward.kernel.errors import NotFoundError
from callward.kernel.references import Ref, parse_ref

if TYPE_CHECKING:
    from callward.accounts.selectors import Standing, UserView
    from callward.accounts.states import Capability
    from callward.controllers.selectors import ControllerView
    from callward.kernel.actors import Actor
    from callward.policy.compiled import CompiledPolicy

_CONTROLLER = "callward_controller"
_SIGNED_IN = "callward_signed_in_at"
_SEEN = "callward_seen_at"
_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_FACTOR = Question(
    lambda user: Authenticator.objects.filter(user_id=user, type__in=_FACTORS).values_list("pk")[
        :1
    ],
    user=UUIDField(),
)


@dataclass(frozen=True, kw_only=True)
class Post:
    """The controller that the user works for now, its policy, and what the user is there."""

    policy: CompiledPolicy
    standing: Standing

    @cached_property
    def controller(self) -> ControllerView:
        """The controller as the frame of a page shows it."""
        return controllers.controller(self.standing.controller_ref)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One signed-in request: the user, the session's digest, the second factor, the post."""

    user: UserView
    session: str
    second_factor: bool
    at: datetime
    post: Post | None

    @cached_property
    def choices(self) -> tuple[ControllerView, ...]:
        """The controllers that the user may work for, by brand."""
        return _choices(self.user.ref, at=self.at)

    @property
    def actor(self) -> Actor:
        """The user, as the cause of a change."""
        return user_actor(self.user.ref)

    @property
    def controller_ref(self) -> Ref:
        """The controller worked for; raises ControllerNotChosenError."""
        return self.standing.controller_ref

    @property
    def standing(self) -> Standing:
        """What the user is there; raises ControllerNotChosenError."""
        if self.post is None:
            raise ControllerNotChosenError
        return self.post.standing

    @property
    def policy(self) -> CompiledPolicy:
        """The policy in force there; raises ControllerNotChosenError."""
        if self.post is None:
            raise ControllerNotChosenError
        return self.post.policy

    def may(self, *capabilities: Capability) -> bool:
        """Tell whether any of these capabilities is the user's at the present post."""
        return self.post is not None and not self.post.standing.capabilities.isdisjoint(
            capabilities
        )


class StaffRequest(HttpRequest):
    """A request of a user who is fully signed in."""

    visit: Visit


def begin(request: HttpRequest, *, at: datetime) -> None:
    """Start the two clocks of a fresh sign-in."""
    request.session[_SIGNED_IN] = request.session[_SEEN] = at.timestamp()


def touch(request: HttpRequest, *, at: datetime) -> None:
    """Note that the user is still there, at most once a minute."""
    if at.timestamp() - request.session.get(_SEEN, 0) >= 60:  # noqa: PLR2004  # seconds, to spare writes
        request.session[_SEEN] = at.timestamp()


def signed_in_at(request: HttpRequest) -> datetime:
    """When this sign-in began; long ago when nobody wrote it down."""
    return datetime.fromtimestamp(request.session.get(_SIGNED_IN, 0), UTC)


def seen_at(request: HttpRequest) -> datetime:
    """When this sign-in was last used."""
    return datetime.fromtimestamp(request.session.get(_SEEN, 0), UTC)


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether the user owns a second factor and this very session was opened with one."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    used = any(record.get("method") == "mfa" for record in records)
    return used and owns_second_factor(request)


def owns_second_factor(request: HttpRequest) -> bool:
    """Tell whether the user has an app or a key; recovery codes alone are none."""
    return request.user.is_authenticated and bool(_FACTOR.rows(user=request.user.pk))


def choose_controller(request: HttpRequest, controller_ref: Ref) -> None:
    """Work for another controller from the next request on."""
    request.session[_CONTROLLER] = str(controller_ref)


def visit_of(request: HttpRequest, *, at: datetime) -> Visit:
    """Gather everything that the screens ask about the present user."""
    user = accounts.user_view(request.user)  # type: ignore[arg-type]  # nobody else comes here
    second_factor = has_second_factor(request)
    return Visit(
        user=user,
        session=accounts.session_digest(request.session.session_key or ""),
        second_factor=second_factor,
        at=at,
        post=_post(request, user.ref, at=at, second_factor=second_factor),
    )


def _choices(user_ref: Ref, *, at: datetime) -> tuple[ControllerView, ...]:
    found = []
    for ref in accounts.controllers_of(user_ref, at=at):
        try:
            found.append(controllers.controller(ref))
        except NotFoundError:  # an appointment at a controller that is not here (any more)
            continue
    return tuple(sorted(found, key=lambda controller: controller.brand.casefold()))


def _post(request: HttpRequest, user_ref: Ref, *, at: datetime, second_factor: bool) -> Post | None:
    chosen = _chosen(request)
    if chosen is not None:
        standing = accounts.standing(user_ref, chosen, at=at, second_factor=second_factor)
        with suppress(NoPolicyInForceError):  # perhaps a controller that is not here (any more)
            if standing.roles:
                return Post(policy=controllers.policy_in_force(chosen, at=at), standing=standing)
    choices = _choices(user_ref, at=at)
    here = next((one for one in choices if one.ref == chosen), next(iter(choices), None))
    if here is None:
        return None
    return Post(
        policy=controllers.policy_in_force(here.ref, at=at),
        standing=accounts.standing(user_ref, here.ref, at=at, second_factor=second_factor),
    )


def _chosen(request: HttpRequest) -> Ref | None:
    written = request.session.get(_CONTROLLER)
    return None if written is None else parse_ref(written)
