"""How alike the words of a pair are to an encoder: the highest cosine of their subwords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.alignment.encoder.embed import Embedder, Subwords
from xlalign.alignment.encoder.settings import EncoderOptions
from xlalign.alignment.encoder.units import Longs, padded_places, similar_batches, words_of
from xlalign.alignment.hmm.arrays import ArraySpool
from xlalign.progress import task
from xlalign.types import WordPair

Halves = NDArray[np.float16]
CHUNK = 1024
"""Pairs whose states are in memory at a time."""

MARKS = ("\u2581", "\u0120")
"""Where a word begins, to SentencePiece and to byte-level BPE."""

FEW = 32
"""Pairs whose states of all layers are in memory at a time."""


class Similarities(NamedTuple):
    """Flat arrays (J * I,) for J target and I source words, and pair -> number of its array."""

    arrays: ArraySpool
    places: dict[int, int]


class WordSimilarity:
    """Computes similarities; the encoder is loaded when first needed, and again in each process a copy is sent to.

    Args:
        encoder: model directory or hub id.
        layer: hidden layer.
        options: how the encoder is run.
        workers: threads; no result depends on them.
        languages: "<source>-<target>", for encoders that are told them.
    """

    def __init__(
        self, encoder: str, layer: int, options: EncoderOptions, workers: int = 1, languages: str = ""
    ) -> None:
        self.encoder = encoder
        self.layer = layer
        self.options = options
        self.workers = workers
        self.languages = languages

    @cached_property
    def embedder(self) -> Embedder:
        """The encoder up to the layer used."""
        return Embedder.of(self.encoder, self.layer, self.options, self.workers, self.languages)

    def __getstate__(self) -> dict[str, Any]:
        # A copy in another process has one thread: its siblings use the other cores.
        return {name: value for name, value in vars(self).items() if name != "embedder"} | {"workers": 1}

    def __call__(self, pairs: Sequence[WordPair]) -> Similarities:
        """The similarities of every pair that has words on both sides, as float16: finer is below float noise."""
        found, marks = Similarities(ArraySpool(), {}), marks_of(self.embedder)
        order = sorted(range(len(pairs)), key=lambda n: (len(pairs[n][0]) + len(pairs[n][1]), n))
        with task("similarities", total=len(pairs), unit="pairs") as running:
            for first in range(0, len(order), CHUNK):
                rows = order[first : first + CHUNK]
                chosen = [pairs[row] for row in rows]
                subwords = self.embedder.subwords([side for pair in chosen for side in pair])
                states = self.embedder.states(subwords)
                for place, matrix in word_similarities(chosen, subwords, states, marks):
                    found.places[rows[place]] = len(found.arrays)
                    found.arrays.append(matrix.ravel())
                running.advance(len(rows))
        return found


@torch.inference_mode()
def word_similarities(
    pairs: Sequence[WordPair], subwords: Subwords, states: Tensor, marks: Sequence[int] = ()
) -> Iterator[tuple[int, Halves]]:
    """Number and similarities (J, I) of each pair; sentences 2 n and 2 n + 1 of `subwords` are pair n.

    `marks` are ids of subwords that are like nothing.
    """
    words = words_of(subwords)
    marked = np.isin(subwords.ids, marks)
    states = torch.nn.functional.normalize(states.float(), dim=-1)
    for batch in similar_batches(subwords.starts):
        (left, _), (right, _) = (padded_places(subwords.starts, batch * 2 + side, states.device) for side in (0, 1))
        cosines = (states[right] @ states[left].transpose(1, 2)).cpu().numpy()
        cosines[marked[right.cpu().numpy()][:, :, None] | marked[left.cpu().numpy()][:, None, :]] = -1
        for pair, cosine in zip(batch.tolist(), cosines, strict=True):
            yield pair, _by_word(cosine, pair, pairs[pair], subwords, words)


def _by_word(cosine: NDArray[np.float32], pair: int, text: WordPair, subwords: Subwords, words: Subwords) -> Halves:
    """The highest cosine (J, I) of the subwords of two words; a word without subwords is unlike all.

    Subwords of words 0 0 1 on one side and 0 1 1 on the other:

        .9 .1 .2                              .9 .3
        .2 .3 .1   begin at [0 2] and [0 1]:  .4 .8
        .4 .8 .5
    """
    rows, columns = (_first_subwords(2 * pair + side, subwords, words) for side in (1, 0))
    highest = np.maximum.reduceat(cosine[: rows.size, : columns.size], rows.first, axis=0)
    result = np.full((len(text[1]), len(text[0])), -1, dtype=np.float16)
    result[np.ix_(rows.words, columns.words)] = np.maximum.reduceat(highest, columns.first, axis=1)
    return result


class _Firsts(NamedTuple):
    """The words of a sentence, the subword in which each begins, and the number of subwords."""

    words: Longs
    first: Longs
    size: int


def _first_subwords(sentence: int, subwords: Subwords, words: Subwords) -> _Firsts:
    chosen = slice(words.starts[sentence], words.starts[sentence + 1])
    begin, end = subwords.starts[sentence], subwords.starts[sentence + 1]
    return _Firsts(words.words[chosen], words.ids[chosen] - begin, int(end - begin))


def marks_of(embedder: Embedder) -> list[int]:
    """Ids of the marks that only say where a word begins: on their own they stand before words that are cut otherwise.

    In Japanese they do so before most words, and any two of them are more alike than the words behind them.
    """
    tokenizer = embedder.tokenizer
    return [number for number in tokenizer.convert_tokens_to_ids(list(MARKS)) if number != tokenizer.unk_token_id]


def agreements(
    encoder: str, options: EncoderOptions, pairs: Sequence[WordPair], workers: int = 1, languages: str = ""
) -> dict[int, float]:
    """Layer -> how often the two directions of argmax agree on `pairs`, in [0, 1]; looks at no gold links.

    A pair of I and J words has I + J choices of the most similar counterpart; a link chosen from both sides counts
    for two of them.
    """
    embedder = Embedder.of(encoder, None, options, workers, languages)
    marks = marks_of(embedder)
    layers = range(1, embedder.model.config.num_hidden_layers + 1)
    mutual, choices = dict.fromkeys(layers, 0), 0
    for first in range(0, len(pairs), FEW):
        chosen = pairs[first : first + FEW]
        subwords = embedder.subwords([side for pair in chosen for side in pair])
        choices += sum(len(side) for pair in chosen for side in pair)
        for layer, states in embedder.layers(subwords, layers).items():
            found = word_similarities(chosen, subwords, states, marks)
            mutual[layer] += sum(_mutual(matrix) for _, matrix in found)
    return {layer: 2 * count / max(choices, 1) for layer, count in mutual.items()}


def _mutual(similarity: Halves) -> int:
    """Cells that are the highest of their row and of their column."""
    best_source, best_target = similarity.argmax(axis=1), similarity.argmax(axis=0)
    return int((best_target[best_source] == np.arange(len(best_source))).sum())
