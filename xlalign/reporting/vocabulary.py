"""What trimming or extending a vocabulary changed, as a table: a row for each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlalign.reporting.table import Cell, Column, Table, TableRow, row, text

COLUMNS = ("language", "sentences", "cut otherwise", "pieces a word", "characters a piece", "unknown")


def vocabulary_table(name: str, report: Mapping[str, Any]) -> Table:
    """Fertility before and after, by language; pieces and parameters below.

    Args:
        name: of the stage.
        report: content of its vocabulary.json.
    """
    notes = [_change(what, report[what]["before"], report[what]["after"]) for what in ("pieces", "parameters")]
    if report.get("drawn_at_random"):
        notes.append(f"{report['drawn_at_random']:,} new rows are random: the text says nothing of their pieces")
    return Table(
        caption=f"{name}: {report['method']} of the vocabulary",
        columns=tuple(Column(name=column) for column in COLUMNS),
        rows=tuple(_language(code, found) for code, found in report["languages"].items()),
        notes=(*notes, "the first sentences of each language; words are what spaces separate"),
        name=f"vocabulary-{name}",
    )


def _language(code: str, found: Mapping[str, Any]) -> TableRow:
    share = found["changed"] / max(found["sentences"], 1)
    before, after = found["before"], found["after"]
    both = [text(f"{before[key]:.2f} → {after[key]:.2f}") for key in ("pieces_per_word", "characters_per_piece")]
    unknown = text(f"{before['unknown']:.2%} → {after['unknown']:.2%}")
    return row(code, [Cell(value=f"{found['sentences']:,}"), text(f"{share:.1%}"), *both, unknown])


def _change(what: str, before: int, after: int) -> str:
    return f"{what}: {before:,} → {after:,} ({after / before - 1:+.0%})"
