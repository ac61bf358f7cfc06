import numpy as np
import pytest

from xlalign.bitext import margin
from xlalign.evaluation import retrieval
from xlalign.evaluation.retrieval import Candidate, best_threshold, hubness, mine, nearest, precision_at_1
from xlalign.modeling.embed import unit_rows


@pytest.fixture
def sides(monkeypatch):
    monkeypatch.setattr(retrieval, "BLOCK", 7)
    monkeypatch.setattr(margin, "BLOCK", 7)
    random = np.random.default_rng(0)
    source = unit_rows(random.normal(size=(30, 8)))
    return source, unit_rows(source + 0.8 * random.normal(size=(30, 8)))


def brute(source: np.ndarray, target: np.ndarray, score: str, k: int) -> np.ndarray:
    cosine = source @ target.T
    near = np.sort(cosine, axis=1)[:, -k:].mean(1)
    back = np.sort(cosine, axis=0)[-k:].mean(0)
    return {
        "cosine": cosine,
        "margin": cosine / ((near[:, None] + back[None]) / 2),
        "csls": 2 * cosine - near[:, None] - back[None],
    }[score]


@pytest.mark.parametrize("score", ["cosine", "margin", "csls"])
def test_blocked_search_equals_brute_force(sides, score):
    assert (nearest(sides[0], sides[1], score, k=3) == brute(sides[0], sides[1], score, 3).argmax(1)).all()


def test_both_directions(sides):
    there, back = precision_at_1(*sides)
    cosine = sides[0] @ sides[1].T
    assert there == pytest.approx(100 * (cosine.argmax(1) == np.arange(30)).mean())
    assert back == pytest.approx(100 * (cosine.argmax(0) == np.arange(30)).mean())


def test_a_side_finds_itself(sides):
    assert precision_at_1(sides[0], sides[0], "margin") == (100.0, 100.0)


def test_mined_pairs_are_one_to_one_and_sorted(sides):
    found = mine(sides[0], sides[1], "margin", k=3)
    assert len({c.source for c in found}) == len({c.target for c in found}) == len(found)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    table = brute(sides[0], sides[1], "margin", 3)
    assert all(c.score == pytest.approx(table[c.source, c.target]) for c in found)
    assert found[0].score == pytest.approx(table.max())


def test_threshold_is_half_way_behind_the_best_f1():
    candidates = [Candidate(0.9, 0, 0), Candidate(0.8, 1, 1), Candidate(0.4, 2, 3), Candidate(0.1, 4, 4)]
    assert best_threshold(candidates, {(0, 0), (1, 1), (9, 9)}) == pytest.approx(0.6)
    assert best_threshold(candidates, {(7, 7)}) == float("inf")


def test_skewness_is_zero_when_all_are_found_equally_and_high_with_one_hub():
    corners = np.eye(6)
    assert hubness(corners, corners, 1) == 0.0
    centre = unit_rows(np.ones((1, 6)))
    assert hubness(np.repeat(centre, 6, 0), np.vstack([centre, -corners]), 1) > 2
