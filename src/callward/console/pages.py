"""The register of screens: adding a page is writing one decorated function in `views/`."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import TYPE_CHECKING, Protocol

from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from callward.accounts.errors import CapabilityMissingError
from callward.console.errors import ScreenAbsentError
from callward.holdings import kinds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern
    from django.utils.functional import _StrPromise

    from callward.accounts.states import Capability
    from callward.console.staff_session import StaffRequest, Visit

    View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nav:
    """The place of a screen in the navigation."""

    label: _StrPromise
    icon: str
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen: its address, its name, who may see it, and on which activity it depends."""

    route: str
    name: str
    view: View
    needs: frozenset[Capability]
    methods: tuple[str, ...]
    nav: Nav | None
    records_calls: bool
    keeps: bool

    def exists_for(self, visit: Visit) -> bool:
        """Tell whether the controller's policy has what this screen shows."""
        if not (self.records_calls or self.keeps):
            return True
        if visit.post is None:
            return False
        policy = visit.post.policy
        return policy.recording is not None or (
            self.keeps and any(kinds_of(rule) for rule in policy.rules)
        )

    def open_to(self, visit: Visit) -> bool:
        """Tell whether this user sees the screen at all."""
        return self.exists_for(visit) and (not self.needs or visit.may(*self.needs))


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One line of the navigation, as drawn."""

    label: _StrPromise
    icon: str
    url: str
    active: bool


class _Registered(Protocol):
    def __call__(self, view: View) -> View: ...


_NEVER_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"
_OFTEN = "playback-audio"  # a player asks it at every seek, and every address before it costs
_pages: dict[str, Page] = {}


def page(
    route: str,
    *,
    name: str,
    needs: Capability | Iterable[Capability] = (),
    methods: Sequence[str] = ("GET", "HEAD"),
    nav: Nav | None = None,
    records_calls: bool = False,
    keeps: bool = False,
) -> _Registered:
    """Register a screen; the user needs any one of `needs` at the present controller.

    One that `keeps` is shown wherever the policy keeps anything of any kind.
    """
    wanted = frozenset([needs] if isinstance(needs, str) else needs)

    def register(view: View) -> View:
        found = Page(
            route=route,
            name=name,
            view=view,
            needs=wanted,
            methods=tuple(methods),
            nav=nav,
            records_calls=records_calls,
            keeps=keeps,
        )
        return _registered(found)

    return register


action = partial(page, methods=("POST",))  # what changes something is never a mere address


def _registered(found: Page) -> View:
    if found.name in _pages:
        raise ValueError(found.name)
    guarded = require_http_methods(list(found.methods))(_guard(found))
    _pages[found.name] = replace(found, view=guarded)
    return guarded


def _guard(wanted: Page) -> View:
    @wraps(wanted.view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        visit = request.visit
        refuse_unless_open(wanted, visit)
        with timezone.override(visit.post.policy.zone if visit.post else None):
            answer = wanted.view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", _NEVER_KEPT)
        return answer

    return guarded


def refuse_unless_open(wanted: Page, visit: Visit) -> None:
    """Raise CapabilityMissingError or ScreenAbsentError unless the user may see the screen."""
    if wanted.needs and not visit.may(*wanted.needs):
        raise CapabilityMissingError(capability=min(wanted.needs))
    if not wanted.exists_for(visit):
        raise ScreenAbsentError(ref=wanted.name)


def load() -> None:
    """Import every module of `views/`, so that each registers its screens."""
    from callward.console import views  # noqa: PLC0415  # views import this register

    for module in pkgutil.iter_modules(views.__path__):
        importlib.import_module(f"{views.__name__}.{module.name}")


def pages() -> tuple[Page, ...]:
    """Every screen, by name."""
    load()
    return tuple(_pages[name] for name in sorted(_pages))


def addresses() -> list[URLPattern]:
    """The addresses of every screen."""
    often_first = sorted(pages(), key=lambda one: one.name != _OFTEN)
    return [path(one.route, one.view, name=one.name) for one in often_first]


def navigation(visit: Visit, *, active: str) -> list[NavItem]:
    """The screens that this user may open here, in order; nothing else is ever shown."""
    shown = [(one.nav, one) for one in pages() if one.nav is not None and one.open_to(visit)]
    shown.sort(key=lambda pair: (pair[0].order, pair[1].name))
    return [
        NavItem(
            label=nav.label,
            icon=nav.icon,
            url=reverse(one.name),
            active=active == one.name or active.startswith(f"{one.name}-"),
        )
        for nav, one in shown
    ]


def shell(request: HttpRequest) -> dict[str, object]:
    """The visit and its navigation; nothing for somebody who is not fully signed in."""
    visit: Visit | None = getattr(request, "visit", None)
    if visit is None:
        return {"visit": None, "navigation": []}
    match = request.resolver_match
    active = (match.url_name if match else None) or ""
    return {"visit": visit, "navigation": navigation(visit, active=active)}
