r"""Tables as LaTeX with booktabs and graphicx; other scripts than Latin need LuaLaTeX or XeLaTeX and a font."""

from __future__ import annotations

import re

from xlalign.reporting.format import Printed, printed, visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Table, TableRow

PREAMBLE = r"""% \usepackage{booktabs,graphicx}; with pdfLaTeX also \usepackage[T1]{fontenc}"""
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "Δ": r"$\Delta$",
    "→": r"$\to$",
    "–": "--",
    "·": r"$\cdot$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "…": r"\dots{}",
    "\u2011": "-",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
PATTERN = re.compile("|".join(map(re.escape, SPECIAL)))
UNBROKEN = 12
"""Letters of a signature after which a line may end even within a digest."""


def as_latex(table: Table) -> str:
    """The table as a `table` environment, ready to paste: never wider than the line, notes and signature below."""
    alignment = "".join("l" if column.kind == "text" else "r" for column in table.columns)
    head = " & ".join(escape(column.name) for column in table.columns)
    lines = [
        PREAMBLE,
        r"\begin{table}[t]",
        r"\centering\small\setlength{\tabcolsep}{2.5pt}",
        rf"\caption{{{escape(table.caption)}}}",
        rf"\label{{tab:{re.sub(r'[^A-Za-z0-9:-]+', '-', table.name)}}}",
        # Natural size where it fits, else scaled down to the line: \width is that of the box itself.
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        rf"{head} \\",
        r"\midrule",
        *_body(table),
        r"\bottomrule",
        r"\end{tabular}}",
        *_below(table),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def escape(value: str) -> str:
    """Text that LaTeX sets as it is."""
    return PATTERN.sub(lambda match: SPECIAL[match.group()], visible(" ".join(value.split())))


def breakable(value: str) -> str:
    """Escaped text that may be broken after punctuation, and within digests and other long words."""
    # "xnli|data:micro:13@1f0c" may end a line after |, : and @; of 64 hex digits every twelfth may be the last.
    pieces = re.findall(rf"[^|:,;/@=+_.-]{{1,{UNBROKEN}}}[|:,;/@=+_.-]*|[|:,;/@=+_.-]+", visible(value))
    return r"\allowbreak{}".join(map(escape, pieces))


def _below(table: Table) -> list[str]:
    notes = [escape(line) for line in table.notes]
    notes += [rf"\texttt{{{breakable(line)}}}" for line in table.signature]
    if not notes:
        return []
    box = r"\par\smallskip\begin{minipage}{\linewidth}\footnotesize\raggedright"
    return [box, "\\par\n".join(notes), r"\end{minipage}"]


def _body(table: Table) -> list[str]:
    best = table.best()
    lines = []
    for number, row in enumerate(table.rows):
        lines += [r"\midrule"] * row.rule
        lines.append(_row(table, row, [(number, column) in best for column in range(len(table.columns))]))
    return lines


def _row(table: Table, row: TableRow, best: list[bool]) -> str:
    cells = (_cell(printed(table, row, column), bold) for column, bold in enumerate(best))
    line = " & ".join(cells)
    guard = "{}" if line.startswith(("[", "*")) else ""  # after \\ these would be its optional argument
    return guard + line + r" \\"


def _cell(cell: Printed, best: bool) -> str:
    value = escape(cell.value)
    if cell.numeric:
        # A sign in text mode is a hyphen: $-$1.2 is a minus.
        value = re.sub(r"^[+-](?=\d)", r"$\g<0>$", value)
    value = rf"\textbf{{{value}}}" if best else value
    deviation = rf"{{\scriptsize$\,\pm\,${cell.sd}}}" if cell.sd else ""
    mark = f"$^{{{escape(cell.mark)}}}$" if cell.mark else ""
    return value + mark + deviation


LATEX = Renderer("latex", ".tex", as_latex, title="LaTeX")
