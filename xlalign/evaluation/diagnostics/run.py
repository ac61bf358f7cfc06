"""All diagnostics of one encoder: `diagnose(model, samples)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xlalign import progress
from xlalign.bitext.corpus import GoldPair
from xlalign.evaluation.diagnostics import space, words
from xlalign.evaluation.diagnostics.record import Diagnostics, PointDiagnostics
from xlalign.evaluation.model import load
from xlalign.evaluation.retrieval import hubness, precision_at_1
from xlalign.modeling.embed import Point, every_point, text_vectors, unit_rows
from xlalign.modeling.encoder import Encoder


def diagnose(
    model: str | Path, samples: Mapping[str, Sequence[GoldPair]], max_length: int = 128, device: str = "auto"
) -> Diagnostics:
    """Measure an encoder on sentence pairs with English on the left and gold links.

    Args:
        model: model folder or hub id.
        samples: sentence pairs by foreign language; a few hundred each. Pairs without links skip the word measures.
        max_length: pieces of one sentence, special tokens included.
        device: auto, cpu, cuda or mps.
    """
    encoder, tokenizer = load(model, device)
    linked = {lang: [pair for pair in pairs if pair.sure] for lang, pairs in samples.items()}
    linked = {lang: pairs for lang, pairs in linked.items() if pairs}
    vectors = {lang: _both_sides(pairs, encoder, tokenizer, max_length) for lang, pairs in samples.items()}
    wanted = every_point(encoder.layers)
    sides: dict[str, list[Sequence[str]]] = {lang: [p.target_words for p in pairs] for lang, pairs in samples.items()}
    sides["en"] = [pair.source_words for pairs in samples.values() for pair in pairs]
    return Diagnostics(
        points={p.label: _point({lang: (en[p], x[p]) for lang, (en, x) in vectors.items()}) for p in wanted},
        static={lang: words.static_accuracy(pairs, encoder, tokenizer) for lang, pairs in linked.items()},
        contextual={
            lang: words.contextual_accuracy(pairs, encoder, tokenizer)
            for lang, pairs in progress.track(linked.items(), "word alignment", len(linked), "languages")
        },
        fertility={lang: words.fertility(side, tokenizer) for lang, side in sides.items()},
    )


def _both_sides(
    pairs: Sequence[GoldPair], encoder: Encoder, tokenizer: Any, max_length: int
) -> tuple[dict[Point, np.ndarray], dict[Point, np.ndarray]]:
    points = every_point(encoder.layers)

    def unit(sentences: Iterable[Sequence[str]]) -> dict[Point, np.ndarray]:
        texts = [" ".join(words) for words in sentences]
        found = text_vectors(encoder, tokenizer, texts, points, max_length)
        return {point: unit_rows(vectors) for point, vectors in found.items()}

    return unit(pair.source_words for pair in pairs), unit(pair.target_words for pair in pairs)


def _point(sides: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> PointDiagnostics:
    pairs = list(sides.values())
    everything = [np.concatenate([english for english, _ in pairs]), *(foreign for _, foreign in pairs)]
    together = np.concatenate(everything)
    retrieved = {lang: precision_at_1(*pair) for lang, pair in sides.items()}

    def mean(measure: Any) -> float:
        return float(np.mean([measure(english, foreign) for english, foreign in pairs]))

    return PointDiagnostics(
        from_english={lang: found[0] for lang, found in retrieved.items()},
        to_english={lang: found[1] for lang, found in retrieved.items()},
        margin=mean(space.gold_margin),
        rank=mean(space.mean_rank),
        auc=mean(space.parallel_auc),
        hubness=mean(hubness),
        cka=mean(space.cka),
        debiased_cka=mean(space.debiased_cka),
        cosine=space.mean_cosine(together),
        effective_rank=space.effective_rank(together),
        dominance=space.dominance(together),
        language_probe=100.0 * space.language_probe(everything),
    )
