"""How answers become scores, and what each item contributes to them.

Every headline is a function of sums over items, which makes resampling cheap: a mean of values in [0, 1] per item,
or F1 of summed (correct, found, wanted) counts. An item is a sentence, a question or a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlalign.evaluation.metrics.accuracy import accuracy
from xlalign.evaluation.metrics.chunks import Rule, chunks
from xlalign.evaluation.metrics.mining import Mined, mining_f1
from xlalign.evaluation.metrics.qa import Normalise, item_scores, mlqa, qa_scores, squad
from xlalign.evaluation.metrics.tagging import Tags, chunk_f1, token_accuracy

Scores = dict[str, float]
Gold = Mapping[str, Sequence[str]]
Answers = Mapping[str, str]
Row = tuple[float, ...]


@dataclass(frozen=True)
class Scorer:
    """The metrics of a task.

    Args:
        scores: (gold, predicted, language, chunk rule) -> every metric, in percent.
        items: the same arguments -> one row of statistics per item.
        total: (sums of the statistics (..., K), number of items) -> the headline, in percent.
        main: the metrics whose mean is the headline.
        keys: names of the items, where which items there are depends on the predictions.
    """

    scores: Callable[[Any, Any, str, Rule], Scores]
    items: Callable[[Any, Any, str, Rule], list[Row]]
    total: Callable[[np.ndarray, int], np.ndarray]
    main: tuple[str, ...]
    keys: Callable[[Any, Any], list[str]] | None = None


def mean_of_values(sums: np.ndarray, count: int) -> np.ndarray:
    """Mean over the items and over the values of each item."""
    return 100.0 * sums.mean(-1) / count


def f1_of_counts(sums: np.ndarray, count: int) -> np.ndarray:
    """F1 of summed (correct, found, wanted); 0 where nothing was found or wanted."""
    return 200.0 * sums[..., 0] / np.maximum(sums[..., 1] + sums[..., 2], 1)


def _accuracy(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: Rule) -> Scores:
    return accuracy(gold, predicted)


def _right(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: Rule) -> list[Row]:
    return [(float(g == p),) for g, p in zip(gold, predicted, strict=True)]


def _tagging(gold: Tags, predicted: Tags, lang: str, rule: Rule) -> Scores:
    return {**chunk_f1(gold, predicted, rule), **token_accuracy(gold, predicted)}


def _chunk_counts(gold: Tags, predicted: Tags, lang: str, rule: Rule) -> list[Row]:
    pairs = ((chunks([one], rule), chunks([other], rule)) for one, other in zip(gold, predicted, strict=True))
    return [(len(wanted & found), len(found), len(wanted)) for wanted, found in pairs]


def _mining(gold: Sequence[Mined], predicted: Sequence[Mined], lang: str, rule: Rule) -> Scores:
    return mining_f1(map(tuple, gold), map(tuple, predicted))


def _pair_counts(gold: Sequence[Mined], predicted: Sequence[Mined], lang: str, rule: Rule) -> list[Row]:
    wanted, found = set(map(tuple, gold)), set(map(tuple, predicted))
    return [(pair in wanted and pair in found, pair in found, pair in wanted) for pair in sorted(wanted | found)]


def _pair_keys(gold: Sequence[Mined], predicted: Sequence[Mined]) -> list[str]:
    return ["\t".join(pair) for pair in sorted({*map(tuple, gold), *map(tuple, predicted)})]


def _questions(normaliser: Callable[[str], Normalise]) -> Scorer:
    def scores(gold: Gold, predicted: Answers, lang: str, rule: Rule) -> Scores:
        return qa_scores(gold, predicted, normaliser(lang))

    def items(gold: Gold, predicted: Answers, lang: str, rule: Rule) -> list[Row]:
        normalise = normaliser(lang)
        return [item_scores(answers, predicted.get(key), normalise) for key, answers in gold.items()]

    return Scorer(scores, items, mean_of_values, ("exact_match", "f1"))


ACCURACY = Scorer(_accuracy, _right, mean_of_values, ("accuracy",))
CHUNK_F1 = Scorer(_tagging, _chunk_counts, f1_of_counts, ("f1",))
MINING = Scorer(_mining, _pair_counts, f1_of_counts, ("f1",), _pair_keys)
SQUAD = _questions(lambda lang: squad)
MLQA = _questions(mlqa)
