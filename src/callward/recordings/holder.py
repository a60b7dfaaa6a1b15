"""What recordings answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class RecordingsHolder:
    """Removes recordings, then the calls left without any, then the numbers nobody mentions."""

    name = "recordings"

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        raise NotImplementedError

    def describe(self, ref: Ref) -> dict[str, str]:
        raise NotImplementedError

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:
        raise NotImplementedError

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:
        raise NotImplementedError
