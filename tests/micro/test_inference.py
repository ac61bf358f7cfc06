"""Labels follow from the meaning, and from nothing easier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from narrowing import present
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar import GRAMMARS
from xlalign.micro.meaning import Clause, NounPhrase
from xlalign.micro.tasks import examples
from xlalign.micro.tasks.pawsx import items as paraphrases
from xlalign.micro.tasks.xnli import items
from xlalign.micro.world import World

TRAIN, TEST = 4500, 1500
LABELS = ["entailment", "neutral", "contradiction"]


@cache
def drawn(task: str, language: str) -> tuple[list[dict[str, Any]], np.ndarray]:
    found = examples(World(21), task, language, "train", TRAIN + TEST)
    return found, np.array([example["label"] for example in found])


def words(text: str) -> list[str]:
    return text.lower().rstrip(".।").split()


def score(model: Any, features: Any, labels: np.ndarray) -> float:
    return model.fit(features[:TRAIN], labels[:TRAIN]).score(features[TRAIN:], labels[TRAIN:])


def chance(classes: int) -> float:
    """Three standard deviations above chance on the test items."""
    p = 1 / classes
    return p + 3 * (p * (1 - p) / TEST) ** 0.5


@pytest.mark.parametrize("language", sorted(GRAMMARS))
def test_the_hypothesis_alone_says_nothing(language: str) -> None:
    found, labels = drawn("xnli", language)
    bags = CountVectorizer(token_pattern=r"\S+").fit_transform([example["second"] for example in found])
    assert score(LogisticRegression(max_iter=500), bags, labels) < chance(3)


@pytest.mark.parametrize(
    "language", [lang if lang == "de" else pytest.param(lang, marks=pytest.mark.slow) for lang in sorted(GRAMMARS)]
)
def test_counting_missing_words_says_little(language: str) -> None:
    found, labels = drawn("xnli", language)
    pairs = [(words(example["first"]), words(example["second"])) for example in found]
    missing = np.array([[sum(word not in premise for word in hypothesis)] for premise, hypothesis in pairs])
    longer = np.array([[len(premise) - len(hypothesis)] for premise, hypothesis in pairs])
    for features in (missing, longer, np.hstack([missing, longer])):
        assert score(DecisionTreeClassifier(max_leaf_nodes=8, random_state=0), features, labels) < 0.5


def test_word_bags_do_not_tell_paraphrases() -> None:
    found, labels = drawn("pawsx", "en")
    bags = CountVectorizer().fit_transform([example["first"] for example in found])
    other = CountVectorizer().fit_transform([example["second"] for example in found])
    for features in (bags, other):
        assert score(LogisticRegression(max_iter=500), features, labels) < chance(2)
    overlap = [[len(set(words(e["first"])) ^ set(words(e["second"])))] for e in found]
    assert score(DecisionTreeClassifier(max_leaf_nodes=8, random_state=0), np.array(overlap), labels) < 0.58


def test_labels_are_balanced() -> None:
    for task, classes in (("xnli", 3), ("pawsx", 2)):
        counts = Counter(drawn(task, "en")[1].tolist())
        assert len(counts) == classes
        assert max(counts.values()) - min(counts.values()) <= 1


def test_labels_follow_from_the_meaning() -> None:
    for item in items(21, "train", TRAIN + TEST):
        assert relation(item.premise, item.hypothesis) == item.label, item


def relation(premise: Clause, hypothesis: Clause) -> str:
    """An independent judge: compares two clauses fact by fact.

    A fact of the hypothesis is stated by the premise, contradicted by it, or open.
    """
    if premise.negated and hypothesis.negated:
        return negated_relation(premise, hypothesis)
    about_subject = [*phrase_facts(premise.subject, hypothesis.subject)]
    if premise.negated != hypothesis.negated:
        positive, negative = (hypothesis, premise) if premise.negated else (premise, hypothesis)
        judged = {*about_subject, *predicate_facts(positive, negative)}
        return "contradiction" if judged == {"stated"} else "neutral"
    judged = {*about_subject, *predicate_facts(premise, hypothesis)}
    if "contradicted" in judged:
        return "contradiction"
    return "neutral" if "open" in judged else "entailment"


def negated_relation(premise: Clause, hypothesis: Clause) -> str:
    """Whatever the premise denies, the more specific is denied too; what is said of the subject is not denied."""
    subject = [*phrase_facts(premise.subject, hypothesis.subject)]
    denied = [part for part in ("place", "time", "manner") if getattr(premise, part)]
    wider = all(getattr(hypothesis, part) is not None for part in denied)
    return "entailment" if wider and "open" not in subject else "neutral"


def predicate_facts(premise: Clause, hypothesis: Clause) -> Iterator[str]:
    yield same_or_opposite(premise.verb.concept, hypothesis.verb.concept)
    yield from phrase_facts(premise.object, hypothesis.object)
    if hypothesis.quality:
        yield quality_fact(premise, hypothesis)
    for part in ("time", "manner"):
        said, claimed = getattr(premise, part), getattr(hypothesis, part)
        if claimed:
            yield "open" if said is None else "stated" if said == claimed else "contradicted"
    if hypothesis.place:
        yield place_fact(premise, hypothesis)


def same_or_opposite(said: str, claimed: str) -> str:
    if said == claimed:
        return "stated"
    return "contradicted" if concepts()[said].contrast == claimed else "open"


def quality_fact(premise: Clause, hypothesis: Clause) -> str:
    said, claimed = present(premise.quality).concept, present(hypothesis.quality).concept
    if said == claimed:
        return "stated"
    return "contradicted" if concepts()[said].cls == concepts()[claimed].cls else "open"


def place_fact(premise: Clause, hypothesis: Clause) -> str:
    if premise.place is None:
        return "open"
    place = present(hypothesis.place)
    said = (premise.place.preposition, premise.place.where.noun.concept)
    claimed = (place.preposition, place.where.noun.concept)
    return "stated" if said == claimed else "contradicted"


def phrase_facts(said: NounPhrase | None, claimed: NounPhrase | None) -> Iterator[str]:
    if claimed is None or said is None:
        return
    yield "stated" if claimed.noun.concept in above(said.noun.concept) else "open"
    if claimed.count:
        yield "open" if said.count is None else "stated" if said.count == claimed.count else "contradicted"
    classes = {concepts()[word.concept].cls: word.concept for word in said.adjectives}
    for word in claimed.adjectives:
        known = classes.get(concepts()[word.concept].cls)
        yield "open" if known is None else "stated" if known == word.concept else "contradicted"


def above(concept: str) -> set[str]:
    """The concept and its hypernyms."""
    hypernym = concepts()[concept].hypernym
    return {concept} | (above(hypernym) if hypernym else set())


def test_paraphrases_keep_their_participants() -> None:
    for item in paraphrases(21, "train", 400):
        assert (said(item.first) == said(item.second)) == (item.label == "1")


def said(clause: Clause) -> tuple[object, ...]:
    """Who does what to whom, or who has more of what."""
    participants = [
        p.noun.concept if p else None for p in (clause.subject, clause.recipient or clause.object, clause.than)
    ]
    if clause.quality is None:
        return (clause.verb.concept, *participants)
    contrast = concepts()[clause.quality.concept].contrast or ""
    more, less = participants[0], participants[2]
    return (clause.quality.concept, more, less) if clause.quality.concept < contrast else (contrast, less, more)
