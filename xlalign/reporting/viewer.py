"""Sentence pairs as matrices: gold links as shapes, predicted links as fill, the worst pair first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlalign.alignment.aer import AerScore, score
from xlalign.reporting.data import AlignedPair

WIDEST = 30
"""Most words of a side that are drawn as a matrix."""


class Spot(NamedTuple):
    """One cell: `gold` "sure", "possible" or "none"; `fill` "right", "wrong" or "none"; text shown on hover."""

    gold: str
    fill: str
    title: str


class Matrix(NamedTuple):
    """A pair ready to be drawn: `rows[i][j]` is None where there is no link. `score` is None without gold links."""

    pair: AlignedPair
    rows: list[list[Spot | None]]
    score: AerScore | None

    @property
    def long(self) -> bool:
        """Whether a matrix would be too wide, so that two columns of words joined by lines are drawn instead."""
        return max(len(self.pair.source_words), len(self.pair.target_words)) > WIDEST

    @property
    def links(self) -> list[tuple[int, int, Spot]]:
        """Every cell that is not empty, those that are right first, so that errors are drawn on top."""
        spots = [(i, j, spot) for i, row in enumerate(self.rows) for j, spot in enumerate(row) if spot]
        return sorted(spots, key=lambda link: link[2].fill != "right")


def worst_first(pairs: Sequence[AlignedPair], limit: int) -> list[Matrix]:
    """The `limit` pairs with the highest AER; pairs without gold links come last, in their order."""
    ranked = sorted(((pair, aer_of(pair)) for pair in pairs), key=lambda item: -(item[1].aer if item[1] else -1.0))
    return [Matrix(pair, _rows(pair), aer) for pair, aer in ranked[:limit]]


def aer_of(pair: AlignedPair) -> AerScore | None:
    """The scores of one pair, None where it has no gold links."""
    if not pair.sure and not pair.possible:
        return None
    return score([pair.predicted], [pair.sure], [pair.possible])


def _rows(pair: AlignedPair) -> list[list[Spot | None]]:
    similarity = dict(zip(pair.predicted, pair.scores, strict=False))
    sure, possible, predicted = set(pair.sure), set(pair.possible), set(pair.predicted)
    gold_known = bool(sure or possible)

    def spot(link: tuple[int, int]) -> Spot | None:
        gold = "sure" if link in sure else "possible" if link in possible else "none"
        if gold == "none" and link not in predicted:
            return None
        wrong = gold_known and gold == "none"
        fill = "none" if link not in predicted else "wrong" if wrong else "right"
        return Spot(gold, fill, _title(pair, link, gold, fill, similarity.get(link)))

    columns = range(len(pair.target_words))
    return [[spot((i, j)) for j in columns] for i in range(len(pair.source_words))]


def _title(pair: AlignedPair, link: tuple[int, int], gold: str, fill: str, similarity: float | None) -> str:
    i, j = link
    verdict = {"none": "missed", "right": "predicted", "wrong": "predicted, not in gold"}[fill]
    parts = [f"{pair.source_words[i]} – {pair.target_words[j]}", f"{gold} gold" if gold != "none" else "", verdict]
    if similarity is not None:
        parts.append(f"score {similarity:.2f}")
    return ", ".join(part for part in parts if part)
