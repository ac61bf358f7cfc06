"""Scores of links as probabilities."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment.calibration import Calibration, reliability
from xlalign.types import Alignment

scores = st.lists(st.floats(0, 1), min_size=2, max_size=20)


@given(scores, st.floats(0.1, 2), st.floats(-2, 2), st.floats(0, 1))
def test_the_map_keeps_the_order_and_stays_inside(values, slope, offset, coverage):
    mapped = Calibration(slope, 1.0, offset)(np.array(sorted(values)), np.full(len(values), coverage))
    assert (np.diff(mapped) >= 0).all()
    assert 0 < mapped[0] <= mapped[-1] < 1


def test_the_map_by_its_formula():
    mapped = Calibration(2.0, np.log(4), 0.0)(np.array([0.5, 0.75]), np.array([0.5, 0.0]))
    assert mapped == pytest.approx([2 / 3, 9 / 10])  # odds 1 -> 1 * 2 and 3 -> 9
    assert Calibration()(np.array([0.2, 0.9]), np.ones(2)) == pytest.approx([0.2, 0.9])


def test_reliability_by_hand():
    found = [Alignment(((0, 0), (1, 1)), (0.95, 0.55)), Alignment(((0, 1), (2, 2)), (0.91, 0.51))]
    measured = reliability(found, sure=[[(0, 0)], [(2, 2), (3, 3)]], possible=[[(1, 1)], []])
    upper, lower = measured.bins[9], measured.bins[5]
    assert (upper.links, upper.precision) == (2, 0.5)
    assert upper.score == pytest.approx(0.93)
    assert (lower.links, lower.precision) == (2, 1.0)
    assert lower.score == pytest.approx(0.53)
    assert measured.ece == pytest.approx(0.5 * 0.43 + 0.5 * 0.47)
    assert sum(row.links for row in measured.bins) == 4
    assert [(p.precision, p.recall) for p in measured.curve] == [(0.75, 2 / 3)] * 6 + [(0.5, 1 / 3)] * 4
    assert json.loads(json.dumps(measured.as_dict()))["bins"][9]["links"] == 2


def test_no_links_at_all():
    measured = reliability([Alignment((), ())], [[]], [[]])
    assert measured.ece == 0
    assert {point.recall for point in measured.curve} == {0.0}
