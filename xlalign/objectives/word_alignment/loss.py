"""Word alignment: linked words get like vectors, or point at each other.

What it is: a loss on the links between the words (or tokens) of a sentence and its translation.

Inputs: pairs; word links with `source = file`, else the encoder labels links itself (without gradient, dropout off).

Shapes: K links of words with vectors (K, D); or matrices (B, S, T) over the tokens of each pair.

Equation, with x_i, y_j the vectors of linked words, cos / tau as s:
    nce, joint   InfoNCE over the words of the other language, or of both (Wu and Dredze 2020, arXiv 2010.02537)
    l2           mean |x_i - y_j|^2 (Cao et al. 2020, arXiv 2002.03518)
    pointer      a masked token points at its partner: -log softmax_j(q_i . k_j / sqrt(d)) over the other sentence
                 (XLM-Align, arXiv 2106.06381)
    so           -1/2 [ sum_ij A_ij P_ij / |x| + sum_ij A_ij Q_ij / |y| ], P and Q the row and column softmax of the
                 similarities, A the links (awesome-align, arXiv 2101.08231)
    co           - trace(P Q^T) / min(|x|, |y|)

Options: `WordAlignmentOptions`.

Relations: `joint` on one word a pair is `sequence-contrast` on words; `so` raises the probability of the links that
the encoder itself believes.

Differs from the papers: word vectors are means over the word's tokens; a word linked twice is no negative of itself;
awesome-align's factor 1/2 is explicit here.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.link_rules import itermax, mutual_argmax, sinkhorn_plan, softmax_both_ways
from xlalign.objectives import gather, nce
from xlalign.objectives.base import LossOutput, Objective, exact, head
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths
from xlalign.objectives.requests import BatchLinks, Model
from xlalign.objectives.word_alignment.options import WordAlignmentOptions
from xlalign.objectives.words import padded, word_vectors


class WordAlignment(Objective):
    """Draws linked words together."""

    def __init__(self, options: WordAlignmentOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options
        self.projection = head(options.projection, encoder.hidden_size, options.projection_size)
        if options.form == "pointer":
            self.query = nn.Linear(encoder.hidden_size, encoder.hidden_size)
            self.key = nn.Linear(encoder.hidden_size, encoder.hidden_size)

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over links (or tokens)."""
        if self.options.form == "pointer":
            return self._pointer(batch, encoders)
        if self.options.form in {"so", "co"}:
            return self._agreement(batch, encoders)
        return self._vectors(batch, encoders)

    def _vectors(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        rows, words = self._links(batch, encoders)
        x, y = (self._words(name, batch, encoders, rows, words[:, side]) for side, name in enumerate(SIDES))
        if self.options.form == "l2":
            loss = self._mean((x - y).square().sum(1))
            return LossOutput(loss, len(rows), {"loss": gather.shown(loss)})
        # The row numbers of different processes must differ, too.
        names = (rows + len(batch.ids) * gather.rank())[:, None] * WORDS + words
        x, y, names = gather.all_rows(F.normalize(x, dim=1), F.normalize(y, dim=1), names)
        joint = self.options.form == "joint"
        each = nce.both_ways(x, y, [names[:, 0], names[:, 1]], self.options.temperature, joint=joint)
        loss = each.mean() if len(each) else x.sum() + y.sum()
        return LossOutput(loss, 2 * len(rows), {"loss": loss.detach(), **nce.diagnostics(x.detach(), y.detach())})

    def _mean(self, losses: Tensor) -> Tensor:
        """The sum (m,) over the number of all processes' losses; 0 with a graph where there is none."""
        return losses.sum() / max(gather.total(len(losses), losses.device), 1)

    def _words(self, name: str, batch: TrainingBatch, encoders: Encodings, rows: Tensor, words: Tensor) -> Tensor:
        tokens = encoders.hidden(name).tokens(self.options.layer)
        return exact(self.projection(word_vectors(tokens, batch.views[name], rows, words)))

    def _links(self, batch: TrainingBatch, encoders: Encodings) -> tuple[Tensor, Tensor]:
        """Pair (K,) and word numbers (K, 2) of each link."""
        if self.options.source == "file":
            found = batch.answer(BatchLinks())
            return found.rows, found.words
        labels, positions = self._labels(batch, encoders)
        row, i, j = labels.nonzero(as_tuple=True)
        sides = [batch.views[name].words[own[row, k]] for name, own, k in zip(SIDES, positions, (i, j), strict=True)]
        # Several tokens of one word give one link; tokens outside any word give none.
        rows_words = torch.stack((row, *sides), dim=1)
        unique = torch.unique(rows_words[(rows_words >= 0).all(1)], dim=0)
        return unique[:, 0], unique[:, 1:]

    @torch.no_grad()
    def _labels(self, batch: TrainingBatch, encoders: Encodings) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Token links (B, S, T) by the encoder as it is now, and the token positions of both sides."""
        real, positions = self._cells(batch)
        similarity = self._similarity(encoders, positions, self.options.label_layer, "label")
        return label(similarity, real, self.options.source, self.options.threshold), positions

    def _cells(self, batch: TrainingBatch) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Which cells (B, S, T) are real, and the token positions (B, S), (B, T) of both sides."""
        concat = self.options.form == "pointer"
        sides = [padded(batch.views[name], k if concat else None) for k, name in enumerate(self._views())]
        return sides[0][1][:, :, None] & sides[1][1][:, None, :], (sides[0][0], sides[1][0])

    def _similarity(
        self, encoders: Encodings, positions: tuple[Tensor, Tensor], layer: int, model: Model = "query"
    ) -> Tensor:
        """Dot products (B, S, T) of the tokens at the given positions."""
        sides = zip(self._views(), positions, strict=True)
        x, y = (exact(encoders.hidden(name, model=model).tokens(layer)[own]) for name, own in sides)
        with torch.autocast(x.device.type, enabled=False):
            return x @ y.transpose(1, 2)

    def _agreement(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        real, positions = self._cells(batch)
        similarity = self._similarity(encoders, positions, self.options.layer)
        forward, backward = softmax_both_ways(similarity, real)
        lengths = real.any(2).sum(1).clamp(min=1), real.any(1).sum(1).clamp(min=1)
        if self.options.form == "co":
            losses = -(forward * backward).sum((1, 2)) / torch.minimum(*lengths)
        else:
            links = self._token_links(batch, encoders, real, positions)
            scores = (forward * links).sum((1, 2)) / lengths[0] + (backward * links).sum((1, 2)) / lengths[1]
            losses = -scores / 2
        loss = self._mean(losses)
        return LossOutput(loss, len(losses), {"loss": gather.shown(loss)})

    def _token_links(
        self, batch: TrainingBatch, encoders: Encodings, real: Tensor, positions: tuple[Tensor, Tensor]
    ) -> Tensor:
        """Links (B, S, T) between tokens: the encoder's own, or all tokens of words linked in the file."""
        if self.options.source != "file":
            return self._labels(batch, encoders)[0]
        given = batch.answer(BatchLinks())
        views = [batch.views[name] for name in self._views()]
        x, y = (view.words[own] for view, own in zip(views, positions, strict=True))
        table = torch.zeros(len(x), int(x.max()) + 1, int(y.max()) + 1, dtype=torch.bool, device=x.device)
        inside = (given.words < torch.tensor(table.shape[1:], device=x.device)).all(1)
        table[given.rows[inside], given.words[inside, 0], given.words[inside, 1]] = True
        rows = torch.arange(len(x), device=x.device)[:, None, None]
        found = table[rows, x.clamp(min=0)[:, :, None], y.clamp(min=0)[:, None, :]]
        return found & real & (x >= 0)[:, :, None] & (y >= 0)[:, None, :]

    def _views(self) -> tuple[str, str]:
        return ("concat", "concat") if self.options.form == "pointer" else SIDES

    def _pointer(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        view = batch.views["concat"]
        assert view.mask is not None
        tokens = encoders.hidden("concat", masked=True).tokens(self.options.layer)
        queries, keys = exact(self.query(tokens)), exact(self.key(tokens))
        real, positions = self._cells(batch)
        links = self._token_links(batch, encoders, real, positions)
        hidden = torch.zeros(len(view.ids), dtype=torch.bool, device=tokens.device)
        hidden[view.mask.selected] = True
        losses, correct = [], []
        for side in (0, 1):
            cells = links if side == 0 else links.transpose(1, 2)
            own, other = positions[side], positions[1 - side]
            row, i = (cells.any(2) & hidden[own]).nonzero(as_tuple=True)
            # Of several partners the first: argmax of 0 1 1 is 1.
            partner = cells[row, i].int().argmax(1)
            scores = (queries[own[row, i]].unsqueeze(1) * keys[other[row]]).sum(2) / math.sqrt(keys.shape[1])
            _, real = padded(view, 1 - side)
            scores = scores.masked_fill(~real[row], -torch.inf)
            losses.append(F.cross_entropy(scores, partner, reduction="none"))
            correct.append(scores.detach().argmax(1) == partner)
        each = torch.cat(losses)
        loss = self._mean(each)
        accuracy = torch.cat(correct).float().mean() if len(each) else torch.zeros(())
        return LossOutput(loss, len(each), {"loss": gather.shown(loss), "accuracy": accuracy})


def label(similarity: Tensor, real: Tensor, method: str, threshold: float) -> Tensor:
    """Links (B, S, T) by argmax, itermax, sinkhorn (followed by itermax) or softmax (both ways above the threshold)."""
    if method == "argmax":
        return mutual_argmax(similarity, real)
    if method == "softmax":
        forward, backward = softmax_both_ways(similarity, real)
        return (forward > threshold) & (backward > threshold)
    return itermax(sinkhorn_plan(similarity, real) if method == "sinkhorn" else similarity, real)


SIDES = ("source", "target")
WORDS = 65_536
"""More words than any row has."""
