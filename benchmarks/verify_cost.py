"""What it costs to verify before use, as a share of the stage that reads: a model of 500 MB, and 10 million pairs.

python benchmarks/verify_cost.py [PAIRS] [SAMPLE]        default: 10000000 4000

Both are made here. Digests are taken of all bytes; the stages run on a sample of the pairs, twice as many and then
once as many, and the difference, which has no start in it, is taken times PAIRS.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from xlalign.files import file_sha256

WORDS = {"en": 30_000, "de": 50_000}
ROWS = 250_000
BOUND = 0.02


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that others on the machine do not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def texts(dice: np.random.Generator, lang: str, count: int) -> list[str]:
    """Sentences of 8 to 24 words whose frequencies fall as in a language."""
    lengths = dice.integers(8, 25, count)
    ranks = np.minimum(dice.zipf(1.2, int(lengths.sum())), WORDS[lang])
    words = [f"{lang}{rank:x}" for rank in ranks.tolist()]
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[end - length : end]) for end, length in zip(ends, lengths.tolist(), strict=True)]


def write_pairs(path: Path, count: int) -> int:
    """A Parquet file as `prepare` writes them; returns its bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, dice = ("id", "source", "target"), np.random.default_rng(1)
    # The same texts again in each row group: a digest takes as long for them as for others.
    columns = [texts(dice, lang, ROWS) for lang in WORDS]
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        for start in range(0, count, ROWS):
            rows = min(ROWS, count - start)
            filled = [
                [f"{i * 2654435761 % 2**64:016x}" for i in range(start, start + rows)],
                *(c[:rows] for c in columns),
            ]
            writer.write_table(pa.table(dict(zip(names, filled, strict=True)), schema=schema))
    return path.stat().st_size


def write_model(folder: Path) -> int:
    """An untrained encoder of the size of multilingual-e5-small; returns the bytes of its weights."""
    from transformers import BertConfig, BertModel

    sizes = {"vocab_size": 250_037, "hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 12}
    BertModel(BertConfig(**sizes, num_attention_heads=12)).save_pretrained(folder)
    return (folder / "model.safetensors").stat().st_size


def statistical(sample: int) -> Callable[[], object]:
    """The whole estimation and alignment of `aligner = "hmm"`."""
    from xlalign.alignment.base import AlignerInputs
    from xlalign.alignment.hmm.settings import HmmSettings

    dice = np.random.default_rng(2)
    pairs = [(a.split(), b.split()) for a, b in zip(*(texts(dice, lang, sample) for lang in WORDS), strict=True)]

    return lambda: HmmSettings().make(AlignerInputs()).train(pairs).align(pairs)


def tokenised(folder: Path, sample: int) -> Callable[[], object]:
    """The ids of both sides, with a vocabulary of real size."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [f"{lang}{rank:x}" for lang, count in WORDS.items() for rank in range(count)]
    table = {word: number for number, word in enumerate(dict.fromkeys(["[UNK]", *map(chr, range(33, 127)), *words]))}
    tokenizer = Tokenizer(models.WordPiece(table, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")
    rows = texts(np.random.default_rng(2), "de", 2 * sample)
    return lambda: fast(rows)


def embedded(folder: Path, sample: int) -> Callable[[], object]:
    """One pass over the sample's sentences, in batches of 64."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder).eval()
    ids = torch.randint(0, 250_000, (sample // 32, 64, 24))

    def run() -> object:
        with torch.inference_mode():
            return [model(input_ids=batch).last_hidden_state.sum().item() for batch in ids]

    return run


def rate(make: Callable[[int], Callable[[], object]], sample: int) -> float:
    """Seconds a pair, without what a start takes."""
    once, twice = (seconds(make(count)) for count in (sample, 2 * sample))
    return max(twice - once, 1e-9) / sample


def main(pairs: int = 10_000_000, sample: int = 4_000) -> None:
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as scratch:
        folder = Path(scratch)
        size = {"model": write_model(folder / "model"), "bitext": write_pairs(folder / "pairs.parquet", pairs)}
        digests = {
            "model": seconds(lambda: file_sha256(folder / "model" / "model.safetensors")),
            "bitext": seconds(lambda: file_sha256(folder / "pairs.parquet")),
        }
        load = seconds(lambda: embedded(folder / "model", 32))
        stages = {
            "tokens (reads the bitext)": (["bitext"], rate(lambda n: tokenised(folder, n), sample)),
            "align-words, hmm (reads the bitext)": (["bitext"], rate(statistical, sample)),
            "one pass of the model (reads both)": (
                ["bitext", "model"],
                rate(lambda n: embedded(folder / "model", n), max(64, sample // 16)),
            ),
        }
    rows = {
        name: {"stage s": round(pairs * each, 1), "verify s": round(sum(digests[r] for r in read), 2)}
        | {"share": round(sum(digests[r] for r in read) / (pairs * each), 5)}
        for name, (read, each) in stages.items()
    }
    figures = {"MB": {name: round(count / 1e6) for name, count in size.items()}, "pairs": pairs, "load model s": load}
    print(json.dumps({**figures, "digest s": digests, "stages": rows}, indent=1))
    assert all(row["share"] < BOUND for row in rows.values()), f"more than {BOUND:.0%}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
