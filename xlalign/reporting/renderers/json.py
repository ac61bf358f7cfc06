"""The table model itself, as JSON: `Table.model_validate_json` reads it back."""

from __future__ import annotations

from xlalign.reporting.table import Table


def render(table: Table) -> str:
    """The table as indented JSON."""
    return table.model_dump_json(indent=2) + "\n"
