"""Embedding alignment: the static input rows of dictionary entries become alike.

What it is: ALIGN-MLM's auxiliary loss on the embedding table, and PreAlign's contrast of words in every layer.

Inputs: a dictionary (the lexicon of the alignments artifact); no sentence is read.

Shapes: E entries; rows (E, D) of each side, a row being the mean of the embeddings of the entry's pieces.

Equation: cosine   L = -1/E sum_e cos(E_s, E_t)                       (ALIGN-MLM, arXiv 2211.08547; weight 10)
          l2       L = 1/E sum_e |E_s - E_t|^2                       (commented out in its code)
          contrast L = 1/(L+2) sum over layers of InfoNCE over entries of both languages, tau = 0.1 (PreAlign, arXiv
                   2407.16222): every layer, the embeddings, and the rows of the output layer

Options: `EmbeddingAlignmentOptions`.

Relations: `contrast` in a layer is `word-alignment` `joint` on words that stand alone.

Differs from the papers: entries of several pieces are averaged (ALIGN-MLM has one token a word; `single_piece_only`
keeps to that); PreAlign sums pieces, which is the same under cosine. With tied layers the output rows are the input
rows, so `contrast` counts them once.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.pooling import segment_mean
from xlalign.objectives import gather, nce
from xlalign.objectives.base import LossOutput, Objective, exact
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.embedding_alignment.options import EmbeddingAlignmentOptions
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths
from xlalign.objectives.requests import EntryView
from xlalign.objectives.views import DictionaryRows


class EmbeddingAlignment(Objective):
    """Draws dictionary entries together."""

    def __init__(self, options: EmbeddingAlignmentOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options
        self.depth = encoder.layers

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over entries."""
        entries = batch.answer(self.options.dictionary)
        rows = [exact(side) for side in entry_rows(encoders.models["query"].embeddings, entries)]
        similar = F.cosine_similarity(rows[0], rows[1]).mean()
        if self.options.form == "contrast":
            loss = self._contrast(rows, batch, encoders)
        elif self.options.form == "l2":
            loss = (rows[0] - rows[1]).square().sum(1).mean()
        else:
            loss = -similar
        metrics = {"loss": loss.detach(), "cosine": similar.detach()}
        return LossOutput(loss / gather.world(), entries.entries, metrics)

    def _contrast(self, rows: list[Tensor], batch: TrainingBatch, encoders: Encodings) -> Tensor:
        views, layers = self.options.views, range(self.depth + 1)
        alone = [[exact(self._alone(name, i, batch, encoders)) for name in views] for i in layers]
        hashes = [batch.views[name].hashes for name in views]
        return torch.stack([self._nce(x, y, hashes) for x, y in (rows, *alone)]).mean()

    def _alone(self, name: EntryView, layer: int, batch: TrainingBatch, encoders: Encodings) -> Tensor:
        view = batch.views[name]
        own = view.content.nonzero()[:, 0]
        return encoders.hidden(name).mean(layer, own, view.rows[own], view.count)

    def _nce(self, x: Tensor, y: Tensor, hashes: list[Tensor]) -> Tensor:
        x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
        return nce.both_ways(x, y, hashes, self.options.temperature, joint=True).mean()


def entry_rows(embeddings: Tensor, dictionary: DictionaryRows) -> tuple[Tensor, Tensor]:
    """Embeddings (E, D) of both sides of every entry: the mean over its pieces."""
    count = dictionary.entries
    source = segment_mean(embeddings[dictionary.source], dictionary.source_entry, count)
    return source, segment_mean(embeddings[dictionary.target], dictionary.target_entry, count)
