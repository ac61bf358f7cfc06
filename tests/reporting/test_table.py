import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from xlalign.reporting.format import duration, number, printed
from xlalign.reporting.table import Cell, Column, Table, row


def scores(*values, better="higher", kind="score"):
    return Table(
        caption="c",
        columns=(Column(name="model"), Column(name="x", kind=kind, better=better)),
        rows=tuple(row(str(n), [Cell(value=v)]) for n, v in enumerate(values)),
    )


def test_best_is_the_highest_or_the_lowest():
    assert scores(1.0, 3.0, 2.0).best() == {(1, 1)}
    assert scores(1.0, 3.0, 2.0, better="lower").best() == {(0, 1)}
    assert scores(1.0, 3.0, better="neither").best() == set()


def test_values_that_print_alike_are_best_together():
    assert scores(71.04, 70.96, 60.0).best() == {(0, 1), (1, 1)}


def test_a_lone_or_missing_value_is_not_best():
    assert scores(71.0).best() == set()
    assert scores(None, 71.0).best() == set()
    assert scores(71.0, 71.0).best() == set()


def test_rows_of_differences_do_not_compete():
    table = scores(60.0, 70.0)
    extra = row("difference", [Cell(value=99.0)], kind="difference")
    assert table.model_copy(update={"rows": (*table.rows, extra)}).best() == {(1, 1)}


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValidationError, match="row 0 has 3 cells, the table has 2"):
        Table(
            caption="", columns=(Column(name="a"), Column(name="b")), rows=(row("x", [Cell(value=1), Cell(value=2)]),)
        )


def test_json_round_trip():
    table = scores(1.5, None).model_copy(update={"notes": ("नोट",), "signature": ("a|b",)})
    assert Table.model_validate_json(table.model_dump_json()) == table


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (71.24, "score", "71.2"),
        (-0.04, "score", "0.0"),
        (3.44, "difference", "+3.4"),
        (-3.44, "difference", "-3.4"),
        (-0.01, "difference", "+0.0"),
        (1234567, "count", "1,234,567"),
        (9.94, "seconds", "9.9 s"),
        (59.6, "seconds", "1 min 00 s"),
        (3599.9, "seconds", "1 h 00 min"),
        (7920, "seconds", "2 h 12 min"),
    ],
)
def test_numbers_by_kind(value, kind, text):
    assert number(value, kind) == text


@given(st.floats(0, 1e7))
def test_a_duration_never_shows_sixty(seconds):
    assert "60" not in duration(seconds).split()[0::2][1:]


def test_a_fall_is_good_news_where_lower_is_better():
    table = scores(-2.0, 2.0, kind="difference", better="lower")
    assert [printed(table, line, 1).tone for line in table.rows] == ["good", "bad"]


def test_nan_is_missing():
    table = scores(float("nan"))
    assert printed(table, table.rows[0], 1).value == "–"
