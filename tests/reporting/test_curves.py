import pytest

from xlalign.errors import DataError
from xlalign.reporting.curves import panel_order, read_curve, smooth


def test_metrics_become_one_series_each(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"step": 10, "loss": 2.5, "mlm": 2, "learning_rate": 0.1, "note": "x"}\n'
        '{"step": 10, "dev/f1": 50.0}\n{"step": 20, "loss": 1.5}\n'
    )
    curve = read_curve(path, "ppa")
    assert set(curve.parts) == {"loss", "mlm", "dev/f1"}
    assert curve.parts["loss"].steps == (10, 20)
    assert curve.parts["loss"].values == (2.5, 1.5)


@pytest.mark.parametrize("line", ["{", "[]", '{"loss": 1}', '{"step": "x"}'])
def test_a_bad_line_is_named(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"step": 1, "loss": 1.0}}\n{line}\n')
    with pytest.raises(DataError, match=r"metrics.jsonl:2: not a record"):
        read_curve(path, "x")


def test_values_that_are_not_finite_are_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "loss": NaN}\n{"step": 2, "loss": 1.0}\n')
    assert read_curve(path, "x").parts["loss"].steps == (2,)


def test_smoothing_keeps_a_constant_and_starts_at_the_first_value():
    assert smooth([3.0] * 5) == pytest.approx([3.0] * 5)
    assert smooth([7.0, 1.0])[0] == pytest.approx(7.0)
    assert smooth([]) == []


def test_the_loss_comes_first_and_dev_scores_last():
    names = ["dev/f1", "tlm/accuracy", "tlm/loss", "loss", "contrast/loss"]
    assert sorted(names, key=panel_order) == ["loss", "contrast/loss", "tlm/loss", "tlm/accuracy", "dev/f1"]
