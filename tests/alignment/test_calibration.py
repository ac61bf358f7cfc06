"""Scores of links as probabilities."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment.calibration import Calibration, LinkEvidence, reliability
from xlalign.types import Alignment

chances = st.floats(0, 1)


def evidence(**given):
    size = len(next(iter(given.values())))
    return LinkEvidence(*(np.array(given.get(name, [0.5] * size), dtype=float) for name in LinkEvidence._fields))


@given(
    st.sampled_from(LinkEvidence._fields),
    st.lists(chances, min_size=2, max_size=20),
    st.floats(0.1, 2),
    st.floats(-2, 2),
)
def test_more_evidence_is_never_less_probable(name, values, weight, offset):
    calibration = Calibration(**dict.fromkeys(LinkEvidence._fields, weight), offset=offset)
    mapped = calibration(evidence(**{name: sorted(values)}))
    assert (np.diff(mapped) >= 0).all()
    assert 0 < mapped[0] <= mapped[-1] < 1


def test_the_map_by_its_formula():
    calibration = Calibration(posterior=2.0, coverage=np.log(4), offset=0.0)
    mapped = calibration(evidence(posterior=[0.5, 0.75], coverage=[0.5, 0.0]))
    assert mapped == pytest.approx([2 / 3, 9 / 10])  # odds 1 -> 1 * 2 and 3 -> 9
    assert Calibration()(evidence(posterior=[0.2, 0.9])) == pytest.approx([0.2, 0.9])
    both = Calibration(posterior=0.0, association=1.0, similarity=1.0)(evidence(association=[0.75], similarity=[0.75]))
    assert both == pytest.approx([0.9])


def test_reliability_by_hand():
    found = [Alignment(((0, 0), (1, 1)), (0.95, 0.55)), Alignment(((0, 1), (2, 2)), (0.91, 0.51))]
    measured = reliability(found, sure=[[(0, 0)], [(2, 2), (3, 3)]], possible=[[(1, 1)], []])
    upper, lower = measured.bins[9], measured.bins[5]
    assert (upper.links, upper.precision) == (2, 0.5)
    assert upper.score == pytest.approx(0.93)
    assert (lower.links, lower.precision) == (2, 1.0)
    assert lower.score == pytest.approx(0.53)
    assert measured.ece_possible == pytest.approx(0.5 * 0.43 + 0.5 * 0.47)
    # The sure link (2, 2) of the lower bin is right, the possible one (1, 1) may be: .53 lies between .5 and 1.
    assert (lower.sure, upper.sure) == (0.5, 0.5)
    assert measured.ece == pytest.approx(0.5 * 0.43)
    assert sum(row.links for row in measured.bins) == 4
    assert [(p.precision, p.recall) for p in measured.curve] == [(0.75, 2 / 3)] * 6 + [(0.5, 1 / 3)] * 4
    assert json.loads(json.dumps(measured.as_dict()))["bins"][9]["links"] == 2


def test_possible_links_bound_the_share_that_is_right():
    links = tuple((n, n) for n in range(10))
    sure, possible = [links[:6]], [links[6:9]]
    for score, error in ((0.8, 0.0), (0.95, 0.05), (0.55, 0.05)):
        measured = reliability([Alignment(links, (score,) * 10)], sure, possible)
        assert measured.ece == pytest.approx(error)
        assert measured.ece_possible == pytest.approx(abs(0.9 - score))
    measured = reliability([Alignment(links, (0.8,) * 10)], sure, [[]])
    assert measured.ece == measured.ece_possible == pytest.approx(0.2)


def test_no_links_at_all():
    measured = reliability([Alignment((), ())], [[]], [[]])
    assert measured.ece == measured.ece_possible == 0
    assert {point.recall for point in measured.curve} == {0.0}
