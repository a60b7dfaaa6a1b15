"""What a house chooses for its machine: `callward.toml` in the data folder, and the environment."""

from __future__ import annotations

from callward.deployment.file import FILE, VARIABLE, chosen, chosen_root, read
from callward.deployment.values import Deployment

__all__ = ["FILE", "VARIABLE", "Deployment", "chosen", "chosen_root", "read"]
