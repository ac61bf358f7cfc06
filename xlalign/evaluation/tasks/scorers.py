"""The scorers that tasks share: (gold, predicted, language, chunk rule) -> scores in percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlalign.evaluation.metrics.accuracy import accuracy
from xlalign.evaluation.metrics.chunks import Rule
from xlalign.evaluation.metrics.mining import Mined, mining_f1
from xlalign.evaluation.metrics.qa import mlqa, qa_scores, squad
from xlalign.evaluation.metrics.tagging import Tags, chunk_f1, token_accuracy

Gold = Mapping[str, Sequence[str]]


def by_accuracy(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: Rule) -> dict[str, float]:
    """Share of right answers."""
    return accuracy(gold, predicted)


def by_chunks(gold: Tags, predicted: Tags, lang: str, rule: Rule) -> dict[str, float]:
    """Chunk F1 by the given rule, and token accuracy."""
    return {**chunk_f1(gold, predicted, rule), **token_accuracy(gold, predicted)}


def by_squad(gold: Gold, predicted: Mapping[str, str], lang: str, rule: Rule) -> dict[str, float]:
    """SQuAD exact match and F1, whatever the language."""
    return qa_scores(gold, predicted, squad)


def by_mlqa(gold: Gold, predicted: Mapping[str, str], lang: str, rule: Rule) -> dict[str, float]:
    """MLQA exact match and F1 by the rule of the language."""
    return qa_scores(gold, predicted, mlqa(lang))


def by_mining(gold: Sequence[Mined], predicted: Sequence[Mined], lang: str, rule: Rule) -> dict[str, float]:
    """Precision, recall and F1 of mined pairs."""
    return mining_f1(gold, predicted)
