"""What the diagnostics of an encoder are, as they are stored and read; light, for reports."""

from __future__ import annotations

from statistics import fmean
from typing import NamedTuple

from pydantic import BaseModel


class Fertility(NamedTuple):
    """What a tokeniser does to a language: pieces a word, share of words cut into several, share of unknown pieces."""

    pieces: float
    continued: float
    unknown: float


class PointDiagnostics(BaseModel):
    """One layer and pooling against English, mean over languages unless said otherwise.

    Attributes:
        from_english, to_english: retrieval accuracy (percent) by language.
        margin, rank, auc: ratio margin and rank of true pairs, probability that they beat random ones.
        hubness: skewness of 4-occurrences.
        cka, debiased_cka: similarity of the two sides' geometry.
        cosine, effective_rank, dominance: isotropy of all languages' vectors together.
        language_probe: accuracy (percent) of a linear probe for the language; chance is 100 / languages.
    """

    from_english: dict[str, float]
    to_english: dict[str, float]
    margin: float
    rank: float
    auc: float
    hubness: float
    cka: float
    debiased_cka: float
    cosine: float
    effective_rank: float
    dominance: float
    language_probe: float


class Diagnostics(BaseModel):
    """Diagnostics of one encoder.

    Attributes:
        points: by "layer=L,pool=P".
        static: ALIGN-MLM's alignment score (percent) by language.
        contextual: word retrieval in context (percent) by language, one value per layer.
        fertility: tokeniser statistics by language.
    """

    points: dict[str, PointDiagnostics]
    static: dict[str, float]
    contextual: dict[str, list[float]]
    fertility: dict[str, Fertility]

    def layers(self, pooling: str = "mean") -> dict[int, PointDiagnostics]:
        """The points of one pooling by layer."""
        labels = {label: dict(part.split("=") for part in label.split(",")) for label in self.points}
        return {int(found["layer"]): self.points[label] for label, found in labels.items() if found["pool"] == pooling}

    def best_contextual(self) -> dict[str, float]:
        """Word alignment in context by language, at the layer that is best over all languages."""
        if not self.contextual:
            return {}
        means = [fmean(values) for values in zip(*self.contextual.values(), strict=True)]
        layer = means.index(max(means))
        return {lang: values[layer] for lang, values in self.contextual.items()}
