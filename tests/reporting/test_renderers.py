import csv
import os
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from xlalign.errors import UserError
from xlalign.reporting.format import visible
from xlalign.reporting.renderers import RENDERERS, rendered, terminal
from xlalign.reporting.table import Cell, Column, Table, row

GOLDEN = Path(__file__).with_name("golden")
NASTY = r"a_b & 50% <b>|*x*` {\ ~^$ # "


def table() -> Table:
    languages = ("en", "de", "hi", "zh")
    return Table(
        name="xnli",
        caption="XNLI, accuracy (%)",
        columns=(
            Column(name="model"),
            *(Column(name=lang, kind="score", better="higher") for lang in languages),
            Column(name="gap", kind="score", better="lower"),
            Column(name="time", kind="seconds"),
        ),
        rows=(
            row(
                "base",
                [
                    *(Cell(value=60.0 + n, sd=1.25, detail="seeds 1, 2") for n in range(4)),
                    Cell(value=21.5),
                    Cell(value=61),
                ],
            ),
            row(
                "संरेखित 对齐 محاذاة",
                [
                    *(Cell(value=70.0 - n, sd=10.5, mark="*") for n in range(3)),
                    Cell(value=None),
                    Cell(value=9.0),
                    Cell(value=8.2),
                ],
            ),
            row(
                "Δ aligned",
                [*(Cell(value=v) for v in (10.0, 8.0, -0.5)), Cell(value=None), Cell(value=-12.5), Cell(value=None)],
                kind="difference",
                rule=True,
            ),
        ),
        notes=("Mean ± sd over 2 seeds; * p < 0.05.",),
        signature=("world:13|seeds:1,2",),
    )


def nasty() -> Table:
    return Table(
        caption=NASTY,
        columns=(Column(name=NASTY), Column(name="n", kind="score")),
        rows=(row(NASTY, [Cell(value=1.0)]),),
        notes=(NASTY,),
        signature=(NASTY,),
    )


@pytest.mark.parametrize("form", RENDERERS.names())
def test_golden(form):
    made = rendered(table(), form)
    path = GOLDEN / f"table{RENDERERS.get(form).suffix}"
    if os.environ.get("XLALIGN_WRITE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def test_every_renderer_is_what_its_row_says():
    found = [RENDERERS.get(name) for name in RENDERERS]
    assert [renderer.name for renderer in found] == RENDERERS.names()
    assert len({renderer.suffix for renderer in found}) == len(found)


def test_an_unknown_format_is_told_with_the_nearest():
    with pytest.raises(UserError) as caught:
        RENDERERS.get("latx")
    assert "latex" in str(caught.value.hint)


@pytest.mark.parametrize("width", [30, 50, 80, 200])
def test_terminal_lines_fit_and_no_number_is_cut(width):
    text = terminal.as_text(table(), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    for number in ("60.0±1.2", "70.0±10.5*", "1 min 01 s", "+10.0", "-12.5"):
        assert number in text


def test_terminal_columns_stand_in_line_with_wide_letters():
    lines = [line for line in terminal.as_text(table(), 200).splitlines() if "±" in line and "sd" not in line]
    assert len({cell_len(line[: line.index("±")]) for line in lines}) == 1


def test_blocks_repeat_the_first_column():
    assert terminal.blocks([10, 20, 20, 20], 50) == [[0, 1, 2], [0, 3]]
    assert terminal.blocks([90, 90, 90], 80) == [[0, 1], [0, 2]]


def shown(**options: Any) -> str:
    console = Console(file=StringIO(), width=100, **options)
    with console.capture() as capture:
        console.print(terminal.TableView(table()))
    return capture.get()


def test_colours_only_on_a_terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    assert "\x1b[32m" in shown(force_terminal=True, color_system="standard")
    assert "\x1b[31m" in shown(force_terminal=True, color_system="standard")
    assert "\x1b" not in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in shown(force_terminal=True, color_system="standard")


def test_a_terminal_without_unicode_gets_ascii():
    class Ascii(StringIO):
        encoding = "ascii"

    console = Console(file=Ascii(), width=100)
    plain = table().model_copy(update={"rows": table().rows[:1]})
    with console.capture() as capture:
        console.print(terminal.TableView(plain))
    assert capture.get().isascii()
    assert "60.0+-1.2" in capture.get()


def test_markdown_escapes_and_keeps_the_columns():
    lines = rendered(nasty(), "markdown").splitlines()
    body = [line for line in lines if line.startswith("|")]
    assert all(line.replace(r"\|", "").count("|") == 3 for line in body)
    assert "<b>" not in "".join(body).replace(r"\<b\>", "")


def test_latex_escapes_everything_special():
    text = rendered(nasty(), "latex")
    wanted = (
        r"a\_b \& 50\% \textless{}b\textgreater{}\textbar{}*x*` \{"
        r"\textbackslash{} \textasciitilde{}\textasciicircum{}\$ \#"
    )
    assert wanted in text


def test_html_escapes():
    text = rendered(nasty(), "html")
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_csv_reads_back():
    lines = list(csv.DictReader(StringIO(rendered(table(), "csv"))))
    assert lines[1]["model"] == "संरेखित 对齐 محاذاة"
    assert (lines[0]["de"], lines[0]["de sd"], lines[0]["de mark"]) == ("61.0", "1.25", "")
    assert lines[1]["zh"] == ""
    assert next(csv.reader(StringIO(rendered(nasty(), "csv"))))[0] == NASTY


CONTROLS = "a\x1b[31mb\x9bc\u202edef\u2066g"
SHOWN = r"a\x1b[31mb\x9bc\u202edef\u2066g"


def table_of(value: str) -> Table:
    return Table(
        caption=value,
        columns=(Column(name=value), Column(name="n", kind="score")),
        rows=(row(value, [Cell(value=1.0)]),),
        notes=(value,),
        signature=(value,),
    )


@pytest.mark.parametrize("form", ["terminal", "markdown", "csv", "html", "latex"])
def test_characters_that_act_are_spelled_out(form):
    text = rendered(table_of(CONTROLS), form)
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(text)
    assert "x1b" in text
    assert SHOWN in text or form in ("markdown", "latex")  # which escape the backslash once more


def test_joiners_of_scripts_stay():
    assert visible("क्\u200dष\u200c") == "क्\u200dष\u200c"


def test_names_are_never_markup_on_a_terminal():
    text = terminal.as_text(table_of("fine [/nope] [red]x[/red]"))
    assert text.count("fine [/nope] [red]x[/red]") == 4 or "[/nope]" in text


@pytest.mark.parametrize("value", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(value):
    header, first = csv.reader(StringIO(rendered(table_of(value), "csv")))
    assert (header[0][0], first[0][0], first[1]) == ("'", "'", "1.0")


def test_numbers_of_a_csv_stay_numbers():
    columns = Column(name="m"), Column(name="Δ", kind="difference"), Column(name="n", kind="count")
    text = rendered(Table(caption="", columns=columns, rows=(row("a", [Cell(value=-1.5), Cell(value=12)]),)), "csv")
    assert text.splitlines() == ["m,Δ,n", "a,-1.5,12"]


@pytest.mark.parametrize("note", ["# a", "1. a", "- a", "+ a", "= a"])
def test_a_note_in_markdown_begins_no_block(note):
    last = rendered(table().model_copy(update={"notes": (note,), "signature": ()}), "markdown").splitlines()[-1]
    assert "\\" in last[:3]


TEX = next(filter(None, map(shutil.which, ("tectonic", "pdflatex"))), None)


@pytest.mark.skipif(TEX is None, reason="neither tectonic nor pdflatex is installed")
def test_latex_compiles_within_the_lines(tmp_path):
    """Also with many columns, a signature without blanks, and names that are markup."""
    cells = [Cell(value=60.0 + n, sd=1.25, mark="*") for n in range(15)]
    wide = Table(
        name="wide",
        caption=NASTY,
        columns=(Column(name="model"), *(Column(name=f"l{n}", kind="score", better="higher") for n in range(15))),
        rows=(row("[x] * mine", cells), row(NASTY, cells)),
        notes=('Mean over 3 seeds → better, ≥ 0 … | "quoted".',),
        signature=(
            "xnli|data:micro:13@" + "1f0c" * 16 + "|model:/home/somebody/a/very/long/path/to/a/model|seeds:1,2,3",
        ),
    )
    tables = [table_of("plain"), wide, nasty(), wide.model_copy(update={"name": "again"})]
    body = "\\clearpage\n".join(rendered(one, "latex") for one in tables)
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs,graphicx}\begin{document}"
    (tmp_path / "all.tex").write_text(f"{head}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    assert TEX is not None
    command = [TEX, "all.tex"] if "tectonic" in TEX else [TEX, "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Overfull" not in run.stdout + run.stderr
