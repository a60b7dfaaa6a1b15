"""What a start is asked about, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callward.ops.data_folder import DataFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that must not run, and its mend."""

    name: str
    fact: str
    mend: str

    def __str__(self) -> str:
        return f"{self.name}: {self.fact} {self.mend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is about to be started: on which folder, listening where."""

    folder: DataFolder
    host: str
