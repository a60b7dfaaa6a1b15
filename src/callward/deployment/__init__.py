"""What a house chooses for its machine: `callward.toml` in the data folder, and the environment."""

from __future__ import annotations

from callward.deployment.file import (
    FILE,
    FILE_VARIABLE,
    VARIABLE,
    chosen,
    chosen_root,
    environment_of,
    read,
)
from callward.deployment.values import Deployment

__all__ = [
    "FILE",
    "FILE_VARIABLE",
    "VARIABLE",
    "Deployment",
    "chosen",
    "chosen_root",
    "environment_of",
    "read",
]
