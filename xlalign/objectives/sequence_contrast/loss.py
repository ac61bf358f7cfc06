"""Sentence contrast: InfoNCE and its decoupled form over in-batch negatives or a momentum queue.

What it is: the vectors of a sentence and of its translation are pulled together and pushed from other sentences.

Inputs: the two views of a pair named in `on`; `span` needs word links (one linked word a pair, drawn anew each
epoch); `masked` contrasts the masked inputs.

Shapes: n pairs, sentence vectors (n, D) (or (n, 2D) with `span`), keys of the queue (K, P).

Equation, for an anchor x_i, its translation y_i and negatives N_i, with s(a, b) = sim(f(a), f(b)) / tau:
    infonce    -log( e^s(x_i, y_i) / (e^s(x_i, y_i) + sum_{k in N_i} e^s(x_i, k)) )
    decoupled  log sum_{k in N_i} e^s(x_i, k) - s(x_i, y_i)
averaged over anchors. N_i: the other side's sentences (`cross`), both sides' (`joint`: 2(n - 1) negatives), the
queue of momentum keys, or a union. infonce = softplus(decoupled) for each anchor. CZ-NCE of ML-CTL (arXiv
2202.13083) is the decoupled form, which is also Decoupled Contrastive Learning (arXiv 2110.06848). Queue and
momentum encoder: MoCo (arXiv 1911.05722), used by PPA (arXiv 2010.12547) and InfoXLM (arXiv 2007.07834).

Options: `SequenceContrastOptions`.

Relations: `infonce` with `joint` negatives is the 2n-way softmax of SimCLR; `cross` with both directions is the
symmetric loss of CLIP and of sentence-transformers' MultipleNegativesRankingLoss (one direction there).

Differs from the papers: equal sentences of a batch are no negatives of each other (`skip_equal`); similarities and
log-sum-exp are always computed in fp32.
"""

from __future__ import annotations

import copy
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.pooling import pool
from xlalign.objectives import gather, nce
from xlalign.objectives.base import LossOutput, Objective, exact, head
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.momentum import Follower
from xlalign.objectives.options import Widths
from xlalign.objectives.requests import Model, Momentum, Span
from xlalign.objectives.sequence_contrast.options import SequenceContrastOptions


class SequenceContrast(Objective):
    """Contrasts the sentences of a batch with each other, or with a queue of momentum keys."""

    queue: Tensor
    queue_hashes: Tensor
    pointer: Tensor

    def __init__(self, options: SequenceContrastOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options
        width = encoder.hidden_size * (2 if options.span else 1)
        self.projection = head(options.projection, width, options.projection_size)
        self.key_model = options.key_model
        if options.momentum:
            self.key_projection = copy.deepcopy(self.projection).requires_grad_(False)
        if options.queue:
            self._make_queue(options.queue, options.projection_size or width)

    def _make_queue(self, size: int, width: int) -> None:
        generator = torch.Generator().manual_seed(size)
        self.register_buffer("queue", F.normalize(torch.randn(size, width, generator=generator), dim=1))
        self.register_buffer("queue_hashes", torch.full((size,), -1, dtype=torch.int64))
        self.register_buffer("pointer", torch.zeros((), dtype=torch.int64))

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over anchors."""
        first, second = self.options.on
        anchors = self._vectors(first, "query", batch, encoders)
        keys = self._vectors(second, self.key_model, batch, encoders)
        hashes = [batch.views[name].hashes for name in self.options.on]
        keys, anchors_all, *hashes = gather.all_rows(keys, anchors, *hashes)
        losses = [self._side(anchors_all, keys, hashes)]
        if self.options.directions == "both":
            other = [keys, anchors_all]
            if self.options.momentum:
                queries = self._vectors(second, "query", batch, encoders)
                other = list(gather.all_rows(queries, self._vectors(first, self.key_model, batch, encoders)))
            losses.append(self._side(other[0], other[1], hashes[::-1]))
        loss = torch.cat(losses).mean()
        metrics = {
            "loss": loss.detach(),
            **nce.diagnostics(anchors_all.detach(), keys.detach(), self.options.similarity),
        }
        carry = (keys.detach(), hashes[1]) if self.options.queue else ()
        return LossOutput(loss, len(anchors) * len(losses), metrics, {"": carry})

    def _vectors(self, view: str, model: Model, batch: TrainingBatch, encoders: Encodings) -> Tensor:
        states = encoders.hidden(view, masked=self.options.masked, model=model)
        rows, how = batch.views[view], self.options.pooling
        vectors = self._layers([pool(states, i, rows, how) for i in self.options.layers])
        if self.options.span:
            span = batch.answer(Span(view))
            word = self._layers([states.mean(i, span.positions, span.rows, len(vectors)) for i in self.options.layers])
            vectors = torch.cat((vectors, word), dim=1)
        if isinstance(model, Momentum):
            with torch.no_grad():
                return self._unit(self.key_projection(vectors))
        return self._unit(self.projection(vectors))

    def _layers(self, vectors: list[Tensor]) -> Tensor:
        total = torch.stack(vectors).sum(0)
        return total if self.options.combine == "sum" else total / len(vectors)

    def _unit(self, vectors: Tensor) -> Tensor:
        vectors = exact(vectors)
        return F.normalize(vectors, dim=1) if self.options.similarity == "cos" else vectors

    def _side(self, anchors: Tensor, keys: Tensor, hashes: list[Tensor]) -> Tensor:
        """The loss (n,) of one side's anchors (n, P) against the other side's keys (n, P)."""
        negatives = self._negatives(anchors, keys, hashes)
        return nce.contrast(anchors, keys, negatives, self.options.temperature, self.options.form)

    def _negatives(self, anchors: Tensor, keys: Tensor, hashes: list[Tensor]) -> Tensor:
        """Similarities (n, m) of anchors and negatives, -inf where a candidate is none."""
        parts = []
        if self.options.negatives != "none":
            joint = self.options.negatives == "joint"
            equal, equal_anchors = (self._equal(own, own) for own in hashes[::-1])
            parts.append(nce.in_batch(anchors, keys, equal, joint=joint, equal_anchors=equal_anchors))
        if self.options.queue:
            with torch.autocast(anchors.device.type, enabled=False):
                scores = anchors @ self.queue.T
            parts.append(scores.masked_fill(self._equal(hashes[1], self.queue_hashes), -torch.inf))
        return torch.cat(parts, dim=1)

    def _equal(self, left: Tensor, right: Tensor) -> Tensor:
        """(n, m) which sentences are equal, as far as that matters."""
        equal = nce.same(left, right)
        return equal if self.options.skip_equal else torch.zeros_like(equal)

    def unfilled(self) -> int:
        """Places of the queue without a key; 0 where it is not to be filled."""
        return int((self.queue_hashes == -1).sum()) if self.options.queue and self.options.prefill else 0

    def prefill(self, batch: TrainingBatch, encoders: Encodings) -> None:
        """Enqueue this batch's keys."""
        with torch.no_grad():
            name = self.options.on[1]
            keys = self._vectors(name, self.key_model, batch, encoders)
            self._enqueue(*gather.all_rows(keys, batch.views[name].hashes))

    def after_step(self, carried: tuple[Tensor, ...]) -> None:
        """Move the key projection towards the projection, and enqueue the step's keys and their hashes."""
        if self.options.momentum:
            self._follower.step()
        if self.options.queue:
            self._enqueue(*carried)

    @cached_property
    def _follower(self) -> Follower:
        return Follower(self.key_projection, self.projection, self.options.momentum)

    def _enqueue(self, keys: Tensor, hashes: Tensor) -> None:
        """First in, first out; the pointer wraps round."""
        size = len(self.queue)
        keys, hashes = keys[-size:], hashes[-size:]
        # A queue of 5 with the pointer at 3 takes four keys at 3 4 0 1; then it points at 2. Of more keys than places
        # the last ones stay.
        places = (self.pointer + torch.arange(len(keys), device=keys.device)) % size
        self.queue[places] = keys
        self.queue_hashes[places] = hashes
        self.pointer.copy_((self.pointer + len(keys)) % size)
