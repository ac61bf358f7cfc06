"""Training speed against peers on the same model and real pairs, in one process, variants interleaved.

    python benchmarks/pretrain_speed.py [contrast] [mlm] [cache] [--rounds 3] [--threads 1] [--json FILE]

contrast: one InfoNCE step of 256 pairs, ours against sentence-transformers' MultipleNegativesRankingLoss trainer.
mlm: one step with a vocabulary of 120,000, ours against transformers' model with labels; peak memory of each in a
process of its own. cache: gradient caching against a plain step, and the share of building batches.
Times are CPU seconds of the process, which other jobs on the machine disturb less than wall time.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from xlalign.bitext import corpus
from xlalign.modeling import encoder, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.options import DataOptions, Recipe, SequenceContrastOptions, TokenPredictionOptions
from xlalign.training import optimizer
from xlalign.training.corpus import read_pairs
from xlalign.training.data import Data, RecipeBatches
from xlalign.training.recipe import RecipeProgram
from xlalign.training.sampler import Run
from xlalign.training.settings import TrainSettings
from xlalign.training.views import Frame
from xlalign.types import Pair

SHARED = Path(__file__).parents[2] / "shared/data/parallel"
BATCH = 256
CONTRAST = SequenceContrastOptions(temperature=0.05, directions="forward", negatives="cross", skip_equal=False)


def real_pairs(count: int) -> list[tuple[str, str]]:
    """English-French pairs of software documentation and English-German news, as they come."""
    rows: list[tuple[str, str]] = []
    for name in ("python-docs/en-fr.tsv.xz", "wmt/newstest2021.en-de.tsv.xz"):
        with lzma.open(SHARED / name, "rt", encoding="utf-8") as file:
            rows += [(line.split("\t")[0], line.rstrip("\n").split("\t")[1]) for line in file if "\t" in line]
    order = np.random.default_rng(0).permutation(len(rows))[:count]
    return [rows[i] for i in order]


def model_folder(folder: Path, pairs: list[tuple[str, str]], vocabulary: int = 0) -> Path:
    """A BERT of 4 layers x 192 with random weights; with `vocabulary`, that many rows in the embedding table."""
    from transformers import BertConfig, BertForMaskedLM

    tokenizer = scratch.train_tokenizer({"en": [a for a, _ in pairs], "xx": [b for _, b in pairs]}, "tiny")
    config = BertConfig(
        vocab_size=vocabulary or len(tokenizer),
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=6,
        intermediate_size=768,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    encoder.save(BertForMaskedLM(config), tokenizer, folder)
    return folder


class Ours:
    """Our program, step by step."""

    def __init__(self, folder: Path, bitext: Path, objective: Any, *, batch: int, cache: bool = False) -> None:
        model, tokenizer = encoder.load(folder)
        recipe = Recipe(title="benchmark", data=DataOptions(max_length=128), objectives={"own": objective})
        data = Data(pairs=read_pairs(bitext, tokenizer, recipe.data))
        self.batches = RecipeBatches(recipe, Frame.of(tokenizer), data, Run(batch, 0, 1000))
        self.program = RecipeProgram(recipe, Encoder(model), 0, gradient_cache=cache)
        self.optimizer = optimizer.adamw(self.program.modules(), TrainSettings())
        self.program.modules().train()
        self.step, self.building, self.tokens = 0, 0.0, 0

    def __call__(self, steps: int) -> int:
        """Take steps; returns the real tokens seen."""
        seen = 0
        for _ in range(steps):
            start = time.process_time()
            batch = self.batches.batch(self.step)
            self.building += time.process_time() - start
            self.program.loss(batch).loss.backward()
            optimizer.clip(self.program.modules(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.step += 1
            seen += sum(len(view.ids) for view in batch.views.values())
        return seen


class SentenceTransformers:
    """sentence-transformers' trainer on the same model."""

    def __init__(self, folder: Path, pairs: list[tuple[str, str]]) -> None:
        from datasets import Dataset
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

        self.model = SentenceTransformer(str(folder), device="cpu")
        self.model.max_seq_length = 128
        self.loss = MultipleNegativesRankingLoss(self.model)
        self.data = Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [b for _, b in pairs]})
        lengths = [
            len(ids) for side in zip(*pairs, strict=True) for ids in self.model.tokenizer(list(side))["input_ids"]
        ]
        self.mean = 2 * float(np.minimum(lengths, 128).mean())

    def __call__(self, steps: int) -> int:
        """Take steps; returns the real tokens seen (by the corpus mean)."""
        from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments

        with tempfile.TemporaryDirectory() as out:
            arguments = SentenceTransformerTrainingArguments(
                output_dir=out,
                max_steps=steps,
                per_device_train_batch_size=BATCH,
                save_strategy="no",
                logging_strategy="no",
                report_to=[],
                disable_tqdm=True,
                use_cpu=True,
                dataloader_drop_last=True,
            )
            SentenceTransformerTrainer(self.model, arguments, train_dataset=self.data, loss=self.loss).train()
        return round(steps * BATCH * self.mean)


class StockMlm:
    """transformers' masked-language model with labels, padded to the longest row of the batch."""

    def __init__(self, folder: Path, pairs: list[tuple[str, str]], batch: int) -> None:
        from transformers import DataCollatorForLanguageModeling

        self.model, self.tokenizer = encoder.load(folder)
        self.model.train()
        self.collate = DataCollatorForLanguageModeling(self.tokenizer)
        self.rows = self.tokenizer([a for a, _ in pairs], truncation=True, max_length=128)["input_ids"]
        self.optimizer = torch.optim.AdamW(self.model.parameters(), fused=True)
        self.batch, self.step = batch, 0

    def __call__(self, steps: int) -> int:
        """Take steps; returns the real tokens seen."""
        seen = 0
        for _ in range(steps):
            chosen = [self.rows[(self.step * self.batch + i) % len(self.rows)] for i in range(self.batch)]
            inputs = self.collate([{"input_ids": row} for row in chosen])
            self.model(**inputs).loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.step += 1
            seen += sum(map(len, chosen))
        return seen


def race(runners: dict[str, Callable[[int], int]], rounds: int, steps: int) -> dict[str, dict[str, float]]:
    """Median tokens per CPU second of each, interleaved, after one step to warm up."""
    rates: dict[str, list[float]] = {name: [] for name in runners}
    for runner in runners.values():
        runner(1)
    for _ in range(rounds):
        for name, runner in runners.items():
            start = time.process_time()
            tokens = runner(steps)
            rates[name].append(tokens / (time.process_time() - start))
    return {name: {"median": statistics.median(r), "low": min(r), "high": max(r)} for name, r in rates.items()}


def write_bitext(folder: Path, pairs: list[tuple[str, str]]) -> Path:
    rows = (Pair(corpus.pair_id(a, b, "en", "xx"), a, b, "en", "xx", "bench") for a, b in dict.fromkeys(pairs))
    corpus.write_pairs(folder / "train", rows)
    return folder


def contrast(folder: Path, rounds: int) -> dict[str, Any]:
    pairs = real_pairs(2048)
    bitext, model = write_bitext(folder / "bitext", pairs), model_folder(folder / "model", pairs)
    rates = race(
        {
            "ours": Ours(model, bitext, CONTRAST, batch=BATCH),
            "sentence-transformers": SentenceTransformers(model, pairs),
        },
        rounds,
        2,
    )
    return {"rates": rates, "ratio": rates["ours"]["median"] / rates["sentence-transformers"]["median"]}


def mlm(folder: Path, rounds: int) -> dict[str, Any]:
    pairs = real_pairs(2048)
    write_bitext(folder / "bitext", pairs)
    model_folder(folder / "model", pairs, vocabulary=120_000)
    runners = {name: make_mlm(name, folder, pairs) for name in ("ours", "transformers")}
    rates = race(runners, rounds, 2)
    memory = {name: peak(name, folder) for name in runners}
    return {
        "rates": rates,
        "ratio": rates["ours"]["median"] / rates["transformers"]["median"],
        "peak_mb": memory,
        "memory_ratio": memory["ours"] / memory["transformers"],
    }


def make_mlm(name: str, folder: Path, pairs: list[tuple[str, str]]) -> Callable[[int], int]:
    if name == "ours":
        return Ours(folder / "model", folder / "bitext", TokenPredictionOptions(on=("source",)), batch=32)
    return StockMlm(folder / "model", pairs, 32)


def peak(name: str, folder: Path) -> float:
    """Peak memory in MB of three steps in a fresh process."""
    command = [sys.executable, __file__, "--peak", name, "--folder", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return float(
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()[-1]
    )


def cache(folder: Path, rounds: int) -> dict[str, Any]:
    pairs = real_pairs(2048)
    bitext, model = write_bitext(folder / "bitext", pairs), model_folder(folder / "model", pairs)
    plain, cached = (Ours(model, bitext, CONTRAST, batch=BATCH, cache=c) for c in (False, True))
    began = time.process_time()
    rates = race({"plain": plain, "cached": cached}, rounds, 2)
    share = (plain.building + cached.building) / (time.process_time() - began)
    return {"rates": rates, "slowdown": rates["plain"]["median"] / rates["cached"]["median"], "building_share": share}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["contrast", "mlm", "cache"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.peak:
        make_mlm(options.peak, options.folder, real_pairs(2048))(3)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    results: dict[str, Any] = {"threads": options.threads, "load": os.getloadavg(), "torch": torch.__version__}
    for part in options.parts:
        with tempfile.TemporaryDirectory() as name:
            results[part] = {"contrast": contrast, "mlm": mlm, "cache": cache}[part](Path(name), options.rounds)
        print(part, json.dumps(results[part], indent=1))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
