"""Controllers with the shipped sample policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from callward.controllers import selectors, services
from callward.kernel import clock
from callward.kernel.actors import system_actor

if TYPE_CHECKING:
    from callward.controllers.selectors import ControllerView

POLICIES = Path(__file__).parent.parent.parent / "policies"


def sample(name: str = "therapy-association") -> bytes:
    """The bytes of a shipped policy file."""
    return (POLICIES / f"{name}.toml").read_bytes()


def controller(name: str = "therapy-association", *, toml: bytes | None = None) -> ControllerView:
    """A controller that runs by a shipped policy, in force at the tests' start."""
    selectors.policy.cache_clear()
    return services.add_controller(
        toml or sample(name), actor=system_actor("tests"), at=clock.now()
    )
