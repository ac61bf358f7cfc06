"""Fits the maps that make probabilities of link scores, on the dev sets of XL-WA, and measures them on other gold sets.

    python benchmarks/align_calibration.py [--encoder DIR] [--shared DIR] [--sets NAME ...]

Each set weighs the same, whatever its size, and each aligner is trained on the sentences of one set alone. The fit is
a logistic regression with a ridge of RIDGE on the weights. Errors of the five dev sets are those of a fit on the other
four.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from align_quality import SHARED, Standard, standards
from numpy.typing import NDArray
from scipy.optimize import minimize

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import AlignerInputs, TrainableAligner
from xlalign.alignment.calibration import Calibration, features, reliability
from xlalign.alignment.hmm.model import HmmModel
from xlalign.alignment.hybrid.aligner import HybridModel
from xlalign.bitext.corpus import GoldPair
from xlalign.types import Alignment, Link

DEV = ("en-bg.dev", "en-da.dev", "en-it.dev", "en-nl.dev", "en-ru.dev")
RIDGE = 1e-5
USED = {"hmm": ("posterior", "coverage", "association"), "hybrid": ("posterior", "coverage", "similarity")}
"""What each map weighs; the rest has weight 0."""


class Measured(NamedTuple):
    """The links of a gold set by pair, their features (links, 4), and which are right: sure or possible."""

    standard: Standard
    links: list[tuple[Link, ...]]
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def measure(kind: str, standard: Standard, encoder: str | None) -> Measured:
    """Train on the sentences of a set, and align them."""
    pairs, gold = standard.pairs.pairs, standard.pairs
    rows = [GoldPair(str(n), s, t, (), ()) for n, (s, t) in enumerate(pairs)]
    inputs = AlignerInputs(standard.languages, encoder if kind == "hybrid" else None, rows)
    made = ALIGNERS.get(kind).model_validate({}).make(inputs)
    assert isinstance(made, TrainableAligner)
    trained = made.train(pairs)
    guidance = trained.guidance(pairs) if isinstance(trained, HybridModel) else None
    model = trained.statistics if isinstance(trained, HybridModel) else trained
    assert isinstance(model, HmmModel)
    links: list[tuple[Link, ...]] = [()] * len(pairs)
    found, right = [np.empty((0, 4))] * len(pairs), [np.empty(0, dtype=bool)] * len(pairs)
    for batch in model.find(pairs, guidance):
        ends = np.cumsum(list(map(len, batch.links)))[:-1]
        for row, of_pair, own in zip(batch.rows, batch.links, np.split(features(batch.evidence), ends), strict=True):
            allowed = {*gold.sure[row], *gold.possible[row]}
            links[row], found[row] = of_pair, own
            right[row] = np.array([link in allowed for link in of_pair], dtype=bool)
    return Measured(standard, links, np.concatenate(found), np.concatenate(right))


def fit(sets: Sequence[Measured], kind: str) -> Calibration:
    """Weights that make the links of some sets likeliest, each set with the same weight."""
    columns = [Calibration._fields.index(name) for name in USED[kind]]
    x = np.concatenate([of_set.features[:, columns] for of_set in sets])
    x = np.column_stack([x, np.ones(len(x))])
    y = np.concatenate([of_set.right for of_set in sets])
    share = np.concatenate([np.full(len(of_set.right), 1 / len(of_set.right) / len(sets)) for of_set in sets])

    def loss(weights: NDArray[np.float64]) -> float:
        z = x @ weights
        return float((share * (np.logaddexp(0, z) - y * z)).sum() + RIDGE * (weights[:-1] ** 2).sum())

    *weights, offset = minimize(loss, np.zeros(x.shape[1]), method="BFGS").x
    fitted = dict(zip(USED[kind], weights, strict=True)) | {"offset": offset}
    return Calibration(**dict.fromkeys(Calibration._fields, 0.0) | fitted)


def errors(of_set: Measured, calibration: Calibration) -> str:
    """Expected calibration error in percent, and in brackets with possible links as right, where that differs."""
    scores = iter((1 / (1 + np.exp(-(of_set.features @ np.array(calibration[:-1]) + calibration.offset)))).tolist())
    found = [Alignment(links, tuple(next(scores) for _ in links)) for links in of_set.links]
    measured = reliability(found, of_set.standard.pairs.sure, of_set.standard.pairs.possible)
    upper = f" ({100 * measured.ece_possible:.1f})" if measured.ece_possible > measured.ece + 5e-4 else ""
    return f"{100 * measured.ece:.1f}{upper}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with wordalign/")
    parser.add_argument("--encoder", help="model folder or hub id, for hybrid")
    parser.add_argument("--sets", nargs="*", default=[], help="names of the sets to measure besides; all")
    options = parser.parse_args()
    chosen = [*DEV, *options.sets] if options.sets else []
    sets = list(standards(options.shared / "wordalign", (), chosen))
    for kind in ("hmm", "hybrid") if options.encoder else ("hmm",):
        found = {of_set.name: measure(kind, of_set, options.encoder) for of_set in sets}
        whole = fit([found[name] for name in DEV], kind)
        print(kind, *(f"{name}={value:.3f}" for name, value in whole._asdict().items() if value), flush=True)
        for name, of_set in found.items():
            others = [found[other] for other in DEV if other != name]
            print(f"  {name} {errors(of_set, fit(others, kind) if name in DEV else whole)}", flush=True)


if __name__ == "__main__":
    main()
