"""What the benchmarks of pretraining share: real pairs, one small model, our trainer as a runner, races and gates."""

from __future__ import annotations

import json
import lzma
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from xlalign.bitext import corpus
from xlalign.modeling import loading, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.recipe import DataOptions, TrainingRecipe
from xlalign.stages.execution import ENVIRONMENT
from xlalign.training.loop import train
from xlalign.training.planner import RecipeBatches
from xlalign.training.pretrain import Sources, load_data, make_tokens
from xlalign.training.program import RecipeProgram
from xlalign.training.sampler import Run
from xlalign.training.settings import TrainSettings
from xlalign.training.views import SpecialTokens
from xlalign.types import Pair

SHARED = Path(__file__).parents[2] / "shared/data/parallel"
SIZES = {
    "tiny": {"hidden_size": 192, "num_hidden_layers": 4, "num_attention_heads": 6, "intermediate_size": 768},
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
}
"""BERT shapes: for two CPU cores, and for a GPU."""


class Machine(NamedTuple):
    """Where a race is run."""

    device: str = "cpu"
    precision: str = "fp32"
    compiled: bool = False


def begin(threads: int) -> None:
    """Restart this script under the environment of our stages, for all that race: threads, freed memory is kept."""
    wanted = {**ENVIRONMENT, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.environ.update(wanted)
        os.execv(sys.executable, [sys.executable, *sys.argv])


Runner = Callable[[int], float]
"""Takes a number of steps and returns the seconds of training, without starting up."""


def real_pairs(count: int) -> list[tuple[str, str]]:
    """English-French pairs of software documentation and English-German news, distinct, in a fixed random order."""
    rows: dict[tuple[str, str], None] = {}
    for name in ("python-docs/en-fr.tsv.xz", "wmt/newstest2021.en-de.tsv.xz"):
        with lzma.open(SHARED / name, "rt", encoding="utf-8") as file:
            columns = (line.rstrip("\n").split("\t") for line in file if "\t" in line)
            rows |= {(row[0], row[1]): None for row in columns}
    distinct = list(rows)
    order = np.random.default_rng(0).permutation(len(distinct))[:count]
    return [distinct[i] for i in order]


def write_bitext(folder: Path, pairs: list[tuple[str, str]]) -> Path:
    """The pairs as an artifact."""
    rows = (Pair(corpus.pair_id(a, b, "en", "xx"), a, b, "en", "xx", "bench") for a, b in pairs)
    corpus.write_pairs(folder / "train", rows)
    return folder


def write_model(folder: Path, pairs: list[tuple[str, str]], size: str = "tiny", vocabulary: int = 0) -> Path:
    """A BERT with random weights and a vocabulary of the pairs; `vocabulary` widens its embedding table."""
    from transformers import BertConfig, BertForMaskedLM

    tokenizer = scratch.train_tokenizer({"en": [a for a, _ in pairs], "xx": [b for _, b in pairs]}, "tiny")
    config = BertConfig(vocab_size=vocabulary or len(tokenizer), pad_token_id=0, **SIZES[size])
    torch.manual_seed(0)
    loading.save(BertForMaskedLM(config), tokenizer, folder)
    return folder


class Ours:
    """Our loop on a recipe with one objective. `building` sums the seconds spent on building batches."""

    def __init__(
        self, model: Path, bitext: Path, objective: Any, batch: int, machine: Machine, *, cache: bool = False
    ) -> None:
        network, tokenizer = loading.load(model)
        recipe = TrainingRecipe(title="benchmark", data=DataOptions(max_length=128), objectives={"own": objective})
        sources = Sources(bitext, None, Path(tempfile.mkdtemp()))
        make_tokens(recipe, tokenizer, sources)
        data = load_data(recipe, tokenizer, sources, 0)
        self.machine, self.size = machine, batch
        self.batches = RecipeBatches(recipe, SpecialTokens.of(tokenizer), data, Run(batch, 0, 1000))
        self.program = RecipeProgram(recipe, Encoder(network), 0, gradient_cache=cache)
        self.building = self.began = self.ended = 0.0

    def __call__(self, steps: int) -> float:
        """Take steps through the loop as a user's run takes them; metrics included, the last checkpoint not."""
        values = {"steps": steps, "batch_size": self.size, "checkpoint_every": steps, "learning_rate": 1e-5}
        settings = TrainSettings(**values, **self.machine._asdict())
        self.building = self.began = 0.0
        with tempfile.TemporaryDirectory() as work:
            train(self, self, settings, Path(work))
        return self.ended - self.began

    def modules(self) -> torch.nn.Module:
        """What is trained."""
        return self.program.modules()

    def loss(self, batch: Any) -> Any:
        """The recipe's loss."""
        return self.program.loss(batch)

    def before_step(self, step: int) -> None:
        """Nothing is frozen."""

    def after_step(self, step: int, output: Any) -> None:
        """Note when the step ended."""
        self.program.after_step(step, output)
        if self.machine.device == "cuda":
            torch.cuda.synchronize()
        self.ended = time.perf_counter()

    def __len__(self) -> int:
        return len(self.batches)

    def batch(self, step: int) -> Any:
        """The batch, with the time it took."""
        start = time.perf_counter()
        self.began = self.began or start
        built = self.batches.batch(step)
        self.building += time.perf_counter() - start
        return built


def race(runners: dict[str, Runner], rounds: int, steps: int) -> dict[str, dict[str, float]]:
    """Seconds a step of each, interleaved, after a round to warm up (fresh memory is slow): median, low, high."""
    for runner in runners.values():
        runner(steps)
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, runner in runners.items():
            seconds[name].append(runner(steps) / steps)
    return {n: {"median": statistics.median(s), "low": min(s), "high": max(s)} for n, s in seconds.items()}


def peak_memory() -> float:
    """Peak resident memory of this process in MB (a child's `ru_maxrss` starts at its parent's)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def report(name: str, result: dict[str, Any], gates: dict[str, bool]) -> None:
    """Print the figures with what they were measured under, and fail where a gate is missed."""
    setting = {"threads": torch.get_num_threads(), "load": os.getloadavg(), "torch": torch.__version__}
    print(json.dumps({"benchmark": name, **setting, **result, "gates": gates}, indent=1))
    if not all(gates.values()):
        raise SystemExit(1)
