"""How fast `hybrid` aligns beside `argmax` on the same encoder and layer, and beside `hmm`, in turn in one run.

    python benchmarks/align_hybrid.py --encoder DIR [--gold TEXT] [--rounds N] [--threads N] [--layer N]

The pairs are those of a gold set, on which the statistical part is trained before; only aligning is timed. Rounds are
taken in turn, so that load of the machine falls on all of them alike; the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

import torch

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import Aligner, AlignerInputs, TrainableAligner

GOLD = Path(__file__).parents[2] / "shared/data/wordalign/enfr.src-tgt.xz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="model folder or hub id")
    parser.add_argument("--gold", type=Path, default=GOLD, help="word pairs")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each aligner")
    parser.add_argument("--threads", type=int, default=1, help="threads")
    parser.add_argument("--layer", type=int, default=7, help="hidden layer of both")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    pairs = gold.read(options.gold).pairs
    aligners: dict[str, Aligner] = {}
    for kind in ("hybrid", "argmax", "hmm"):
        model = ALIGNERS.get(kind)
        fields = {} if kind == "hmm" else {"layer": options.layer}
        encoder = None if kind == "hmm" else options.encoder
        made = model(**fields).make(AlignerInputs(encoder=encoder, workers=options.threads))
        aligners[kind] = made.train(pairs) if isinstance(made, TrainableAligner) else made
        aligners[kind].align(pairs[:32])
    rates: dict[str, list[float]] = {kind: [] for kind in aligners}
    for _ in range(options.rounds):
        for kind, aligner in aligners.items():
            began = time.perf_counter()
            aligner.align(pairs)
            rates[kind].append(len(pairs) / (time.perf_counter() - began))
    median = {kind: statistics.median(found) for kind, found in rates.items()}
    for kind, found in rates.items():
        print(f"{kind:7} {median[kind]:8.1f} pairs/s  ({min(found):.1f} to {max(found):.1f})")
    print(f"hybrid / argmax {median['hybrid'] / median['argmax']:.2f}  (load {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
