"""The contract on private modules finds trespass, and the house keeps every contract."""

from __future__ import annotations

import grimp
import pytest
from tools.contracts import PrivateModulesContract, door_of, room_of

PUBLIC = ["services", "selectors", "values", "states", "errors", "ports"]


def contract(**options: object) -> PrivateModulesContract:
    settings = {"public": PUBLIC, "open_rooms": ["kernel"], "trusted": ["config"], **options}
    return PrivateModulesContract(
        name="private", session_options={"root_packages": ["callward"]}, contract_options=settings
    )


def graph_of(importer: str, imported: str) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("callward.intake.services", "callward.vault.services", True),
        ("callward.intake.services", "callward.vault.models", False),
        ("callward.intake.services", "callward.vault.keystore", False),
        ("callward.console.forms", "callward.intake.values", True),
        ("callward.intake.services", "callward.intake.models", True),
        ("callward.intake.services", "callward.kernel.clock", True),
        ("callward.config.wiring", "callward.vault.keystore", True),
        ("callward.ops.main", "callward.audit.models", False),
    ],
)
def test_only_the_front_door_is_open(importer: str, imported: str, kept: bool):
    assert contract().check(graph_of(importer, imported), verbose=False).kept is kept


def test_rooms_and_doors_are_read_from_module_names():
    assert room_of("callward.vault.services") == "vault"
    assert door_of("callward.vault.services.inner") == "services"
