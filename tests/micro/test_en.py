"""English against sentences that were read one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from meanings import MEANINGS, a, at, np, say

from xlalign.micro.concepts import concepts, read_table
from xlalign.micro.grammar.english.clauses import realise
from xlalign.micro.meaning import Clause, Relative, Word

GOLDEN = (Path(__file__).parent / "golden/en.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("meaning", "expected"), list(zip(MEANINGS, GOLDEN, strict=True)), ids=GOLDEN)
def test_golden(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


def test_every_concept_has_a_lemma_and_there_are_250() -> None:
    rows = list(read_table("en.tsv"))
    assert {row["concept"] for row in rows} == set(concepts())
    assert len(rows) >= 250


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (say("sleep", np("dog"), time="now"), "The dog is sleeping now."),
        (say("love", np("dog"), np("Anna"), time="now"), "The dog loves Anna now."),
        (say("repair", np("Anna"), np("car"), time="now", passive=True), "The car is being repaired by Anna now."),
        (say("be", a("egg"), existential=True, place=at("on", "table")), "There is an egg on the table."),
        (say("be", np("hat"), quality=Word("expensive"), than=np("coat")), "The hat is more expensive than the coat."),
        (say("be", np("hat"), quality=Word("big", 1), than=np("coat")), "The hat is larger than the coat."),
        (say("eat", np("Anna"), np("egg"), modal="must", tense="past"), "Anna had to eat the egg."),
        (
            say("eat", np("Anna"), np("egg"), modal="must", tense="past", question="polar"),
            "Did Anna have to eat the egg?",
        ),
        (say("eat", np("Anna"), np("egg"), modal="can", tense="past", negated=True), "Anna could not eat the egg."),
        (say("eat", np("Anna"), None, question="what", tense="future"), "What will Anna eat?"),
        (say("eat", None, np("egg"), question="who", negated=True), "Who does not eat the egg?"),
        (say("swim", np("dog", conjunct=np("cat"))), "The dog and the cat swim."),
    ],
    ids=str,
)
def test_verb_group(clause: Clause, expected: str) -> None:
    assert realise(clause).text == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        (a("apple", "old"), "an old apple"),
        (a("dog", plural=True), "dogs"),
        (a("water"), "water"),
        (np("mouse", count="three"), "the three mice"),
        (np("child", "happy", possessor="Anna"), "Anna's happy child"),
        (np("dog", relative=Relative("object", say("see", np("Anna"), tense="past"))), "the dog that Anna saw"),
        (np("man", relative=Relative("subject", say("see", None, a("dog")))), "the man who sees a dog"),
    ],
    ids=str,
)
def test_noun_phrase(phrase, expected: str) -> None:
    assert realise(say("see", np("Peter"), phrase)).text == f"Peter sees {expected}."


def test_text_joins_words_and_keeps_the_clitic() -> None:
    said = realise(say("sleep", np("dog", possessor="Anna")))
    assert said.words == ["Anna", "'s", "dog", "sleeps", "."]
    assert said.text == "Anna's dog sleeps."
