"""What accounts keeps of people of staff beyond their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.accounts.models import Training, User
from callward.holdings import DataCategory, Holder
from callward.holdings.kinds import TRAINING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class AccountsHolder(Holder):
    """Trainings go on their day; a user's account itself leaves by the hand of an administrator."""

    name = "accounts"
    kinds = (TRAINING,)

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The users who sign in with these names, and their trainings."""
        users = list(
            User.objects.filter(username__in=identifiers.accounts).values_list("ref", flat=True)
        )
        trainings = Training.objects.filter(user_id__in=users).order_by("ref")
        return [*users, *trainings.values_list("ref", flat=True)]

    def describe(self, ref: Ref) -> dict[str, str]:
        """The name, or the training; empty when it is neither."""
        user = User.objects.filter(ref=ref).first()
        if user is not None:
            return {DataCategory.STAFF_NAME: user.display_name}
        training = Training.objects.filter(ref=ref).first()
        if training is None:
            return {}
        return {DataCategory.STAFF_TRAINING: f"{training.subject}, {training.done_on.isoformat()}"}

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove trainings."""
        return Training.objects.filter(ref__in=refs).delete()[0]
