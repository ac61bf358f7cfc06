"""The nine tasks: formats, balance, spans, and the same meanings in every language."""

from __future__ import annotations

from collections import Counter

import pytest

from xlalign.micro.grammar import GRAMMARS
from xlalign.micro.tasks import TASKS, examples
from xlalign.micro.world import World

WORLD = World(5)
LANGUAGES = sorted(GRAMMARS)
UPOS = {"NOUN", "PROPN", "VERB", "AUX", "ADJ", "ADV", "DET", "PRON", "NUM", "ADP", "PART", "CCONJ", "SCONJ", "PUNCT"}


@pytest.mark.parametrize("task", sorted(TASKS))
def test_deterministic_and_counted(task: str) -> None:
    first = examples(WORLD, task, "de", "dev", 12)
    assert first == examples(World(5), task, "de", "dev", 12)
    assert len(first) == (1 if task == "bucc" else 12)


@pytest.mark.parametrize("task", sorted(set(TASKS) - {"bucc"}))
def test_ids_and_labels_are_the_same_in_every_language(task: str) -> None:
    by_language = [examples(WORLD, task, language, "test", 9) for language in LANGUAGES]
    for parallel in zip(*by_language, strict=True):
        assert len({example["id"] for example in parallel}) == 1
        assert len({example.get("label") for example in parallel}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags(language: str) -> None:
    for example in examples(WORLD, "udpos", language, "test", 60):
        assert len(example["words"]) == len(example["tags"])
        assert set(example["tags"]) <= UPOS
    kinds = Counter(tag for ex in examples(WORLD, "panx", language, "test", 60) for tag in ex["tags"])
    assert set(kinds) == {"O", "B-PER", "B-LOC", "B-ORG"}
    assert min(kinds.values()) >= 18


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ["xquad", "mlqa", "tydiqa"])
def test_answers_are_spans(task: str, language: str) -> None:
    for example in examples(WORLD, task, language, "test", 40):
        for answer in example["answers"]:
            start = answer["start"]
            assert example["context"][start : start + len(answer["text"])] == answer["text"] != ""
            before, after = example["context"][:start], example["context"][start + len(answer["text"]) :]
            assert not before or before[-1] == " "
            assert after[0] in " .,।"
        assert "?" in example["question"]


def test_english_answers() -> None:
    for example in examples(WORLD, "xquad", "en", "test", 40):
        (answer,) = example["answers"]
        asked = example["question"].split()[0]
        if asked == "Where":
            assert answer["text"].split()[0] in {"in", "on", "under", "behind", "near", "inside", "below"}
        if asked == "Who":
            assert answer["text"][0].isupper()


def test_mlqa_asks_in_another_language() -> None:
    own = examples(WORLD, "mlqa", "de", "test", 5)
    crossed = examples(WORLD, "mlqa", "de", "test", 5, question_lang="hi")
    hindi = examples(WORLD, "mlqa", "hi", "test", 5)
    assert [e["context"] for e in own] == [e["context"] for e in crossed]
    assert [e["question"] for e in hindi] == [e["question"] for e in crossed]


def test_tydiqa_questions_overlap_less() -> None:
    def overlap(task: str) -> float:
        shares = []
        for example in examples(WORLD, task, "en", "test", 150):
            question = example["question"].lower().strip("?").split()[1:]
            context = set(example["context"].lower().replace(".", "").split())
            shares.append(sum(word in context for word in question) / len(question))
        return sum(shares) / len(shares)

    assert overlap("tydiqa") < overlap("xquad") - 0.03


def test_bucc_gold() -> None:
    (example,) = examples(WORLD, "bucc", "es", "test", 30)
    source, target = dict(example["source"]), dict(example["target"])
    assert len(source) == len(target) == 60
    assert len(example["gold"]) == len({s for s, _ in example["gold"]}) == len({t for _, t in example["gold"]}) == 30
    assert all(s in source and t in target for s, t in example["gold"])
    (english,) = examples(WORLD, "bucc", "en", "test", 30)
    source, target = dict(english["source"]), dict(english["target"])
    assert all(source[s] == target[t] for s, t in english["gold"])
    assert len(set(source.values()) & set(target.values())) == 30


def test_tatoeba_has_no_doubles() -> None:
    for language in LANGUAGES:
        found = examples(WORLD, "tatoeba", language, "test", 300)
        assert len({example["target"] for example in found}) == 300
        assert len({example["source"] for example in found}) >= 298
