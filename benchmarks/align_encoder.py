"""Our encoder aligners against the simalign package: equal links first, then pairs per second, in the same run.

    python benchmarks/align_encoder.py [--pairs 60] [--text FILE.src-tgt] [--size mbert|tiny] [--threads 1]

The encoder has random weights (speed does not depend on them) and a WordPiece vocabulary trained on the text.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast
from transformers.utils import logging as transformers_logging

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.encoder.embed import Embedder
from xlalign.alignment.settings import AlignSettings
from xlalign.types import WordPair

SHARED = Path(__file__).parents[2] / "shared/data/wordalign"
SIZES = {
    "mbert": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "tiny": {"hidden_size": 64, "num_hidden_layers": 12, "num_attention_heads": 2, "intermediate_size": 128},
}
METHODS = {"argmax": ("inter", "a"), "itermax": ("itermax", "i"), "match": ("mwmf", "m")}


def make_encoder(folder: Path, pairs: list[WordPair], size: str) -> None:
    texts = [" ".join(side) for pair in pairs for side in pair]
    trained = BertWordPieceTokenizer(lowercase=False)
    trained.train_from_iterator(texts, vocab_size=12_000, show_progress=False)
    trained.save(str(folder / "trained.json"))
    tokenizer = BertTokenizerFast(tokenizer_file=str(folder / "trained.json"))
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(tokenizer), **SIZES[size])).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """The result and the CPU seconds of one call: other jobs on the machine count less than in wall time."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def compare(name: str, folder: Path, pairs: list[WordPair], device: str) -> tuple[float, float]:
    """Pairs per CPU second of simalign and of ours, after checking that the links are equal."""
    import simalign

    method, letter = METHODS[name]
    theirs = simalign.SentenceAligner(str(folder), matching_methods=letter, layer=8, device=device)
    ours = ALIGNERS.get(name)(AlignSettings(layer=8, device=device), folder)
    ours.align(pairs[:4])
    theirs.get_word_aligns(*pairs[0])
    expected, slow = timed(lambda: [theirs.get_word_aligns(*pair)[method] for pair in pairs])
    found, fast = timed(lambda: ours.align(pairs))
    differing = sum(list(a.links) != b for a, b in zip(found, expected, strict=True))
    if differing:
        sys.exit(f"{name}: {differing} of {len(pairs)} pairs have other links than simalign")
    return len(pairs) / slow, len(pairs) / fast


def floor(folder: Path, pairs: list[WordPair], device: str) -> float:
    """Pairs per CPU second of tokenising and of the encoder alone, in the same batches."""
    embedder = Embedder(folder, 8, device)
    sides = [side for pair in sorted(pairs, key=lambda pair: len(pair[0])) for side in pair]
    return len(pairs) / timed(lambda: embedder.states(embedder.subwords(sides)))[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--text", type=Path, nargs="*", default=sorted(SHARED.glob("????.src-tgt.xz")))
    parser.add_argument("--size", choices=SIZES, default="mbert")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("simalign").setLevel(logging.ERROR)
    for path in options.text:
        pairs = gold.read(path).pairs
        step = max(len(pairs) // options.pairs, 1)
        pairs = pairs[::step][: options.pairs]
        with tempfile.TemporaryDirectory() as name:
            make_encoder(Path(name), pairs, options.size)
            best = floor(Path(name), pairs, options.device)
            print(f"{path.name}: {len(pairs)} pairs, encoder alone {best:.2f} pairs/s")
            for method in METHODS:
                slow, fast = compare(method, Path(name), pairs, options.device)
                print(
                    f"  {method:8} simalign {slow:7.2f}  ours {fast:7.2f} pairs/s  {fast / slow:5.1f}x"
                    f"  {100 * fast / best:3.0f} % of the encoder's speed, links equal"
                )


if __name__ == "__main__":
    main()
