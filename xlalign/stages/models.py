"""The models of other stages, as filters and mining in `prepare` ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from xlalign.errors import UserError

if TYPE_CHECKING:
    from xlalign.alignment.base import Aligner
    from xlalign.bitext.margin import Vectors
    from xlalign.evaluation.options import Pooling
    from xlalign.modeling.sentence import SentenceEncoder


@dataclass(frozen=True)
class StageModels:
    """What `xlalign.bitext.models.Models` asks; each process loads a model when it first needs it.

    Attributes:
        encoder: model folder or hub id; empty: none.
        layer, pooling: where the encoder's sentence vectors are taken; "own" = as the encoder's own files say.
        prompt: what is put before every text; None = the encoder's own.
        alignments: an alignments artifact with trained models; None: none.
        links_encoder: model folder or hub id that the trained models need beside themselves; empty: none.
    """

    encoder: str
    layer: int | Literal["own"] = "own"
    pooling: Pooling | Literal["own"] = "own"
    prompt: str | None = None
    alignments: Path | None = None
    links_encoder: str = ""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (N, D)."""
        from xlalign.modeling.embed import unit_rows

        if not self.encoder:
            raise UserError("mining and the filter `embedding` need an encoder", 'set encoder = "NAME" in [prepare]')
        return unit_rows(_encoder(self.encoder, self.layer, self.pooling, self.prompt).vectors(texts))

    def linked(
        self, sources: Sequence[str], targets: Sequence[str], languages: tuple[str, str]
    ) -> npt.NDArray[np.float64]:
        """Mean probability of the best link of a word, of each side, (N, 2)."""
        from xlalign.alignment.artifact import segmenter_of

        if self.alignments is None:
            raise UserError("the filter `links` needs a trained aligner", 'set links = "NAME" in [prepare]')
        texts = zip(sources, targets, strict=True)
        words = segmenter_of(self.alignments)
        pairs = [(words(source, languages[0]), words(target, languages[1])) for source, target in texts]
        found = _aligner(self.alignments, "-".join(languages), self.links_encoder).align(pairs)
        return np.array(
            [
                [_mean_best(links, len(side), place) for place, side in enumerate(pair)]
                for pair, links in zip(pairs, found, strict=True)
            ]
        ).reshape(-1, 2)


def _mean_best(alignment: Any, count: int, side: int) -> float:
    best = np.zeros(count)
    for link, score in zip(alignment.links, alignment.scores, strict=True):
        best[link[side]] = max(best[link[side]], score)
    return float(best.mean()) if count else 0.0


@cache
def _encoder(name: str, *asked: Any) -> SentenceEncoder:
    from xlalign.evaluation.model import load
    from xlalign.modeling.sentence import SentenceEncoder, asked_setup

    return SentenceEncoder(*load(name), asked_setup(name, *asked))


@cache
def _aligner(artifact: Path, languages: str, encoder: str) -> Aligner:
    from xlalign.alignment.artifact import trained_aligner

    return trained_aligner(artifact, languages, encoder or None)
