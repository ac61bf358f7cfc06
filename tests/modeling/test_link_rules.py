"""Every rule against a loop over one pair, and against the two older implementations where they are still there."""

import numpy as np
import pytest
import torch

from xlalign.modeling import link_rules as rules


def batch(seed, dtype=torch.float32, low=0.0):
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 9, (20, 2))
    values, real = torch.rand(20, 8, 8, dtype=dtype), torch.zeros(20, 8, 8, dtype=torch.bool)
    for b, (s, t) in enumerate(sizes):
        values[b, :s, :t] = torch.from_numpy(generator.uniform(low, 1, (s, t)))
        real[b, :s, :t] = True
    return sizes, values, real


def mutual(values):
    return {(i, j) for i, j in np.ndindex(*values.shape) if values[i].argmax() == j and values[:, j].argmax() == i}


def itermax(values, rounds, alpha):
    links = mutual(values)
    for _ in range(rounds - 1):
        rows, columns = {i for i, _ in links}, {j for _, j in links}
        if min(values.shape) <= 2 or len(rows) == values.shape[0] or len(columns) == values.shape[1]:
            return links
        weight = np.array([[((i not in rows) + (j not in columns)) for j in range(values.shape[1])]
                           for i in range(values.shape[0])])  # fmt: skip
        weighted = values * np.choose(weight, [0, np.float32(alpha), 1]).astype(values.dtype)
        links = links | {(i, j) for i, j in mutual(weighted) if i not in rows or j not in columns}
    return links


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("rounds", "alpha"), [(1, 0.9), (2, 0.9), (3, 0.5)])
def test_argmax_and_itermax_equal_loops(seed, rounds, alpha):
    sizes, values, real = batch(seed)
    both, more = rules.mutual_argmax(values, real), rules.itermax(values, real, rounds, alpha)
    for b, (s, t) in enumerate(sizes):
        own = values[b, :s, :t].numpy()
        assert set(map(tuple, both[b].nonzero().tolist())) == mutual(own)
        assert set(map(tuple, more[b].nonzero().tolist())) == itermax(own, rounds, alpha)


def test_the_example_of_the_docstring():
    values = torch.tensor([[[0.9, 0.2, 0.05], [0.8, 0.7, 0.1], [0.1, 0.75, 0.1]]])
    real = torch.ones_like(values, dtype=torch.bool)
    assert rules.mutual_argmax(values, real)[0].nonzero().tolist() == [[0, 0], [2, 1]]
    assert rules.itermax(values, real)[0].nonzero().tolist() == [[0, 0], [1, 0], [2, 1]]


def test_the_first_of_equals_wins_in_both_directions():
    values, real = torch.full((1, 2, 3), 0.5), torch.ones(1, 2, 3, dtype=torch.bool)
    assert rules.best_per_row(values, real)[0].nonzero().tolist() == [[0, 0], [1, 0]]
    assert rules.best_per_column(values, real)[0].nonzero().tolist() == [[0, 0], [0, 1], [0, 2]]


def test_softmax_is_that_of_each_pair_and_its_gradient_is_finite():
    sizes, values, real = batch(1, torch.float64, low=-1)
    values.requires_grad_()
    forward, backward = rules.softmax_both_ways(values, real)
    for b, (s, t) in enumerate(sizes):
        own = values[b, :s, :t]
        assert torch.allclose(forward[b, :s, :t], own.softmax(1))
        assert torch.allclose(backward[b, :s, :t], own.softmax(0))
    assert forward[~real].sum() == backward[~real].sum() == 0
    (forward * backward).sum().backward()
    assert torch.isfinite(values.grad).all()


def test_plans_have_the_sums_that_they_promise():
    sizes, values, real = batch(2, torch.float64, low=-1)
    plan, moved = rules.sinkhorn_plan(values, real), rules.transport_plan(values, real, 0.5, iterations=200)
    for b, (s, t) in enumerate(sizes):
        assert torch.allclose(plan[b, :s].sum(1), torch.ones(s, dtype=torch.float64))
        assert torch.allclose(moved[b, :s, :t].sum(1), torch.ones(s), rtol=1e-3)
        assert torch.allclose(moved[b, :s, :t].sum(0), torch.full((t,), s / t), rtol=1e-3)
    assert plan[~real].sum() == moved[~real].sum() == 0


def test_the_heaviest_matching_is_no_lighter_than_any():
    from itertools import permutations

    sizes, values, real = batch(3)
    links = rules.heaviest_matching(values, real)
    for b, (s, t) in enumerate(sizes):
        if s <= t <= 6:
            best = max(sum(float(values[b, i, j]) for i, j in enumerate(p)) for p in permutations(range(t), int(s)))
            assert float(values[b][links[b]].sum()) == pytest.approx(best, rel=1e-6)
            assert (links[b].sum(1)[:s] == 1).all()
