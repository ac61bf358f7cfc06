"""A dev score for pretraining that touches no test set: retrieval among the held-out pairs of the bitext."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlalign.bitext import corpus
from xlalign.hashing import mix, text_hashes
from xlalign.modeling.embed import unit_rows
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.sentence import SentenceEncoder
from xlalign.modeling.sentence_files import SentenceSetup
from xlalign.objectives.recipe import DataOptions
from xlalign.training.teachers import sentence_vectors
from xlalign.training.tokens import tokenise
from xlalign.training.views import SpecialTokens
from xlalign.types import Pair

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Embedder = Callable[[Sequence[str]], Callable[[], NDArray[np.float32]]]
CANDIDATES = 200
"""Pairs of one language pair that are told apart."""


class DevRetrieval:
    """Share of dev sentences whose nearest neighbour (cosine) is their translation.

    Args:
        groups: pairs, by language pair.
        embedder: given N texts once, what makes their vectors (N, D) with the encoder as it is then.
    """

    def __init__(self, groups: list[list[Pair]], embedder: Embedder) -> None:
        self.borders = np.cumsum([len(group) for group in groups])[:-1]
        pairs = [pair for group in groups for pair in group]
        self.sides = [embedder([pair[side] for pair in pairs]) for side in (1, 2)]

    def __call__(self, step: int) -> dict[str, float]:
        """The mean over language pairs and directions, "retrieval"."""
        source, target = (embed() for embed in self.sides)
        parts = zip(np.split(source, self.borders), np.split(target, self.borders), strict=True)
        return {"retrieval": float(np.mean([retrieval_accuracy(x, y) for x, y in parts]))}


def retrieval_accuracy(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    """Mean of both directions' share of rows (n, D) whose cosine-nearest row on the other side is their own."""
    x, y = unit_rows(x), unit_rows(y)
    similarity, own = x @ y.T, np.arange(len(x))
    return float(((similarity.argmax(1) == own).mean() + (similarity.argmax(0) == own).mean()) / 2)


def embedder_of(
    encoder: Encoder, tokenizer: PreTrainedTokenizerBase, options: DataOptions, setup: SentenceSetup | None = None
) -> Embedder:
    """How the encoder in training embeds sentences: as the setup says, else by the mean of the last layer.

    Rows are as long as in training, whatever the setup says: what was never trained on is not measured.
    """
    if setup is not None:
        sentences = SentenceEncoder(encoder, tokenizer, setup)
        return lambda texts: partial(sentences.vectors, texts, max_length=options.max_length)
    frame = SpecialTokens.of(tokenizer)
    return lambda texts: partial(sentence_vectors, encoder, tokenise(texts, tokenizer), frame, options)


def dev_retrieval(bitext: Path, embedder: Embedder) -> DevRetrieval | None:
    """The score for a bitext artifact; None where it has no dev pairs."""
    if not any((bitext / "dev").glob("*.parquet")):
        return None
    pairs = list(corpus.read_pairs(bitext / "dev"))
    # By a hash of the ids, so that the 200 of each language pair stay the same when the file is sorted anew.
    order = np.argsort(mix(0, text_hashes(pair.id for pair in pairs)), kind="stable")
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in (pairs[number] for number in order):
        groups.setdefault((pair.source_lang, pair.target_lang), []).append(pair)
    if not groups:
        return None
    return DevRetrieval([groups[name][:CANDIDATES] for name in sorted(groups)], embedder)
