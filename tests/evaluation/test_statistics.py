import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrowing import present

from xlalign.evaluation.correlation import alignment_and_transfer, spearman
from xlalign.evaluation.metrics.scoring import f1_of_counts, mean_of_values
from xlalign.evaluation.significance import (
    Paired,
    benjamini_hochberg,
    bootstrap,
    compare,
    holm,
    randomisation,
    t_test,
    verdict,
)
from xlalign.evaluation.tasks import TASKS

# ALIGN-MLM's twelve (method, transformation) points: alignment accuracy and BS - BZ of XNLI, NER and POS.
ALIGNMENT = [90.0, 0.3, 57.3, 97.7, 85.6, 98.6, 95.7, 64.2, 93.7, 98.4, 95.2, 98.2]
GAPS = {
    "xnli": [1.5, 17.2, 4.5, -0.2, 8.2, 1.9, 1.1, 9.2, 2.2, -0.5, 6.7, 3.6],
    "ner": [2.6, 43.3, 19.0, 1.1, 19.4, 11.9, 1.1, 19.3, 13.8, 0.8, 15.5, 13.1],
    "pos": [0.4, 38.5, 2.0, 0.2, 33.2, 0.9, 0.3, 19.0, 1.0, 0.1, 3.0, 0.8],
}


@pytest.mark.parametrize(("task", "rho"), [("xnli", -0.727), ("ner", -0.781), ("pos", -0.734)])
def test_published_correlations(task, rho):
    found = spearman(ALIGNMENT, GAPS[task])
    assert found.rho == pytest.approx(rho, abs=5e-4)
    assert found.p < 0.02
    assert found.low < found.rho < found.high


def test_correlation_equals_scipy_with_ties():
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(0)
    x, y = random.integers(0, 5, 20).tolist(), random.integers(0, 5, 20).tolist()
    assert spearman(x, y, resamples=10).rho == pytest.approx(stats.spearmanr(x, y).statistic)


def test_few_points_are_warned_about():
    with pytest.warns(UserWarning, match="3 points says next to nothing"):
        spearman([1, 2, 3], [1, 2, 3], resamples=10)


def test_alignment_against_the_gap_over_models_and_languages():
    alignment = {"a": {"de": 10, "es": 20, "ru": 5, "xx": 1}, "b": {"de": 60, "es": 70, "ru": 50, "en": 100}}
    scores = {"a": {"en": 80, "de": 50, "es": 55, "ru": 40}, "b": {"en": 80, "de": 70, "es": 75, "ru": 65}}
    found = alignment_and_transfer(alignment, scores)
    assert found.rho == pytest.approx(-1.0)
    assert found.points == 6


def items(rate: float, seed: int, seeds: int = 2, count: int = 400) -> np.ndarray:
    return (np.random.default_rng(seed).random((seeds, count, 1)) < rate).astype(float)


def test_equal_models_do_not_differ():
    same = items(0.7, 0)
    found = compare([Paired(same, same)], mean_of_values, 200, "x")
    assert (found.mean, found.low, found.high, found.p, found.p_items) == (0.0, 0.0, 0.0, 1.0, 1.0)


def test_a_large_difference_is_significant_and_a_small_one_is_not():
    large = compare([Paired(items(0.8, 0, 5), items(0.6, 1, 5))], mean_of_values, 500, "x")
    assert large.p < 0.01
    assert large.p_items < 0.01
    assert large.low < large.mean < large.high
    small = compare([Paired(items(0.70, 0, 1, 50), items(0.69, 1, 1, 50))], mean_of_values, 500, "x")
    assert small.p > 0.05
    assert small.p_items > 0.05


def answers(random: np.random.Generator, seeds: int, count: int, deviation: float) -> Paired:
    """Two models that are equally good on average: items differ in difficulty, models in what they find easy."""
    difficulty = random.normal(0.8, 1.0, count)
    sides = []
    for _ in range(2):
        own = difficulty + random.normal(0, 0.7, count) + random.normal(0, deviation, (seeds, 1))
        sides.append((random.random((seeds, count)) < 1 / (1 + np.exp(-own))).astype(float)[..., None])
    return Paired(*sides)


@pytest.mark.parametrize(("seeds", "count", "deviation"), [(1, 200, 0.0), (3, 200, 0.2), (3, 500, 0.4), (5, 300, 0.3)])
def test_no_false_verdicts(seeds, count, deviation):
    """Of 400 null cases at most 5 % differ, and their intervals hold 0 in 95 % (2.5 deviations allowed)."""
    random = np.random.default_rng(seeds)
    found = [compare([answers(random, seeds, count, deviation)], mean_of_values, 100, str(n)) for n in range(400)]
    assert np.mean([d.p < 0.05 for d in found]) <= 0.05 + 2.5 * 0.011
    assert np.mean([d.low <= 0 <= d.high for d in found]) >= 0.95 - 2.5 * 0.011
    if deviation > 0.1:  # what the items alone would have said
        assert np.mean([d.p_items < 0.05 for d in found]) > 0.1


def test_a_table_of_null_cases_has_a_false_verdict_in_one_of_twenty():
    """100 tables of 12 comparisons with 3 seeds each, corrected by Holm."""
    random = np.random.default_rng(1)
    tables = 0
    for number in range(100):
        cases = {c: compare([answers(random, 3, 150, 0.2)], mean_of_values, 60, f"{number} {c}") for c in range(12)}
        corrected = holm({c: d.p for c, d in cases.items()})
        tables += any(verdict(d.mean, corrected[c], d.seeds) in ("helps", "hurts") for c, d in cases.items())
    assert tables <= 5 + 2.5 * 2.2


def test_a_real_gain_is_found():
    random = np.random.default_rng(0)
    pair = answers(random, 5, 2000, 0.02)
    better = np.maximum(pair.ours, random.random(pair.ours.shape) < 0.2)
    found = compare([Paired(better, pair.theirs)], mean_of_values, 200, "x")
    assert verdict(found.mean, found.p, found.seeds) == "helps"
    assert present(found.effect) > 1


def test_t_test_equals_scipy():
    stats = pytest.importorskip("scipy.stats")
    values = [1.2, 0.4, 2.0, 0.9]
    interval = stats.ttest_1samp(values, 0).confidence_interval()
    p, half = t_test(values)
    assert p == pytest.approx(stats.ttest_1samp(values, 0).pvalue)
    assert (np.mean(values) - half, np.mean(values) + half) == pytest.approx(tuple(interval))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_corrections_equal_scipy_and_never_help(values):
    stats = pytest.importorskip("scipy.stats")
    ps = dict(enumerate(values))
    step_up, step_down = benjamini_hochberg(ps), holm(ps)
    assert list(step_up.values()) == pytest.approx(list(stats.false_discovery_control(values)))
    assert all(p <= step_up[name] + 1e-12 <= step_down[name] + 2e-12 <= 1 + 3e-12 for name, p in ps.items())


def test_corrections_by_hand():
    ps = {"a": 0.01, "b": 0.04, "c": 0.03}
    assert holm(ps) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert benjamini_hochberg(ps) == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})


def test_few_seeds_allow_no_verdict():
    assert verdict(5.0, 0.001, 2) == "too few seeds (2)"
    assert verdict(5.0, 0.2, 3) == "cannot tell"
    assert verdict(-5.0, 0.01, 3) == "hurts"


def test_bootstrap_deviation_is_that_of_the_binomial():
    pair = Paired(items(0.7, 0, 1, 1000), items(0.5, 1, 1, 1000))
    samples = bootstrap([pair], mean_of_values, 2000, "x")
    expected = 100 * np.sqrt((pair.ours - pair.theirs).var() / 1000)
    assert samples.std() == pytest.approx(expected, rel=0.1)
    assert samples.mean() == pytest.approx(100 * (pair.ours.mean() - pair.theirs.mean()), abs=0.3)


def test_randomisation_equals_all_exchanges_of_a_small_case():
    ours, theirs = np.array([[[1.0], [1.0], [0.0]]]), np.array([[[0.0], [1.0], [1.0]]])
    values = set(np.round(randomisation([Paired(ours, theirs)], mean_of_values, 200, "x"), 6))
    assert values == {-66.666667, 0.0, 66.666667}


def test_the_same_comparison_gives_the_same_numbers():
    pair = Paired(items(0.8, 0), items(0.7, 1))
    assert compare([pair], mean_of_values, 100, "x") == compare([pair], mean_of_values, 100, "x")
    assert compare([pair], mean_of_values, 100, "x") != compare([pair], mean_of_values, 100, "y")


GOLD = {
    "xnli": (["neutral", "neutral", "entailment"], ["neutral", "entailment", "entailment"]),
    "panx": ([["B-PER", "O"], ["O", "B-LOC"]], [["B-PER", "O"], ["B-LOC", "O"]]),
    "udpos": ([["NOUN", "NOUN"], ["VERB"]], [["NOUN", "VERB"], ["VERB"]]),
    "xquad": ({"a": ["the red dog"], "b": ["x"]}, {"a": "red", "b": "x"}),
    "mlqa": ({"a": ["der rote Hund"], "b": ["x"]}, {"a": "rote", "b": "x"}),
    "bucc": ([("a", "b"), ("c", "d")], [("a", "b"), ("a", "d"), ("e", "f")]),
    "tatoeba": (["0", "1"], ["0", "0"]),
}


@pytest.mark.parametrize("name", GOLD)
def test_sums_of_items_give_the_headline(name):
    task = TASKS.get(name)
    gold, predicted = GOLD[name]
    rows = task.items(gold, predicted, "de")
    headline = task.headline(task.score(gold, predicted, "de"))
    assert float(task.metrics.total(rows.sum(0), len(rows))) == pytest.approx(headline)
    assert 0 < headline < 100


def test_nothing_found_is_zero():
    assert f1_of_counts(np.zeros(3), 5) == 0.0
