"""Small parts of the frame: an icon, the name of a role, the name of a need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from callward.policy.vocabulary import Need, Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

register = template.Library()

_SPRITE = "console/vendor/bootstrap-icons/icons.svg"

_ROLES: dict[str, _StrPromise] = {
    Role.AGENT: _("Agent"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.CALL_REVIEWER: _("Call reviewer"),
    Role.DPO: _("Data protection officer"),
    Role.ADMINISTRATOR: _("System administrator"),
    Role.AUDITOR: _("Auditor"),
}
_NEEDS: dict[str, _StrPromise] = {
    Need.OWN_LOGIN: _("Signed in with your own user name and password"),
    Need.SECOND_FACTOR: _("Second factor used in this session"),
    Need.CONFIDENTIALITY_SIGNED: _("Confidentiality undertaking signed"),
    Need.TRAINING_CURRENT: _("Training up to date"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a decorative icon; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(_SPRITE),
        name,
    )


@register.filter
def role_name(role: str) -> str:
    """`{{ role|role_name }}`."""
    return str(_ROLES.get(role, role))


@register.filter
def need_name(need: str) -> str:
    """`{{ need|need_name }}`."""
    return str(_NEEDS.get(need, need))
