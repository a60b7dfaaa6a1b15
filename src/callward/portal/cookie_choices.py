"""Which cookies a visitor has chosen; before a choice only the necessary ones (K-34)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel.calendar import add_civil, parse_period
from callward.policy.vocabulary import CookieClass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from callward.policy import Policy

COOKIE = "callward_choice"
DECLARED_AS = "callward-choice"  # its name in a policy, where its life stands
_NONE = "necessary"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCookie:
    """One cookie that the policy declares."""

    name: str
    life: str | None  # None: until the browser is closed
    third_party: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieGroup:
    """The declared cookies of one class, and whether the visitor wants them."""

    kind: CookieClass
    cookies: tuple[DeclaredCookie, ...]
    wanted: bool

    @property
    def asked(self) -> bool:
        """Whether there is anything to choose."""
        return self.kind is not CookieClass.NECESSARY


def optional_classes(policy: Policy) -> tuple[CookieClass, ...]:
    """The classes that a visitor is asked about."""
    used = {cookie.purpose for cookie in policy.cookie.values()}
    return tuple(kind for kind in CookieClass if kind in used and kind != CookieClass.NECESSARY)


def chosen(request: HttpRequest) -> frozenset[CookieClass] | None:
    """What the visitor has chosen; None before any choice."""
    written = request.COOKIES.get(COOKIE)
    if not written:
        return None
    known = {kind.value for kind in CookieClass}
    words = [word for word in written.split(".") if word in known]
    return frozenset(CookieClass(word) for word in words) | {CookieClass.NECESSARY}


def groups(policy: Policy, wanted: frozenset[CookieClass] | None) -> tuple[CookieGroup, ...]:
    """Every declared cookie by its class, the necessary ones first."""
    found = []
    for kind in CookieClass:
        cookies = tuple(
            DeclaredCookie(
                name=name.replace("-", "_"), life=cookie.life, third_party=cookie.third_party
            )
            for name, cookie in sorted(policy.cookie.items())
            if cookie.purpose == kind
        )
        if cookies:
            yes = kind is CookieClass.NECESSARY or kind in (wanted or ())
            found.append(CookieGroup(kind=kind, cookies=cookies, wanted=yes))
    return tuple(found)


def keep(
    response: HttpResponse,
    wanted: Iterable[CookieClass],
    *,
    policy: Policy,
    path: str,
    today: date,
    secure: bool,
) -> None:
    """Write the choice down in the visitor's own browser, for as long as the policy says."""
    words = sorted({str(kind) for kind in wanted} - {_NONE})
    response.set_cookie(
        COOKIE,
        ".".join(words) or _NONE,
        max_age=_life_in_seconds(policy, today),
        path=path,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _life_in_seconds(policy: Policy, today: date) -> int | None:
    """How long the choice stays; undeclared it ends with the browser."""
    declared = policy.cookie.get(DECLARED_AS)
    if declared is None or declared.life is None:
        return None
    period = parse_period(declared.life)
    if period.exact:
        return period.seconds
    return int((add_civil(today, period) - today).total_seconds())
