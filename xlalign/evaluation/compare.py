"""Tasks without fine-tuning: sentence vectors are compared as the encoder gives them (Tatoeba, BUCC)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xlalign.errors import UserError
from xlalign.evaluation import retrieval
from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.kinds.base import ComparedKind, Example
from xlalign.evaluation.model import load
from xlalign.evaluation.options import RetrievalOptions
from xlalign.evaluation.tasks.base import Task
from xlalign.modeling.embed import Point, every_point, text_vectors, unit_rows
from xlalign.modeling.sentence import SentenceEncoder, setup_of


class Compared:
    """An encoder that finds translations.

    Args:
        cell: the cell; layer and pooling "dev" are chosen on held-out pairs, by one rule for all models.
        data: the cell's data.
        model: model folder or hub id.
    """

    def __init__(self, cell: GridCell, data: TestData, model: str | Path) -> None:
        self._data, self._options = data, cell.retrieval or RetrievalOptions()
        self._kind = _compared_kind(data.task)
        self._encoder, self._tokenizer = load(model, cell.device, self._options.precision)
        self._own = self._as_made(model)
        self._point, self.curve = (self._own.point, dict[str, float]()) if self._own else self._choose()
        self.dev: float | None = None
        self.setup: dict[str, Any] = {
            "point": self._point.label,
            "score": self._kind.similarity(self._options),
            "centred": self._options.centre,
            **({"prompt": self._prompt} if self._prompt else {}),
        }

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """What the kind finds by comparing vectors, and scores that are by-products."""
        return self._kind.find(examples, self._data.tuned_on(lang), self._vectors, self._options)

    def _as_made(self, model: str | Path) -> SentenceEncoder | None:
        """A sentence encoder with its own layer, pooling and Dense layers, where the settings name no others."""
        options = self._options
        setup = setup_of(model) if (options.layer, options.pooling) == ("dev", "dev") else None
        return SentenceEncoder(self._encoder, self._tokenizer, setup) if setup else None

    @property
    def _prompt(self) -> str:
        own = self._own.setup.prompt if self._own else ""
        return own if self._options.prompt is None else self._options.prompt

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return self._embed(texts, [self._point])[self._point]

    def _embed(self, texts: Sequence[str], wanted: Sequence[Point]) -> dict[Point, np.ndarray]:
        longest, prompted = self._options.max_length, [self._prompt + text for text in texts]
        if self._own:
            found: Mapping[Point, np.ndarray] = {self._point: self._own.vectors(prompted, "", longest)}
        else:
            found = text_vectors(self._encoder, self._tokenizer, prompted, wanted, longest)
        unit = {point: unit_rows(vectors) for point, vectors in found.items()}
        if not self._options.centre:
            return unit
        # The mean of the language's own sentences: what is left tells them apart, not their language.
        return {point: unit_rows(vectors - vectors.mean(0)) for point, vectors in unit.items()}

    def _choose(self) -> tuple[Point, dict[str, float]]:
        """The point that the settings name, or the best on held-out pairs over all languages."""
        allowed = [point for point in every_point(self._encoder.layers, self._poolings()) if self._allowed(point)]
        pairs = self._data.held_out_pairs() if len(allowed) > 1 else []
        if not pairs:
            last = self._encoder.layers
            # Nothing to choose by: the mean of the last layer if it is allowed, else the last layer, else any mean.
            return max(allowed, key=lambda p: (p.layer == last, p.pooling == "mean")), {}
        scores = np.mean([self._curve(examples, allowed) for examples in pairs], axis=0)
        return allowed[int(scores.argmax())], {p.label: float(s) for p, s in zip(allowed, scores, strict=True)}

    def _poolings(self) -> tuple[str, ...]:
        """What is compared, or what is wanted; the last token has seen all only in a decoder."""
        wanted, own = self._options.pooling, self._encoder.family.pooling
        usual = ("mean", "content", "cls")
        return (*usual, *({own} - {*usual})) if wanted == "dev" else (wanted,)

    def _allowed(self, point: Point) -> bool:
        layer, pooling = self._options.layer, self._options.pooling
        # -1 of 12 layers is 12: there are 13 of them with the embeddings, 0 to 12.
        wanted = layer if layer == "dev" or layer >= 0 else self._encoder.layers + 1 + layer
        return wanted in ("dev", point.layer) and pooling in ("dev", point.pooling)

    def _curve(self, examples: list[Example], wanted: list[Point]) -> list[float]:
        foreign, english = (self._embed([getattr(e, side) for e in examples], wanted) for side in ("source", "target"))
        return [float(np.mean(retrieval.precision_at_1(english[p], foreign[p]))) for p in wanted]


def _compared_kind(task: Task) -> ComparedKind[Any]:
    kind = task.handler
    if not isinstance(kind, ComparedKind):
        raise UserError(f"{task.name} is a {task.kind} task: a model is fine-tuned for it")
    return kind
