"""Import contracts of our own, for import-linter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph

HOUSE = "callward."


def room_of(module: str) -> str:
    """The package of Callward that a module lives in."""
    return module.removeprefix(HOUSE).partition(".")[0]


def door_of(module: str) -> str:
    """The first name below the package: `services` of `callward.vault.services`."""
    return module.removeprefix(HOUSE).partition(".")[2].partition(".")[0]


class PrivateModulesContract(Contract):
    """No package imports another package's private modules; `open_rooms` have none."""

    type_name = "private_modules"
    public = fields.ListField(subfield=fields.StringField())
    open_rooms = fields.ListField(subfield=fields.StringField(), required=False)
    trusted = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001  # import-linter's signature
        open_rooms, trusted = set(self.open_rooms or ()), set(self.trusted or ())
        breaches = [
            f"{importer} -> {imported}"
            for importer in sorted(graph.modules)
            if importer.startswith(HOUSE) and room_of(importer) not in trusted
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(HOUSE) and self._is_trespass(importer, imported, open_rooms)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def _is_trespass(self, importer: str, imported: str, open_rooms: set[str]) -> bool:
        room, door = room_of(imported), door_of(imported)
        if room == room_of(importer) or room in open_rooms:
            return False
        return door not in set(self.public)

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(f"- {breach}")
