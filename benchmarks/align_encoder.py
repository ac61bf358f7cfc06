"""Our encoder aligners against the simalign package: equal links first, then pairs per second, in the same run.

    python benchmarks/align_encoder.py [--pairs 200] [--text FILE.src-tgt] [--size mbert|tiny] [--cores 1]

The encoder has random weights (speed does not depend on them) and a WordPiece vocabulary trained on the text. On
CPUs simalign runs with `cores` torch threads, ours with `cores` workers of one thread each. Each figure is the best
of `--rounds`, taken in turns, by wall time, or with `--clock cpu` by CPU time: for one core of a busy machine. The
floor is the time that the encoder's multiplications alone would take at the speed that this machine reaches, in the
same run, on one large matrix product per core.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast
from transformers.utils import logging as transformers_logging

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import Aligner, AlignerInputs, TrainableAligner
from xlalign.alignment.encoder.embed import Embedder
from xlalign.types import Alignment, Link, WordPair

SHARED = Path(__file__).parents[2] / "shared/data/wordalign"
LAYER = 8
SIZES = {
    "mbert": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "nano": {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 128},
    "tiny": {"hidden_size": 64, "num_hidden_layers": 12, "num_attention_heads": 2, "intermediate_size": 128},
}
METHODS = {"argmax": ("inter", "a"), "itermax": ("itermax", "i"), "match": ("mwmf", "m")}


class Trial(NamedTuple):
    """What is compared: the encoder, the pairs, and how both may run."""

    folder: Path
    pairs: list[WordPair]
    device: str
    precision: str
    cores: int
    rounds: int
    clock: str

    def ours(self, name: str) -> Aligner:
        """Our aligner called `name`."""
        options = {"layer": LAYER, "device": self.device, "precision": self.precision}
        aligner = (
            ALIGNERS.get(name).model_validate(options).make(AlignerInputs(encoder=self.folder, workers=self.cores))
        )
        assert not isinstance(aligner, TrainableAligner)
        return aligner


def make_encoder(folder: Path, pairs: list[WordPair], size: str) -> None:
    texts = [" ".join(side) for pair in pairs for side in pair]
    trained = BertWordPieceTokenizer(lowercase=False)
    trained.train_from_iterator(texts, vocab_size=12_000, show_progress=False)
    trained.save(str(folder / "trained.json"))
    tokenizer = BertTokenizerFast(tokenizer_file=str(folder / "trained.json"))
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(tokenizer), **SIZES[size])).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def seconds(trial: Trial, work: Callable[[], Any], threads: int) -> tuple[Any, float]:
    """The result and the time of one call with a number of torch threads."""
    torch.set_num_threads(threads)
    clock = CLOCKS[trial.clock]
    start = clock()
    result = work()
    return result, clock() - start


def compare(name: str, trial: Trial) -> tuple[float, float, float]:
    """Seconds of simalign and of ours, and the share of simalign's links that ours has too."""
    import simalign

    method, letter = METHODS[name]
    theirs = simalign.SentenceAligner(str(trial.folder), matching_methods=letter, layer=LAYER, device=trial.device)
    ours = trial.ours(name)
    ours.align(trial.pairs[:4])
    theirs.get_word_aligns(*trial.pairs[0])
    slow = fast = float("inf")
    expected, found = list[list[Link]](), list[Alignment]()
    for _ in range(trial.rounds):
        expected, time_slow = seconds(
            trial, lambda: [theirs.get_word_aligns(*pair)[method] for pair in trial.pairs], trial.cores
        )
        found, time_fast = seconds(trial, lambda: ours.align(trial.pairs), 1)
        slow, fast = min(slow, time_slow), min(fast, time_fast)
    return slow, fast, agreement([set(a.links) for a in found], [set(links) for links in expected])


def agreement(found: Sequence[set[Any]], expected: Sequence[set[Any]]) -> float:
    """Dice coefficient of all links: 1 if and only if every pair has the same ones."""
    both = sum(len(a & b) for a, b in zip(found, expected, strict=True))
    return 2 * both / (sum(map(len, found)) + sum(map(len, expected)))


class Floor(NamedTuple):
    """Pairs per second of the encoder alone, its GFLOP/s, and GFLOP/s of large matrix products."""

    speed: float
    rate: float
    peak: float


def floor(trial: Trial) -> Floor:
    embedder = Embedder(trial.folder, LAYER, trial.device, trial.precision, workers=trial.cores)
    sides = [side for pair in trial.pairs for side in pair]
    subwords = embedder.subwords(sides)
    embedder.states(subwords)
    best = min(seconds(trial, lambda: embedder.states(subwords), 1)[1] for _ in range(trial.rounds))
    config = embedder.model.config
    each = 2 * LAYER * (4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size)
    work = each * (len(subwords.ids) + 2 * len(sides)) / 1e9
    return Floor(len(trial.pairs) / best, work / best, peak(trial, embedder.model.dtype))


def peak(trial: Trial, dtype: torch.dtype) -> float:
    """GFLOP/s of (1024 x 768) (768 x 768) products, one at a time on every core."""
    left, right = torch.rand(1024, 768, dtype=dtype), torch.rand(768, 768, dtype=dtype)
    left, right = left.to(trial.device), right.to(trial.device)

    def work(_: int) -> None:
        for _ in range(100):
            left @ right

    with ThreadPoolExecutor(trial.cores, initializer=partial(torch.set_num_threads, 1)) as pool:
        best = min(seconds(trial, lambda: list(pool.map(work, range(trial.cores))), 1)[1] for _ in range(3))
    return trial.cores * 100 * 2 * 1024 * 768 * 768 / best / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--text", type=Path, nargs="*", default=sorted(SHARED.glob("????.src-tgt.xz")))
    parser.add_argument("--size", choices=SIZES, default="mbert")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=list(METHODS))
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("simalign").setLevel(logging.ERROR)
    spent: dict[str, list[tuple[float, float]]] = {method: [] for method in options.methods}
    for path in options.text:
        pairs = gold.read(path).pairs
        pairs = pairs[:: max(len(pairs) // options.pairs, 1)][: options.pairs]
        with tempfile.TemporaryDirectory() as name:
            make_encoder(Path(name), pairs, options.size)
            how = (options.device, options.precision, options.cores, options.rounds, options.clock)
            trial = Trial(Path(name), pairs, *how)
            for method, times in report(path.name, trial, options.methods).items():
                spent[method].append(times)
    for method, rows in spent.items():
        slow, fast = map(sum, zip(*rows, strict=True))
        print(f"all texts: {method:8} simalign {slow:.1f} s  ours {fast:.1f} s  {slow / fast:.1f}x")


def report(name: str, trial: Trial, methods: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Print what was measured on one text; returns the seconds of simalign and of ours by method."""
    spent = {}
    found = floor(trial)
    bound = found.speed * found.peak / found.rate
    print(
        f"{name}: {len(trial.pairs)} pairs, {trial.cores} cores, {trial.precision}, {trial.clock} time:"
        f" encoder alone {found.speed:.2f}"
        f" pairs/s at {found.rate:.0f} GFLOP/s; at the machine's {found.peak:.0f} GFLOP/s it would be {bound:.2f}",
        flush=True,
    )
    for method in methods:
        before, after, same = compare(method, trial)
        spent[method] = before, after
        slow, fast = len(trial.pairs) / before, len(trial.pairs) / after
        if trial.precision == "float32" and same < 1:
            raise SystemExit(f"{method}: links differ from simalign's (Dice {same:.5f})")
        print(
            f"  {method:8} simalign {slow:7.2f}  ours {fast:7.2f} pairs/s  {fast / slow:5.1f}x"
            f"  {100 * fast / found.speed:3.0f} % of the encoder's speed, links {100 * same:.2f} % equal",
            flush=True,
        )
    return spent


if __name__ == "__main__":
    main()
