"""Tokens of a real bitext: CPU seconds until they are ready, for the first recipe and the second, and the memory of a
training run as the bitext grows.

    python benchmarks/pretrain_tokens.py /path/to/an/xlm-r-encoder

Gates: 289 thousand pairs within 45 CPU s, of which the tokenizer itself takes most; 1 s for the second recipe; less
than 200 MB more resident memory with 3 million pairs than with 300 thousand.
"""

from __future__ import annotations

import gzip
import json
import lzma
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from racing import begin, peak_memory, report

from xlalign.bitext import corpus
from xlalign.hashing import mix
from xlalign.types import Pair

SHARED = Path(__file__).parents[2] / "shared/data/parallel"
LANGUAGES = ("ar", "de", "fr", "ru", "zh")
STEPS, BATCH = 20, 64


def lines(path: Path) -> list[str]:
    """The lines of a file, packed or not."""
    opened: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open}
    with opened.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def columns(path: Path, swap: bool = False) -> Iterator[tuple[str, str]]:
    """The first two columns of each line."""
    for line in lines(path):
        first, tab, rest = line.partition("\t")
        if tab:
            second = rest.split("\t")[0]
            yield (second, first) if swap else (first, second)


def joined(english: Path, other: Path) -> Iterator[tuple[str, str]]:
    """Verses of two translations with the same number."""
    verses = dict(columns(other))
    yield from ((text, verses[name]) for name, text in columns(english) if name in verses)


def sources(lang: str) -> Iterator[tuple[str, str]]:
    """English and its translation into one language, of all collections."""
    for english, pattern in (
        ("bible/bible.en-kjv.tsv.xz", f"bible/bible.{lang}-*"),
        ("quran/quran.en.tsv.xz", f"quran/quran.{lang}.*"),
    ):
        for path in sorted(SHARED.glob(pattern)):
            yield from joined(SHARED / english, path)
    if (captions := SHARED / f"multi30k/train.{lang}.gz").exists():
        yield from zip(lines(SHARED / "multi30k/train.en.gz"), lines(captions), strict=True)
    for path in sorted(SHARED.glob(f"*/en-{lang}.tsv.xz")):
        if path.parent.name in ("python-docs", "tldr"):
            yield from columns(path)
    for path in sorted((SHARED / "wmt").glob("*.tsv.xz")):
        pair = path.name.split(".")[1]
        if pair in (f"en-{lang}", f"{lang}-en"):
            yield from columns(path, swap=pair.endswith("-en"))


def write_bitext(folder: Path) -> int:
    """The artifact of all pairs, each once; their number."""

    def pairs() -> Iterator[Pair]:
        for lang in LANGUAGES:
            for source, target in dict.fromkeys(sources(lang)):
                if source.strip() and target.strip():
                    yield Pair(corpus.pair_id(source, target, "en", lang), source, target, "en", lang, "bench")

    return corpus.write_pairs(folder / "train", pairs())


def timed(work: Callable[[], Any]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def make(model: Path, bitext: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of the tokenizer alone, and of everything that makes the artifact."""
    from transformers import AutoTokenizer

    from xlalign.training.settings import TokensSettings
    from xlalign.training.tokenisation import write_tokens

    tokenizer = AutoTokenizer.from_pretrained(model)
    texts = [text for pair in corpus.read_pairs(bitext / "train") for text in pair[1:3]]
    backend: Any = tokenizer._tokenizer
    backend.no_truncation()

    def alone() -> None:
        for start in range(0, len(texts), 8192):
            backend.encode_batch(texts[start : start + 8192], add_special_tokens=False)

    settings = TokensSettings(texts="pairs")
    made = timed(lambda: write_tokens(settings, bitext, tokenizer, None, folder))
    return {"made": made, "tokenizer": timed(alone)}


def again(model: Path, bitext: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of a second recipe, from tokens to its first batch."""
    from transformers import AutoTokenizer

    from xlalign.objectives import presets
    from xlalign.training.planner import RecipeBatches
    from xlalign.training.pretrain import Sources, load_data
    from xlalign.training.sampler import Run
    from xlalign.training.views import SpecialTokens

    tokenizer = AutoTokenizer.from_pretrained(model)
    frame, recipe = SpecialTokens.of(tokenizer), presets.load("ppa")

    def ready() -> None:
        data = load_data(recipe, tokenizer, Sources(bitext, None, folder, {"pairs": folder}), 0)
        RecipeBatches(recipe, frame, data, Run(128, 0, 1000)).batch(0)

    return {"ready": timed(ready)}


def grown(folder: Path, target: Path, count: int) -> None:
    """A tokens artifact of `count` pairs: those of another, over and over, each with a hash of its own."""
    from xlalign.training.arrays import ArrayWriter, MappedArrays
    from xlalign.training.tokenisation import PAIRS

    arrays = MappedArrays(folder)
    size = len(arrays["name_hashes"])
    with ArrayWriter(target, PAIRS) as writer:
        for turn, start in enumerate(range(0, count, size)):
            part = min(size, count - start)
            for name, texts in (("borders", 2 * part), ("name_borders", part)):
                ends = arrays[name][: texts + 1] + turn * arrays[name][-1]
                writer.add(name, ends if turn == 0 else ends[1:])
                flat = {"borders": "ids", "name_borders": "name"}[name]
                writer.add(flat, arrays[flat][: arrays[name][texts]])
            writer.add("name_hashes", mix(arrays["name_hashes"][:part], turn))
            writer.add("hashes", mix(arrays["hashes"][: 2 * part], turn))
            writer.add("languages", arrays["languages"][: 2 * part])
    (target / "tokens.json").write_bytes((folder / "tokens.json").read_bytes())


def trained(model: Path, bitext: Path, folder: Path) -> dict[str, float]:
    """Peak resident memory in MB of a training run on these tokens."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

    from xlalign.modeling.encoder import Encoder
    from xlalign.objectives import presets
    from xlalign.training.loop import train
    from xlalign.training.planner import RecipeBatches
    from xlalign.training.pretrain import Sources, load_data
    from xlalign.training.program import RecipeProgram
    from xlalign.training.sampler import Run
    from xlalign.training.settings import TrainSettings
    from xlalign.training.views import SpecialTokens

    tokenizer = AutoTokenizer.from_pretrained(model)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(0)
    encoder = Encoder(BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), **shape)))
    recipe = presets.load("cz-snt", {"data.max_length": 64})
    data = load_data(recipe, tokenizer, Sources(bitext, None, folder, {"pairs": folder}), 0)
    batches = RecipeBatches(recipe, SpecialTokens.of(tokenizer), data, Run(BATCH, 0, STEPS))
    settings = TrainSettings(steps=STEPS, batch_size=BATCH, checkpoint_every=STEPS, device="cpu")
    with tempfile.TemporaryDirectory() as work:
        train(RecipeProgram(recipe, encoder, 0), batches, settings, Path(work))
    return {"memory": peak_memory()}


def alone(step: str, *paths: Path) -> dict[str, float]:
    """A step in a process of its own."""
    command = [sys.executable, __file__, "--step", step, *map(str, paths)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(found.splitlines()[-1]))


def main(model: Path) -> None:
    """All figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bitext, tokens = folder / "bitext", folder / "tokens"
        count = write_bitext(bitext)
        result: dict[str, Any] = {"pairs": count, **alone("make", model, bitext, tokens)}
        result |= alone("again", model, bitext, tokens)
        for pairs in (300_000, 3_000_000):
            grown(tokens, folder / str(pairs), pairs)
            result[f"memory_{pairs}"] = alone("trained", model, bitext, folder / str(pairs))["memory"]
        result["growth"] = result["memory_3000000"] - result["memory_300000"]
        gates = {
            "first within 45 s": result["made"] <= 45,
            "second within 1 s": result["ready"] <= 1,
            "growth below 200 MB": result["growth"] < 200,
        }
        report("pretrain_tokens", result, gates)


if __name__ == "__main__":
    begin(1)
    if sys.argv[1] == "--step":
        step = {"make": make, "again": again, "trained": trained}[sys.argv[2]]
        print(json.dumps(step(*map(Path, sys.argv[3:]))))
    else:
        main(Path(sys.argv[1]))
