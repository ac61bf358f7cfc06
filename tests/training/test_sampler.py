"""Order is a pure function of (seed, step); every language is seen as often as its share says."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.hashing import key, mix, text_hashes, uniform
from xlalign.objectives.recipe import DataOptions
from xlalign.training.sampler import Run, Sampler, apportion, tempered, unimax

HASHES = text_hashes(map(str, range(60)))
GROUPS = np.repeat([0, 1, 2], [40, 15, 5])


def sampler_of(hashes: np.ndarray = HASHES, groups: np.ndarray = GROUPS, seed: int = 1, **options: Any) -> Sampler:
    return Sampler(hashes, groups, Run(batch_size=10, seed=seed, steps=6), DataOptions(**options))


def test_an_epoch_is_a_permutation_and_the_next_another():
    sampler = sampler_of(seed=3)
    first, rounds = sampler.draw(0, 60)
    second, again = sampler.draw(60, 60)
    assert sorted(first) == sorted(second) == list(range(60))
    assert list(first) != list(second)
    assert set(rounds) == {0}
    assert set(again) == {1}


@given(st.integers(0, 200), st.integers(1, 70))
def test_any_stretch_is_the_same_however_it_is_cut(start, count):
    sampler = sampler_of(language_temperature=0.5)
    whole = np.array(sampler.draw(0, 280))
    assert (np.array(sampler.draw(start, count)) == whole[:, start : start + count]).all()


def test_order_depends_on_content_not_on_file_order():
    turned = np.arange(60)[::-1]
    ours, _ = sampler_of(HASHES, GROUPS * 0).draw(0, 60)
    theirs, _ = sampler_of(HASHES[turned], GROUPS * 0).draw(0, 60)
    assert list(HASHES[ours]) == list(HASHES[turned][theirs])


def test_temperature_shares_and_nothing_twice_before_all_once():
    sampler = sampler_of(language_temperature=0.0)
    picked, rounds = sampler.draw(0, 600)
    counts = Counter(GROUPS[picked].tolist())
    assert all(count == 200 for count in counts.values())
    small = [(i, r) for i, r in zip(picked, rounds, strict=True) if GROUPS[i] == 2]
    assert sorted(small) == sorted((i, r) for i in range(55, 60) for r in range(40))
    assert [r for _, r in small] == sorted(r for _, r in small)


def test_a_step_is_its_stretch_and_unimax_caps_repeats():
    sampler = sampler_of(repeat_cap=2)
    assert list(sampler.step(3)[0]) == list(sampler.draw(30, 10)[0])
    picked, _ = sampler.draw(0, 60)
    counts = Counter(GROUPS[picked].tolist())
    assert counts == {0: 25, 1: 25, 2: 10}


def test_unimax_gives_equal_shares_up_to_the_cap():
    sizes = np.array([1000.0, 100, 10])
    assert unimax(sizes, 300, 100) == pytest.approx([1 / 3] * 3)
    shares = unimax(sizes, 300, 2) * 300
    assert shares == pytest.approx([140, 140, 20])
    assert tempered(sizes, 1.0) == pytest.approx(sizes / 1110)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), st.integers(0, 1000))
def test_apportion_adds_up(shares, total):
    exact = np.array(shares) / sum(shares)
    counts = apportion(exact, total)
    assert counts.sum() == total
    assert (abs(counts - exact * total) < 1).all()


def test_hashes_are_fixed_for_all_machines():
    assert key(1, "mask") == 0x7D39647EEB048058
    assert mix(7, np.arange(2)).tolist() == [0x63CBE1E459320DD7, 0x44C3CD7F43C661C]
    assert text_hashes(["a", "кот"]).tolist() == [0x2F42665B399EF840, 0x84D52343BE91F08D]
    values = uniform(mix(7, np.arange(20000)))
    assert values.mean() == pytest.approx(0.5, abs=0.01)
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.02
    assert mix(7, 3) == mix(7, np.arange(5))[3]
    assert mix(7, 3) != mix(8, 3)
