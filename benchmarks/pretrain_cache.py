"""Gradient caching against a plain step: batch 256, real pairs, the same gradient.

    python benchmarks/pretrain_cache.py [--rounds 3]

Gate: at most 1.5x the time of a plain step (the floor is 4/3: every chunk is encoded twice). That both give the same
gradient is asserted first.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from pretrain_contrast import BATCH, LOSS
from racing import Machine, Ours, begin, race, real_pairs, report, write_bitext, write_model


def assert_equal(plain: Ours, cached: Ours) -> None:
    """One batch, dropout included, gives the same gradient."""
    gradients = []
    for runner in (plain, cached):
        runner.modules().train()
        torch.manual_seed(1)
        runner.loss(runner.batches.batch(0)).loss.backward()
        gradients.append({n: p.grad.clone() for n, p in runner.modules().named_parameters() if p.grad is not None})
        runner.modules().zero_grad()
    assert gradients[0].keys() == gradients[1].keys()
    for name, wanted in gradients[0].items():
        assert torch.allclose(gradients[1][name], wanted, atol=1e-5), name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    begin(options.threads)
    pairs = real_pairs(2 * BATCH)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bitext, model = write_bitext(folder / "bitext", pairs), write_model(folder / "model", pairs)
        plain, cached = (Ours(model, bitext, LOSS, BATCH, Machine(), cache=cache) for cache in (False, True))
        assert_equal(plain, cached)
        seconds = race({"plain": plain, "cached": cached}, options.rounds, 2)
    ratio = seconds["cached"]["median"] / seconds["plain"]["median"]
    report("gradient caching", {"seconds": seconds, "ratio": ratio}, {"1.5x": ratio <= 1.5})


if __name__ == "__main__":
    main()
