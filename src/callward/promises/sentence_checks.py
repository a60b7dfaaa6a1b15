"""What the notices ask of the probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.promises import selectors, services
from callward.promises.selectors import blocking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.texts.states import CheckName


class SentenceChecks:
    """Answers for the probes that sentences name."""

    def states_of(self, controller_ref: Ref, at: datetime) -> Mapping[CheckName, SentenceCheck]:
        """The last result of every check that was made at a controller."""
        return {
            view.name: SentenceCheck(
                state=CheckState(view.state), checked_at=view.checked_at, public=public
            )
            for view, public in selectors.public_board(controller_ref, at=at)
        }

    def may_publish(self, controller_ref: Ref, at: datetime) -> tuple[str, ...]:
        """The red or stale checks that forbid to publish; a look that is missing is made now."""
        if not selectors.board(controller_ref, at=at):
            services.check_controller(controller_ref, at=at)
        return blocking(controller_ref, at=at)
