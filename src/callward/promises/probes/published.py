"""Do the published contacts answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.promises import ports
from callward.promises.looking import Count, table
from callward.promises.registry import CannotLookError, probes
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.promises.looking import Glance

_WEB = ("web", "account")


@probes(Probe.CONTACTS_ANSWER)
def contacts_answer(glance: Glance) -> Count:
    """Every published mailbox takes mail and every published page opens (S-20)."""
    answers = [one for one in _asked(glance) if one is not None]
    if not answers:
        raise CannotLookError
    return Count(looked_at=len(answers), wrong=answers.count(False))


def _asked(glance: Glance) -> Iterator[bool | None]:
    controller, reach = table(glance.document, "controller"), ports.reach.get()
    for holder in (controller, table(glance.document, "dpo")):
        if holder.get("email"):
            yield reach.mail(str(holder["email"]))
    for name in _WEB:
        if controller.get(name):
            yield reach.web(str(controller[name]))
    sites = controller.get("site") or []
    assert isinstance(sites, list)
    yield from (reach.web(str(one["url"])) for one in sites if isinstance(one, dict))
