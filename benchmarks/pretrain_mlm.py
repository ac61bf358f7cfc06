"""A masked-language step with a vocabulary of 120,000 against transformers' own model, padded to the longest row.

    python benchmarks/pretrain_mlm.py [--rounds 3]

Gates: at least 3x in wall time; peak memory, each in a process of its own, at most half. The losses of both on one
masked batch are asserted to be equal first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from racing import Machine, Ours, begin, peak_memory, race, real_pairs, report, write_bitext, write_model

from xlalign.modeling import loading
from xlalign.objectives.token_prediction.options import TokenPredictionOptions

BATCH, VOCABULARY, STEPS = 32, 120_000, 2


class Stock:
    """transformers' masked-language model and collator: a logit for every token of the vocabulary at every position."""

    def __init__(self, folder: Path, pairs: list[tuple[str, str]]) -> None:
        from transformers import DataCollatorForLanguageModeling

        self.model, tokenizer = loading.load(folder)
        self.collate = DataCollatorForLanguageModeling(tokenizer)
        self.rows = tokenizer([a for a, _ in pairs], truncation=True, max_length=128)["input_ids"]
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-5, fused=True)

    def __call__(self, steps: int) -> float:
        """Take steps; returns seconds."""
        self.model.train()
        start = time.perf_counter()
        for step in range(steps):
            inputs = self.collate([{"input_ids": row} for row in self.rows[step * BATCH : (step + 1) * BATCH]])
            self.model(**inputs).loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
        return time.perf_counter() - start


def runner(name: str, folder: Path, pairs: list[tuple[str, str]]) -> Ours | Stock:
    if name == "transformers":
        return Stock(folder / "model", pairs)
    return Ours(folder / "model", folder / "bitext", TokenPredictionOptions(on=("source",)), BATCH, Machine())


def assert_equal(ours: Ours, stock: Stock) -> None:
    """The same masked batch gives the same loss."""
    batch = ours.batches.batch(0)
    view = batch.views["source"]
    assert view.mask is not None
    labels = torch.full_like(view.ids, -100)
    labels[view.mask.selected] = view.mask.labels
    sizes = view.lengths.tolist()
    parts = {"input_ids": view.mask.ids, "labels": labels, "attention_mask": torch.ones_like(labels)}
    filling = {"input_ids": 0, "labels": -100, "attention_mask": 0}
    padded = {
        name: torch.nn.utils.rnn.pad_sequence(
            list(torch.split(values, sizes)), batch_first=True, padding_value=filling[name]
        )
        for name, values in parts.items()
    }
    ours.modules().eval()
    stock.model.eval()
    with torch.no_grad():
        found, wanted = ours.program.loss(batch).loss.item(), stock.model(**padded).loss.item()
    assert abs(found - wanted) < 1e-4, (found, wanted)


def peak(name: str, folder: Path) -> float:
    """Peak memory in MB of a few steps in a fresh process."""
    command = [sys.executable, __file__, "--peak", name, "--folder", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    begin(options.threads)
    pairs = real_pairs(BATCH * STEPS)
    if options.peak:
        runner(options.peak, options.folder, pairs)(STEPS)
        print(peak_memory())
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_bitext(folder / "bitext", pairs)
        write_model(folder / "model", pairs, vocabulary=VOCABULARY)
        ours, stock = runner("ours", folder, pairs), runner("transformers", folder, pairs)
        assert isinstance(ours, Ours)
        assert isinstance(stock, Stock)
        assert_equal(ours, stock)
        seconds = race({"ours": ours, "transformers": stock}, options.rounds, STEPS)
        memory = {kind: peak(kind, folder) for kind in ("ours", "transformers")}
    ratio = seconds["transformers"]["median"] / seconds["ours"]["median"]
    share = memory["ours"] / memory["transformers"]
    figures = {"seconds": seconds, "ratio": ratio, "peak_mb": memory, "memory_ratio": share}
    report("mlm", figures, {"3x": ratio >= 3, "half the memory": share <= 0.5})


if __name__ == "__main__":
    main()
