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
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.arrays import borders
from xlalign.bitext.languages import normalise
from xlalign.errors import UserError
from xlalign.modeling import packing
from xlalign.modeling.body import Body
from xlalign.modeling.loading import load_body
from xlalign.modeling.words import Frame, encode_words, frame_of

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
        languages: "<source>-<target>" of the sentences, which alternate; for tokenizers that mark the language.

    Attributes:
        frames: the special tokens round a source and round a target sentence.
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
        languages: str = "",
    ) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.budget = budget or BUDGET.get(self.device.type, BUDGET["cpu"])
        self.workers = workers if self.device.type == "cpu" else 1
        model, self.tokenizer = load_body(source)
        self.body = Body(model, stop=layer)
        self.model = model.to(self.device, dtype=getattr(torch, precision)).eval()
        self.frames = side_frames(self.tokenizer, languages)
        self.window = self.body.longest - self.frames[0].size

    @classmethod
    def of(cls, source: str, layer: int | None, options: EncoderOptions, workers: int, languages: str = "") -> Embedder:
        """An encoder as the settings of an aligner want it; the processes of a pool share out the GPUs."""
        device = options.device or _own_device()
        return cls(source, layer, device, options.precision, options.token_budget, workers, languages)

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
        found = [(piece, number % 2) for number, bound in enumerate(bounds) for piece in windows(*bound, self.window)]
        pieces, sides = zip(*found, strict=True)
        rows = _rows(pieces, np.array(sides), self.frames, subwords.ids)
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


def _rows(pieces: Sequence[Piece], sides: Longs, frames: tuple[Frame, Frame], ids: Longs) -> Rows:
    """Pieces of source (side 0) and target sentences (1) between the special tokens of their side."""
    before, after = len(frames[0].prefix), len(frames[0].suffix)
    first, last, keep_first, keep_last = np.array(pieces).T
    lengths = last - first + before + after
    owner = np.repeat(np.arange(len(pieces)), lengths)
    positions = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner]
    places = first[owner] + positions - before
    tokens = ids[np.clip(places, 0, len(ids) - 1)]
    side = sides[owner]
    prefixes, suffixes = (np.array([frame[end] for frame in frames], dtype=np.int64) for end in (0, 1))
    for specials, at in ((prefixes, positions), (suffixes, positions - lengths[owner] + after)):
        here = (at >= 0) & (at < specials.shape[1])
        tokens[here] = specials[side[here], at[here]]
    kept = (places >= keep_first[owner]) & (places < keep_last[owner])
    return Rows(lengths, tokens, positions, np.where(kept, places, -1))


def side_frames(tokenizer: Any, languages: str) -> tuple[Frame, Frame]:
    """The special tokens round a source and a target sentence: those of NLLB and mBART say the language.

    Raises:
        UserError: the tokenizer marks languages, and has no mark for one of these.
    """
    stated = getattr(tokenizer, "src_lang", None)
    if not languages or not stated:
        return frame_of(tokenizer), frame_of(tokenizer)
    frames = []
    for lang in languages.split("-"):
        tokenizer.src_lang = language_mark(lang, tokenizer.all_special_tokens)
        frames.append(frame_of(tokenizer))
    tokenizer.src_lang = stated
    return frames[0], frames[1]


def language_mark(lang: str, marks: Sequence[str]) -> str:
    """The mark of a language among the special tokens of a tokenizer, as `zho_Hans` for zh; the first of several."""
    known = {mark: code for mark in marks if (code := _code_of(mark))}
    same = [mark for mark, code in known.items() if code == lang]
    kin = [mark for mark, code in known.items() if code.partition("_")[0] == lang.partition("_")[0]]
    if not same + kin:
        raise UserError(
            f"the tokenizer of the encoder marks the language of a text, and has no mark for `{lang}`",
            "name the languages (--languages en-de), or choose an encoder that knows them",
        )
    return (same + kin)[0]


def _code_of(mark: str) -> str:
    """Our code of the language that a special token names: de for `__de__`, `deu_Latn`; empty for others, as `</s>`."""
    try:
        return normalise(mark.strip("_"))
    except UserError:
        return ""


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
