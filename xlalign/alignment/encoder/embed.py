"""Hidden states of word-tokenised sentences at one layer of any transformers encoder.

Sentences are cut into subwords as wholes, run in length-sorted chunks of a token budget and come back in input
order. A sentence longer than the encoder's window is read in overlapping windows; each subword keeps the state from
the window in which it stands most centrally. Nothing is truncated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.arrays import borders
from xlalign.modeling import packing
from xlalign.modeling.body import Body
from xlalign.modeling.loading import load_body
from xlalign.modeling.words import encode_words, frame_of

if TYPE_CHECKING:
    from xlalign.alignment.encoder.settings import EncoderOptions

Longs = NDArray[np.int64]
BUDGET = {"cpu": 2048, "mps": 8192, "cuda": 131_072}
"""Subwords in one pass, by device. More rows share a read of the weights; on a CPU 4096 add only 3 %."""

LEAST = 512
"""Subwords in the last passes on a CPU, whose threads would else wait for one another."""


class Subwords(NamedTuple):
    """Sentences as subwords, one after another: `ids` (N,), `words` (N,) the word of each; starts (sentences + 1,)."""

    ids: Longs
    words: Longs
    starts: Longs


class Piece(NamedTuple):
    """Subwords first:last of all, read in one window; those at keep_first:keep_last are kept."""

    first: int
    last: int
    keep_first: int
    keep_last: int


class Embedder:
    """An encoder up to one layer, with its tokenizer.

    Args:
        source: local model directory or hub id.
        layer: hidden layer; 0 is the embedding output, negative counts from the last; None keeps all.
        device: torch device; None takes a GPU where there is one.
        precision: float32, bfloat16 or float16.
        budget: subwords in one pass; None is what suits the device.
        workers: threads on a CPU that each run one pass at a time; no result depends on them.

    Attributes:
        prefix, suffix: the special tokens round a sentence.
        window: subwords between them that the encoder can tell apart.

    Raises:
        UserError: the model does not load, or does not have that layer.
    """

    def __init__(
        self,
        source: str | Path,
        layer: int | None = 8,
        device: str | None = None,
        precision: str = "float32",
        budget: int | None = None,
        workers: int = 1,
    ) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.budget = budget or BUDGET.get(self.device.type, BUDGET["cpu"])
        self.workers = workers if self.device.type == "cpu" else 1
        model, self.tokenizer = load_body(source)
        self.body = Body(model, stop=layer)
        self.model = model.to(self.device, dtype=getattr(torch, precision)).eval()
        self.prefix, self.suffix = frame_of(self.tokenizer)
        self.window = self.body.longest - len(self.prefix) - len(self.suffix)

    @classmethod
    def of(cls, source: str, layer: int | None, options: EncoderOptions, workers: int) -> Embedder:
        """An encoder as the settings of an aligner want it; the processes of a pool share out the GPUs."""
        device = options.device or _own_device()
        return cls(source, layer, device, options.precision, options.token_budget, workers)

    def subwords(self, sentences: Sequence[Sequence[str]]) -> Subwords:
        """Cut every sentence; the subwords of a word are those that it has in the sentence."""
        ids, lengths, words = encode_words(sentences, self.tokenizer)
        return Subwords(ids.astype(np.int64), words.astype(np.int64), borders(lengths))

    def states(self, subwords: Subwords) -> Tensor:
        """The hidden state of every subword at the layer used, (N, D) on the device."""
        layer = self.body.stop or 0
        return self.layers(subwords, (layer,))[layer]

    def layers(self, subwords: Subwords, chosen: Sequence[int]) -> dict[int, Tensor]:
        """The hidden state of every subword at several layers of a whole encoder, (N, D) each on the device."""
        shape = len(subwords.ids), self.model.config.hidden_size
        result = {layer: torch.empty(shape, device=self.device, dtype=self.model.dtype) for layer in chosen}
        if not shape[0]:
            return result
        bounds = zip(subwords.starts[:-1].tolist(), subwords.starts[1:].tolist(), strict=True)
        pieces = [piece for bound in bounds for piece in windows(*bound, self.window)]
        rows = _rows(pieces, self.prefix, self.suffix, subwords.ids)
        ids, positions, places = (torch.from_numpy(numbers).to(self.device) for numbers in rows[1:])
        least = min(LEAST, self.budget) if self.device.type == "cpu" else None
        plan = packing.layout(rows.lengths, self.budget, least=least).to(self.device)

        @torch.inference_mode()
        def run(chunk: packing.Chunk) -> None:
            place = places[chunk.tokens]
            kept = place >= 0
            for layer, states in self.body.hidden(ids, positions, None, chunk, chosen).items():
                result[layer][place[kept]] = states[kept]

        self._each(run, plan.chunks)
        return result

    def _each(self, run: Callable[[packing.Chunk], None], chunks: Sequence[packing.Chunk]) -> None:
        """Run every chunk; threads suffice, since torch computes outside the interpreter lock."""
        workers = min(self.workers, len(chunks))
        if workers <= 1:
            for chunk in chunks:
                run(chunk)
            return
        with ThreadPoolExecutor(workers, initializer=partial(torch.set_num_threads, 1)) as pool:
            list(pool.map(run, chunks))


class Rows(NamedTuple):
    """Windows with their special tokens, one after another: lengths (rows,); the rest (tokens,).

    `places` is the subword that a token's state is kept for, or -1.
    """

    lengths: Longs
    ids: Longs
    positions: Longs
    places: Longs


def _rows(pieces: Sequence[Piece], prefix: Sequence[int], suffix: Sequence[int], ids: Longs) -> Rows:
    before, after = len(prefix), len(suffix)
    first, last, keep_first, keep_last = np.array(pieces).T
    lengths = last - first + before + after
    owner = np.repeat(np.arange(len(pieces)), lengths)
    positions = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner]
    places = first[owner] + positions - before
    tokens = ids[np.clip(places, 0, len(ids) - 1)]
    for number, special in enumerate(prefix):
        tokens[positions == number] = special
    for number, special in enumerate(suffix):
        tokens[positions == lengths[owner] - after + number] = special
    kept = (places >= keep_first[owner]) & (places < keep_last[owner])
    return Rows(lengths, tokens, positions, np.where(kept, places, -1))


def windows(first: int, last: int, size: int) -> Iterator[Piece]:
    """Overlapping windows of at most `size` subwords over first:last; every subword is kept exactly once."""
    if last <= first:
        return
    begin = [*range(first, last - size, max(size // 2, 1)), max(last - size, first)]
    edges = [first, *((ahead + size + back) // 2 for ahead, back in pairwise(begin)), last]
    for start, kept in zip(begin, pairwise(edges), strict=True):
        yield Piece(start, min(start + size, last), *kept)


def _own_device() -> str | None:
    """With several GPUs, that of this process: the processes of a pool are numbered from 1."""
    number = current_process().name.rpartition("-")[2]
    count = torch.cuda.device_count()
    return f"cuda:{int(number) % count}" if count > 1 and number.isdigit() else None
