r"""Tables as LaTeX with booktabs: `\usepackage{booktabs}`; other scripts than Latin need LuaLaTeX or XeLaTeX."""

from __future__ import annotations

import re

from xlalign.reporting.format import Printed, printed
from xlalign.reporting.table import Row, Table

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "Δ": r"$\Delta$",
    "–": "--",
    "·": r"$\cdot$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
PATTERN = re.compile("|".join(map(re.escape, SPECIAL)))


def render(table: Table) -> str:
    """The table as a `table` environment, ready to paste."""
    alignment = "".join("l" if column.kind == "text" else "r" for column in table.columns)
    head = " & ".join(escape(column.name) for column in table.columns)
    lines = [
        r"\begin{table}[t]",
        r"\centering\small\setlength{\tabcolsep}{2.5pt}",
        rf"\caption{{{escape(table.caption)}}}",
        rf"\label{{tab:{re.sub(r'[^A-Za-z0-9:-]+', '-', table.name)}}}",
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        rf"{head} \\",
        r"\midrule",
        *_body(table),
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par\smallskip{{\footnotesize {escape(line)}}}" for line in (*table.notes, *table.signature)),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def escape(value: str) -> str:
    """Text that LaTeX sets as it is."""
    return PATTERN.sub(lambda match: SPECIAL[match.group()], " ".join(value.split()))


def _body(table: Table) -> list[str]:
    best = table.best()
    lines = []
    for number, row in enumerate(table.rows):
        lines += [r"\midrule"] * row.rule
        lines.append(_row(table, row, [(number, column) in best for column in range(len(table.columns))]))
    return lines


def _row(table: Table, row: Row, best: list[bool]) -> str:
    cells = (_cell(printed(table, row, column), bold) for column, bold in enumerate(best))
    return " & ".join(cells) + r" \\"


def _cell(cell: Printed, best: bool) -> str:
    value = escape(cell.value)
    if cell.numeric:
        value = re.sub(r"^[+-](?=\d)", r"$\g<0>$", value)
    value = rf"\textbf{{{value}}}" if best else value
    deviation = rf"{{\scriptsize$\,\pm\,${cell.sd}}}" if cell.sd else ""
    mark = f"$^{{{escape(cell.mark)}}}$" if cell.mark else ""
    return value + mark + deviation
