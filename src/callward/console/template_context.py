"""What every page's frame shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.console.pages import navigation

if TYPE_CHECKING:
    from django.http import HttpRequest

    from callward.console.staff_session import Visit


def shell(request: HttpRequest) -> dict[str, object]:
    """The visit and its navigation; nothing for somebody who is not fully signed in."""
    visit: Visit | None = getattr(request, "visit", None)
    if visit is None:
        return {"visit": None, "navigation": []}
    match = request.resolver_match
    active = (match.url_name if match else None) or ""
    return {"visit": visit, "navigation": navigation(visit, active=active)}
