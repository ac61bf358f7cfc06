"""Tables of word alignment: error rates, what each gold standard says of the links, each dictionary of the lexicon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlalign.reporting.data import LinkCurve
from xlalign.reporting.table import Cell, Column, Table, TableRow, row

RATES = ("precision", "recall", "f1", "aer")
POINT = ("least", "precision", "recall")


def error_table(rates: Mapping[str, Mapping[str, float]], *, signature: tuple[str, ...] = ()) -> Table:
    """Alignment error rates: aligner -> language pair -> AER in [0, 1], and the mean over the pairs."""
    pairs = list(dict.fromkeys(pair for by_pair in rates.values() for pair in by_pair))
    columns = [Column(name=name, kind="score", better="lower") for name in (*pairs, "mean")]
    rows = []
    for aligner, by_pair in rates.items():
        mean = sum(by_pair.values()) / len(by_pair) if by_pair else None
        values = {**{pair: by_pair.get(pair) for pair in pairs}, "mean": mean}
        rows.append(row(aligner, [_rate(value, f"{aligner} on {pair}") for pair, value in values.items()]))
    return Table(
        name="aer",
        caption="Word alignment, AER (%), lower is better",
        columns=(Column(name="aligner"), *columns),
        rows=tuple(rows),
        signature=signature,
    )


def _rate(value: float | None, what: str) -> Cell:
    return Cell(value=None) if value is None else Cell(value=100 * value, detail=f"{what}; its stage is in Provenance")


def gold_table(scores: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table | None:
    """Precision, recall, F1, AER and calibration error by aligner and gold standard, with the warnings about its file.

    Args:
        scores: aligner -> gold standard -> the fields of `AerScore`, rates in [0, 1]; None comes back for none.
    """
    rows, notes = [], []
    for aligner, standards in scores.items():
        for name, found in standards.items():
            counts = [found[field] for field in ("predicted", "sure", "possible")]
            error = Cell(value=100 * found["calibration"]["ece"] if "calibration" in found else None)
            cells = [Cell(value=name), *_percent(found, RATES), error, *(Cell(value=n) for n in counts)]
            rows.append(row(aligner, cells))
            notes += [f"{name}: {note}" for note in found["notes"]]
    columns = [
        Column(name="aligner"),
        Column(name="gold standard"),
        *(Column(name=name, kind="score", better="higher") for name in ("precision", "recall", "F1")),
        *(Column(name=name, kind="score", better="lower") for name in ("AER", "calibration error")),
        *(Column(name=name, kind="count") for name in ("links", "sure", "possible")),
    ]
    return _table("links", "Word alignment against gold links, %", columns, rows, tuple(dict.fromkeys(notes)))


def link_curves(scores: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[LinkCurve]:
    """Precision and recall by least score of every aligner whose scores differ; `scores` as `gold_table` takes them."""
    return [
        LinkCurve(
            aligner=aligner,
            standard=name,
            error=found["calibration"]["ece"],
            **{field: tuple(point[field] for point in found["calibration"]["curve"]) for field in POINT},
        )
        for aligner, standards in scores.items()
        for name, found in standards.items()
        if len({tuple(point[field] for field in POINT[1:]) for point in found.get("calibration", {}).get("curve", ())})
        > 1
    ]


def lexicon_table(reports: Mapping[str, Mapping[str, Any]]) -> Table | None:
    """Precision at 1 and coverage of the lexicons, by aligner and dictionary.

    Args:
        reports: aligner -> the report.json of its artifact; None comes back where no dictionary was given.
    """
    rows = [
        row(aligner, [Cell(value=pair), Cell(value=name), *_percent(found, ("precision", "coverage")), words])
        for aligner, report in reports.items()
        for pair, name, found in _checks(report)
        for words in (Cell(value=found["words"]),)
    ]
    columns = [
        *(Column(name=name) for name in ("aligner", "languages", "dictionary")),
        *(Column(name=name, kind="score", better="higher") for name in ("precision@1", "coverage")),
        Column(name="words", kind="count"),
    ]
    return _table("lexicon", "Lexicon against dictionaries, %", columns, rows)


def _checks(report: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for pair, counts in report.get("languages", {}).items():
        for name, found in counts.get("dictionaries", {}).items():
            yield pair, name, found


def _percent(found: Mapping[str, Any], fields: tuple[str, ...]) -> list[Cell]:
    return [Cell(value=100 * found[field]) for field in fields]


def _table(
    name: str, caption: str, columns: list[Column], rows: list[TableRow], notes: tuple[str, ...] = ()
) -> Table | None:
    if not rows:
        return None
    return Table(name=name, caption=caption, columns=tuple(columns), rows=tuple(rows), notes=notes)
