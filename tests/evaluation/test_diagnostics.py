from collections.abc import Sequence

import numpy as np
import pytest

from xlalign.bitext.corpus import GoldPair
from xlalign.evaluation.diagnostics import space, words
from xlalign.evaluation.diagnostics.run import diagnose
from xlalign.modeling.embed import unit_rows


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_cka_ignores_rotation_and_scale(random):
    x = random.normal(size=(50, 6))
    rotation = np.linalg.qr(random.normal(size=(6, 6)))[0]
    assert space.cka(x, 3 * x @ rotation) == pytest.approx(1.0)
    assert space.debiased_cka(x, x @ rotation) == pytest.approx(1.0)


def test_debiased_cka_is_near_zero_where_the_plain_one_is_not(random):
    values = [
        (space.cka(x, y), space.debiased_cka(x, y))
        for x, y in ((random.normal(size=(20, 100)), random.normal(size=(20, 100))) for _ in range(30))
    ]
    plain, debiased = np.mean(values, axis=0)
    assert plain > 0.7
    assert abs(debiased) < 0.05


def test_isotropy(random):
    x = random.normal(size=(400, 8))
    assert abs(space.mean_cosine(x)) < 0.05
    assert space.effective_rank(x) > 7.5
    shifted = x + np.array([30.0, *[0.0] * 7])
    assert space.mean_cosine(shifted) > 0.9
    assert space.dominance(shifted) > 0.95
    assert space.effective_rank(np.outer(x[:, 0], np.ones(8))) == pytest.approx(1.0)
    pairs = [unit_rows(x)[i] @ unit_rows(x)[j] for i in range(20) for j in range(20) if i != j]
    assert space.mean_cosine(x[:20]) == pytest.approx(np.mean(pairs))


def test_language_probe(random):
    x, y = random.normal(size=(200, 5)), random.normal(size=(200, 5))
    assert space.language_probe([x, y]) == pytest.approx(0.5, abs=0.1)
    assert space.language_probe([x, y + 4]) > 0.95


def test_rank_and_auc_by_brute_force(random):
    x = unit_rows(random.normal(size=(15, 4)))
    y = unit_rows(x + 0.7 * random.normal(size=(15, 4)))
    cosine = x @ y.T
    ranks = [1 + sum(cosine[i, j] > cosine[i, i] for j in range(15)) for i in range(15)]
    assert space.mean_rank(x, y) == pytest.approx(np.mean(ranks))
    wins = [cosine[i, j] < cosine[i, i] for i in range(15) for j in range(15) if i != j]
    assert space.parallel_auc(x, y) == pytest.approx(np.mean(wins))
    assert space.gold_margin(x, x) > 1


def pairs(source: Sequence[str], target: Sequence[str]) -> list[GoldPair]:
    links = tuple((i, i) for i in range(len(source)))
    return [GoldPair("0", list(source), list(target), links, links)]


def test_a_language_is_aligned_with_itself(nano):
    from xlalign.evaluation.model import load

    encoder, tokenizer = load(nano)
    same = pairs(["the", "dog", "sees", "a", "cat"], ["the", "dog", "sees", "a", "cat"])
    assert words.static_accuracy(same, encoder, tokenizer) == 100.0
    assert words.contextual_accuracy(same, encoder, tokenizer) == [100.0] * 4


def test_fertility(nano):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(nano)
    assert words.fertility([["dog", "cat"]], tokenizer) == (1.0, 0.0, 0.0)
    odd = words.fertility([["dog", "Ω"]], tokenizer)
    assert odd.unknown > 0
    assert words.fertility([["xyz", "dog"]], tokenizer).continued == 0.5


def test_all_diagnostics_of_an_encoder(nano):
    sample = pairs(["the", "dog", "sees", "a", "cat"], ["der", "hund", "sieht", "eine", "katze"])
    more = pairs(["a", "house"], ["eine", "haus"]) + pairs(["red", "tree"], ["rot", "baum"])
    four = [*sample, *more, *pairs(["not", "a", "dog"], ["nicht", "eine", "hund"])]
    found = diagnose(nano, {"de": four})
    assert set(found.fertility) == {"en", "de"}
    assert len(found.contextual["de"]) == 4
    assert found.points["layer=3,pool=cls"].to_english.keys() == {"de"}
    assert all(0 <= p.language_probe <= 100 for p in found.points.values())
