"""Pairs, documents and their splits."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from xlalign.errors import UserError
from xlalign.micro.grammar import GRAMMARS, realise
from xlalign.micro.tasks import TASKS, examples
from xlalign.micro.world import World

WORLD = World(4)


def test_pairs_are_translations() -> None:
    for pair in WORLD.pairs("en", "de", 30):
        assert pair.source.language == "en"
        assert pair.target.language == "de"
        assert {t.node for t in pair.source.tokens if t.upos == "PROPN"} == {
            t.node for t in pair.target.tokens if t.upos == "PROPN"
        }


def test_more_pairs_begin_with_fewer() -> None:
    few = [pair.source.text for pair in WORLD.pairs("en", "ru", 10)]
    assert [pair.source.text for pair in WORLD.pairs("en", "ru", 20)][:10] == few


def test_no_sentence_twice() -> None:
    texts = [pair.source.text for pair in WORLD.pairs("en", "hi", 500)]
    assert len(set(texts)) == 500


def test_test_pairs_share_their_meanings_and_training_pairs_do_not() -> None:
    def english(target: str, split) -> list[str]:
        return [pair.source.text for pair in WORLD.pairs("en", target, 10, split)]

    assert english("de", "test") == english("hi", "test")
    assert english("de", "train") != english("hi", "train")


def test_documents_have_two_sentences() -> None:
    for language in GRAMMARS:
        for text in WORLD.documents(language, 20):
            assert sum(text.count(mark) for mark in ".?!।") == 2


def test_unknown_language_and_task() -> None:
    with pytest.raises(UserError, match="language"):
        next(iter(WORLD.pairs("en", "xx", 1)))
    with pytest.raises(UserError, match="task"):
        examples(WORLD, "xnly", "en", "test", 1)


def sentences_of(split) -> set[str]:
    """Every English sentence that any product of a split contains."""
    found = {pair.source.text for pair in WORLD.pairs("en", "de", 300, split)}
    for task in TASKS:
        for example in examples(WORLD, task, "en", split, 60):
            found |= set(sentences(task, example))
    if split == "train":
        for text in WORLD.documents("en", 300):
            found |= set(cut(text))
    return {text.lower() for text in found}


def cut(text: str) -> list[str]:
    """The sentences of a text."""
    return [piece.strip() for piece in text.replace("?", "?|").replace(".", ".|").split("|") if piece.strip()]


def sentences(task: str, example: dict[str, Any]) -> list[str]:
    if task in ("xnli", "pawsx"):
        return [example["first"], example["second"]]
    if task in ("xquad", "mlqa", "tydiqa"):
        return [*cut(example["context"]), example["question"]]
    if task == "bucc":
        return [text for _, text in example["source"] + example["target"]]
    return [example["target"]] if task == "tatoeba" else []


@pytest.mark.slow
def test_splits_share_no_sentence() -> None:
    splits = [sentences_of(split) for split in ("train", "dev", "test")]
    for one, other in combinations(splits, 2):
        assert not one & other


def test_realise_is_what_pairs_use() -> None:
    clause = next(WORLD.meanings("pairs", "test"))
    assert next(iter(WORLD.pairs("en", "es", 1, "test"))).target == realise(clause, "es")
