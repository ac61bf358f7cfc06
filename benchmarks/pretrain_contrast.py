"""Contrastive training against sentence-transformers' trainer: same model, same real pairs, batch 256, one process.

    python benchmarks/pretrain_contrast.py [--rounds 3] [--device cuda --precision bf16 --size base]

Gates: at least 4x MultipleNegativesRankingLoss in pairs a second of wall time (on a CPU); building batches under 5 % of
the step. Loss and gradient of both are asserted to be equal first. On a GPU the gate is 460 thousand real tokens a
second.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from racing import Machine, Ours, begin, race, real_pairs, report, write_bitext, write_model

from xlalign.bitext import corpus
from xlalign.objectives.sequence_contrast.options import SequenceContrastOptions

BATCH = 256
# What MultipleNegativesRankingLoss computes: source to target, cosines times 20, the batch's other targets.
LOSS = SequenceContrastOptions(temperature=0.05, directions="forward", negatives="cross", skip_equal=False)


class Theirs:
    """sentence-transformers' trainer; the clock runs from the first batch to the end of the last step."""

    def __init__(self, folder: Path, pairs: list[tuple[str, str]], machine: Machine) -> None:
        from datasets import Dataset
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

        self.model = SentenceTransformer(str(folder), device=machine.device)
        self.model.max_seq_length = 128
        self.loss, self.machine = MultipleNegativesRankingLoss(self.model), machine
        self.data = Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [b for _, b in pairs]})

    def __call__(self, steps: int) -> float:
        """Take steps; returns seconds."""
        from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
        from transformers import TrainerCallback

        times: list[float] = []

        class Clock(TrainerCallback):
            def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
                times.append(time.perf_counter())

            def on_step_end(self, *args: Any, **kwargs: Any) -> None:
                if torch.cuda.is_available():
                    torch.cuda.synchronize()
                times.append(time.perf_counter())

        with tempfile.TemporaryDirectory() as out:
            arguments = SentenceTransformerTrainingArguments(
                output_dir=out,
                max_steps=steps,
                per_device_train_batch_size=BATCH,
                save_strategy="no",
                logging_strategy="no",
                report_to=[],
                disable_tqdm=True,
                use_cpu=self.machine.device == "cpu",
                bf16=self.machine.precision == "bf16",
                dataloader_drop_last=True,
            )
            trainer = SentenceTransformerTrainer(
                self.model, arguments, train_dataset=self.data, loss=self.loss, callbacks=[Clock()]
            )
            trainer.train()
        return times[-1] - times[0]


def assert_equal(ours: Ours, theirs: Theirs, texts: dict[str, tuple[str, str]]) -> float:
    """Loss and gradient of one batch, without dropout; returns the largest difference of a gradient."""
    batch = ours.batches.batch(0)
    pairs = [texts[name] for name in batch.ids]
    gradients, losses = [], []
    ours.modules().eval()
    theirs.model.eval()
    features = [theirs.model.preprocess(list(side)) for side in zip(*pairs, strict=True)]
    for model, compute in (
        (ours.program.encoders["query"].model.base_model, lambda: ours.program.loss(batch).loss),
        (theirs.model[0].model, lambda: theirs.loss(features, torch.empty(0))),
    ):
        loss = compute()
        loss.backward()
        losses.append(loss.item())
        gradients.append({n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None})
        model.zero_grad()
    assert abs(losses[0] - losses[1]) < 1e-4, losses
    found = {n: float((gradients[0][n] - g).abs().max() / g.abs().max()) for n, g in gradients[1].items()}
    # Biases of keys have a gradient of rounding only: softmax does not see them.
    worst = max(value for name, value in found.items() if not name.endswith("key.bias"))
    assert worst < 1e-2, found
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2, help="steps a round: one pass over the pairs")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    begin(options.threads)
    machine = Machine(options.device, options.precision, options.compiled)
    pairs = real_pairs(BATCH * options.steps)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bitext, model = write_bitext(folder / "bitext", pairs), write_model(folder / "model", pairs, options.size)
        ours, theirs = Ours(model, bitext, LOSS, BATCH, machine), Theirs(model, pairs, machine)
        data = ours.batches.data.pairs
        assert data is not None
        texts = {corpus.pair_id(a, b, "en", "xx"): (a, b) for a, b in pairs}
        difference = assert_equal(ours, theirs, texts) if options.device == "cpu" else None
        seconds = race({"ours": ours, "sentence-transformers": theirs}, options.rounds, options.steps)
        tokens = float(np.sum(np.diff(data.tokens.borders) + 2)) / options.steps
    share = ours.building / (options.steps * seconds["ours"]["median"])
    ratio = seconds["sentence-transformers"]["median"] / seconds["ours"]["median"]
    rate = tokens / seconds["ours"]["median"]
    gates = {"batches under 5 %": share < 0.05}
    gates |= {"4x": ratio >= 4} if options.device == "cpu" else {"460 thousand tokens/s": rate >= 460_000}
    figures = {"seconds": seconds, "ratio": ratio, "tokens_a_second": rate, "building": share, "differs": difference}
    report("contrast", {"machine": machine._asdict(), **figures}, gates)


if __name__ == "__main__":
    main()
