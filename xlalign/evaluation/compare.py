"""Tasks without fine-tuning: sentence vectors are compared as the encoder gives them (Tatoeba, BUCC)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xlalign.evaluation import retrieval
from xlalign.evaluation.cell_settings import CellSettings, Retrieval
from xlalign.evaluation.data.tested import TestedData
from xlalign.evaluation.embed import Point, embed, normalised, points
from xlalign.evaluation.gold import english_order
from xlalign.evaluation.model import load
from xlalign.evaluation.tasks.base import Example


class Compared:
    """An encoder that finds translations.

    Args:
        cell: the cell; layer and pooling "dev" are chosen on held-out pairs, by one rule for all models.
        data: the cell's data.
        model: model folder or hub id.
    """

    def __init__(self, cell: CellSettings, data: TestedData, model: str | Path) -> None:
        self._data, self._options = data, cell.retrieval or Retrieval()
        self._mining = data.task.kind == "mining"
        self._score = self._options.mining_score if self._mining else self._options.score
        self._encoder, self._tokenizer = load(model, cell.device)
        self._point, self.curve = self._choose()
        self.dev: float | None = None
        self.setup: dict[str, Any] = {"point": self._point.label, "score": self._score, "centred": self._options.centre}

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Rows of the foreign side (retrieval), or mined pairs of ids (mining)."""
        if self._mining:
            return self._mined(examples[0], lang)
        return self._retrieved(examples)

    def _retrieved(self, examples: list[Example]) -> tuple[list[str], dict[str, float]]:
        """For every English line the row of the nearest foreign line (English lines in the benchmark's order)."""
        foreign, english = (
            self._vectors([e["source"] for e in examples]),
            self._vectors([e["target"] for e in examples]),
        )
        k = self._options.neighbours
        found = retrieval.nearest(english, foreign, self._score, k)
        back = retrieval.nearest(foreign, english, self._score, k)
        texts = [examples[row]["source"] for row in found]
        extra = {
            "to_english": 100.0 * float((back == np.arange(len(examples))).mean()),
            "hubness": retrieval.hubness(english, foreign, k),
            **translation_scores(texts, [e["source"] for e in examples]),
        }
        return [str(found[row]) for row in english_order(examples)], extra

    def _mined(self, example: Example, lang: str) -> tuple[list[list[str]], dict[str, float]]:
        """Pairs above the threshold that is best on dev."""
        threshold = self._threshold(self._data.threshold_pairs(lang)[0])
        ids = [[key for key, _ in example[side]] for side in ("source", "target")]
        mined = [[ids[0][c.source], ids[1][c.target]] for c in self._candidates(example) if c.score >= threshold]
        return mined, {"threshold": threshold} if np.isfinite(threshold) else {}

    def _threshold(self, example: Example) -> float:
        rows = [{key: row for row, (key, _) in enumerate(example[side])} for side in ("source", "target")]
        gold = {(rows[0][source], rows[1][target]) for source, target in example["gold"]}
        return retrieval.best_threshold(self._candidates(example), gold)

    def _candidates(self, example: Example) -> list[retrieval.Candidate]:
        source, target = (self._vectors([text for _, text in example[side]]) for side in ("source", "target"))
        return retrieval.mine(source, target, self._score, self._options.neighbours)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return self._embed(texts, [self._point])[self._point]

    def _embed(self, texts: Sequence[str], wanted: Sequence[Point]) -> dict[Point, np.ndarray]:
        found = embed(self._encoder, self._tokenizer, texts, wanted, self._options.max_length)
        if not self._options.centre:
            return found
        return {point: normalised(vectors - vectors.mean(0)) for point, vectors in found.items()}

    def _choose(self) -> tuple[Point, dict[str, float]]:
        """The point that the settings name, or the best on held-out pairs over all languages."""
        allowed = [point for point in points(self._encoder.layers) if self._allowed(point)]
        pairs = self._data.held_out_pairs() if len(allowed) > 1 else []
        if not pairs:
            last = self._encoder.layers
            return max(allowed, key=lambda p: (p.layer == last, p.pooling == "mean")), {}
        scores = np.mean([self._curve(examples, allowed) for examples in pairs], axis=0)
        return allowed[int(scores.argmax())], {p.label: float(s) for p, s in zip(allowed, scores, strict=True)}

    def _allowed(self, point: Point) -> bool:
        layer, pooling = self._options.layer, self._options.pooling
        wanted = layer if layer == "dev" or layer >= 0 else self._encoder.layers + 1 + layer
        return wanted in ("dev", point.layer) and pooling in ("dev", point.pooling)

    def _curve(self, examples: list[Example], wanted: list[Point]) -> list[float]:
        foreign, english = (self._embed([e[side] for e in examples], wanted) for side in ("source", "target"))
        return [float(np.mean(retrieval.precision_at_1(english[p], foreign[p]))) for p in wanted]


def translation_scores(found: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    """chrF and BLEU of the retrieved sentences against the right ones (sacrebleu's defaults)."""
    from sacrebleu import corpus_bleu, corpus_chrf

    return {
        "chrf": corpus_chrf(list(found), [list(gold)]).score,
        "bleu": corpus_bleu(list(found), [list(gold)], force=True).score,
    }
