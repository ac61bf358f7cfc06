"""Exact match and token F1 of answer spans: the SQuAD v1.1 rule and the MLQA rule.

SQuAD (also XQuAD and TyDiQA in the benchmark): English articles, ASCII punctuation, white space.
MLQA (Lewis et al. 2020): articles of the language, Unicode punctuation, Chinese by character.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from xlalign.errors import DataError, UserError
from xlalign.evaluation.metrics.scoring import ChunkRule, ItemStatistics, MetricScores, Scorer, mean_of_values

Normalise = Callable[[str], str]

# Arabic has a clitic: the rule takes it out wherever it stands, as the published evaluator does.
_ARTICLES = {
    "en": r"\b(a|an|the)\b",
    "es": r"\b(un|una|unos|unas|el|la|los|las)\b",
    "vi": r"\b(của|là|cái|chiếc|những)\b",
    "de": r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "ar": "ال",
}
_WITHOUT_ARTICLES = ("hi", "zh")
_ASCII = frozenset(string.punctuation)


def squad(text: str) -> str:
    """Lower case, no ASCII punctuation, no English articles, single spaces."""
    bare = "".join(c for c in text.lower() if c not in _ASCII)
    return " ".join(re.sub(_ARTICLES["en"], " ", bare).split())


def mlqa(lang: str) -> Normalise:
    """The MLQA rule of a language.

    Raises:
        UserError: MLQA defines no rule for the language.
    """
    if lang not in _ARTICLES and lang not in _WITHOUT_ARTICLES:
        known = ", ".join(sorted([*_ARTICLES, *_WITHOUT_ARTICLES]))
        raise UserError(f"MLQA has no answer normalisation for `{lang}`; known: {known}")
    articles = re.compile(_ARTICLES.get(lang, "(?!)"))
    tokens = _characters if lang == "zh" else str.split

    def normalise(text: str) -> str:
        bare = "".join(c for c in text.lower() if not _is_punctuation(c))
        return " ".join(tokens(articles.sub(" ", bare)))

    return normalise


def _characters(text: str) -> list[str]:
    """Every Chinese character by itself, everything else by white space."""
    return re.sub("([一-龥])", r" \1 ", text).split()


@cache
def _is_punctuation(char: str) -> bool:
    return char in _ASCII or unicodedata.category(char).startswith("P")


def exact_match(gold: str, predicted: str, normalise: Normalise) -> float:
    """1 when the normalised texts are equal, else 0."""
    return float(normalise(gold) == normalise(predicted))


def token_f1(gold: str, predicted: str, normalise: Normalise) -> float:
    """F1 of the two bags of normalised tokens; 0 without a common token, even when both are empty."""
    wanted, found = normalise(gold).split(), normalise(predicted).split()
    # "the cat sat" without its article, against "cat cat": bags {cat, sat} and {cat, cat} share one, precision and
    # recall are 1/2.
    common = sum((Counter(wanted) & Counter(found)).values())
    if not common:
        return 0.0
    precision, recall = common / len(found), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def item_scores(gold: Sequence[str], predicted: str | None, normalise: Normalise) -> tuple[float, float]:
    """(exact match, F1) of one question, each the best over the gold answers; unanswered gives 0."""
    if predicted is None:
        return 0.0, 0.0
    return (
        max(exact_match(answer, predicted, normalise) for answer in gold),
        max(token_f1(answer, predicted, normalise) for answer in gold),
    )


def qa_scores(gold: Mapping[str, Sequence[str]], predicted: Mapping[str, str], normalise: Normalise) -> MetricScores:
    """Mean exact match and F1 over all gold questions, in percent.

    Raises:
        DataError: there are no questions.
    """
    if not gold:
        raise DataError("nothing to score: no questions")
    items = [item_scores(answers, predicted.get(key), normalise) for key, answers in gold.items()]
    exact, f1 = (100.0 * sum(column) / len(items) for column in zip(*items, strict=True))
    return {"exact_match": exact, "f1": f1}


def _questions(normaliser: Callable[[str], Normalise]) -> Scorer:
    def scores(
        gold: Mapping[str, Sequence[str]], predicted: Mapping[str, str], lang: str, rule: ChunkRule
    ) -> MetricScores:
        return qa_scores(gold, predicted, normaliser(lang))

    def items(
        gold: Mapping[str, Sequence[str]], predicted: Mapping[str, str], lang: str, rule: ChunkRule
    ) -> list[ItemStatistics]:
        normalise = normaliser(lang)
        return [item_scores(answers, predicted.get(key), normalise) for key, answers in gold.items()]

    return Scorer(scores, items, mean_of_values, ("exact_match", "f1"))


SQUAD = _questions(lambda lang: squad)
MLQA = _questions(mlqa)
