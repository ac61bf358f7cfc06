"""Russian grammar against sentences that were read one by one, paradigms, constructions and nodes."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from meanings import ANNA, FUTURE, MEANINGS, PAST, PETER, a, at, np, say

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import entry, lexicon
from xlalign.micro.grammar.russian import conjugation, declension
from xlalign.micro.grammar.russian.clauses import realise
from xlalign.micro.grammar.russian.declension import Case, Gender
from xlalign.micro.meaning import Clause, NounPhrase, Relative, Token, Word
from xlalign.micro.world import World

GOLDEN = (Path(__file__).parent / "golden/ru.txt").read_text(encoding="utf-8").splitlines()
CASES: tuple[Case, ...] = ("nom", "gen", "dat", "acc", "ins", "pre")


@pytest.mark.parametrize(("meaning", "expected"), list(zip(MEANINGS, GOLDEN, strict=True)), ids=GOLDEN)
def test_golden(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


def test_every_concept_has_a_lemma() -> None:
    assert not set(concepts()) - set(lexicon("ru"))
    lemmas = [lemma for groups in lexicon("ru").values() for _, entries in groups for lemma in entries]
    assert len(lemmas) >= 250
    chosen = [groups for concept, groups in lexicon("ru").items() if _has_variants(concept)]
    assert sum(any(len(entries) > 1 for _, entries in groups) for groups in chosen) >= 40


def _has_variants(concept: str) -> bool:
    return concept in concepts() and concepts()[concept].pos in {"noun", "adj", "verb"}


@pytest.mark.parametrize(
    ("concept", "singular", "plural"),
    [
        ("table", "стол стола столу стол столом столе", "столы столов столам столы столами столах"),
        ("dog", "собака собаки собаке собаку собакой собаке", "собаки собак собакам собак собаками собаках"),
        ("teacher", "учитель учителя учителю учителя учителем учителе",
         "учителя учителей учителям учителей учителями учителях"),
        ("child", "ребёнок ребёнка ребёнку ребёнка ребёнком ребёнке", "дети детей детям детей детьми детях"),
        ("man", "мужчина мужчины мужчине мужчину мужчиной мужчине",
         "мужчины мужчин мужчинам мужчин мужчинами мужчинах"),
        ("mouse", "мышь мыши мыши мышь мышью мыши", "мыши мышей мышам мышей мышами мышах"),
        ("building", "здание здания зданию здание зданием здании",
         "здания зданий зданиям здания зданиями зданиях"),
        ("museum", "музей музея музею музей музеем музее", "музеи музеев музеям музеи музеями музеях"),
        ("knife", "нож ножа ножу нож ножом ноже", "ножи ножей ножам ножи ножами ножах"),
        ("bird", "птица птицы птице птицу птицей птице", "птицы птиц птицам птиц птицами птицах"),
        ("church", "церковь церкви церкви церковь церковью церкви",
         "церкви церквей церквям церкви церквями церквях"),
        ("animal", "животное животного животному животное животным животном",
         "животные животных животным животных животными животных"),
        ("person", "человек человека человеку человека человеком человеке",
         "люди людей людям людей людьми людях"),
    ],
)  # fmt: skip
def test_nouns(concept: str, singular: str, plural: str) -> None:
    noun = entry("ru", Word(concept))
    assert [declension.noun(noun, case) for case in CASES] == singular.split()
    assert [declension.noun(noun, case, True) for case in CASES] == plural.split()


@pytest.mark.parametrize(
    ("lemma", "gender", "expected"),
    [
        ("новый", "m", "новый нового новому новый новым новом"),
        ("новый", "f", "новая новой новой новую новой новой"),
        ("новый", "p", "новые новых новым новые новыми новых"),
        ("большой", "m", "большой большого большому большой большим большом"),
        ("большой", "p", "большие больших большим большие большими больших"),
        ("свежий", "n", "свежее свежего свежему свежее свежим свежем"),
        ("свежий", "f", "свежая свежей свежей свежую свежей свежей"),
        ("синий", "f", "синяя синей синей синюю синей синей"),
        ("синий", "n", "синее синего синему синее синим синем"),
        ("тихий", "p", "тихие тихих тихим тихие тихими тихих"),
    ],
)
def test_adjectives(lemma: str, gender: Gender, expected: str) -> None:
    assert [declension.adjective(lemma, case, gender, False) for case in CASES] == expected.split()


def test_animate_adjectives_take_the_genitive_as_accusative() -> None:
    assert declension.adjective("синий", "acc", "m", True) == "синего"
    assert declension.adjective("новый", "acc", "p", True) == "новых"
    assert declension.adjective("новый", "acc", "f", True) == "новую"


@pytest.mark.parametrize(
    ("numeral", "expected"),
    [
        ("два", "два двух двум два двумя двух"),
        ("пять", "пять пяти пяти пять пятью пяти"),
        ("восемь", "восемь восьми восьми восемь восемью восьми"),
        ("двенадцать", "двенадцать двенадцати двенадцати двенадцать двенадцатью двенадцати"),
    ],
)
def test_numerals(numeral: str, expected: str) -> None:
    assert [declension.numeral(numeral, case) for case in CASES] == expected.split()


@pytest.mark.parametrize(
    ("count", "noun", "expected"),
    [
        ("two", np("book", "new"), "две новые книги"),
        ("two", np("house", "new"), "два новых дома"),
        ("four", np("woman"), "четырёх женщин"),
        ("five", np("woman", "young"), "пять молодых женщин"),
        ("three", np("clock"), "трое часов"),
        ("six", np("person"), "шесть человек"),
        ("two", np("garment"), "два предмета одежды"),
        ("three", np("vehicle", "old"), "три старых транспортных средства"),
    ],
)
def test_counted_objects(count: str, noun: NounPhrase, expected: str) -> None:
    counted = replace(noun, count=count)
    assert realise(say("see", ANNA, counted, tense="present")).text == f"Анна видит {expected}."


@pytest.mark.parametrize(
    ("concept", "kind", "expected"),
    [
        ("buy", "pf", "купит купят купил купила купи"),
        ("buy", "impf", "покупает покупают покупал покупала покупай"),
        ("find", "pf", "найдёт найдут нашёл нашла найди"),
        ("dance", "impf", "танцует танцуют танцевал танцевала танцуй"),
        ("laugh", "impf", "смеётся смеются смеялся смеялась смейся"),
        ("cook_verb", "pf", "приготовит приготовят приготовил приготовила приготовь"),
        ("drink_verb", "impf", "пьёт пьют пил пила пей"),
        ("bring", "pf", "принесёт принесут принёс принесла принеси"),
    ],
)
def test_verbs(concept: str, kind: conjugation.Aspect, expected: str) -> None:
    verb = entry("ru", Word(concept))
    present = [conjugation.present(verb, kind, plural) for plural in (False, True)]
    past = [conjugation.past(verb, kind, gender) for gender in ("m", "f")]
    assert [*present, *past, conjugation.imperative(verb, kind)] == expected.split()


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (say("have", ANNA, a("bread"), negated=True), "У Анны нет хлеба."),
        (say("have", ANNA, np("bread")), "У Анны есть хлеб."),
        (say("have", PETER, a("apple", count="five"), **PAST), "У Петра было пять яблок."),
        (say("need", ANNA, a("car"), **FUTURE), "Анне будет нужна машина."),
        (say("be", ANNA, place=at("in", "forest"), negated=True, **FUTURE), "Анны не будет в лесу."),
        (say("buy", ANNA, a("bread"), negated=True, **PAST), "Анна не купила хлеба."),
        (say("buy", ANNA, np("bread"), negated=True, **PAST), "Анна не купила хлеб."),
        (say("love", PETER, np("cat"), passive=True), "Кошку любит Пётр."),
        (say("see", PETER, np("book"), passive=True, agentless=True, **PAST), "Книгу увидели."),
        (say("repair", PETER, np("violin"), modal="can", passive=True), "Скрипка может быть починена Петром."),
        (say("send", PETER, np("knife"), recipient=np("cook"), passive=True, **PAST), "Нож был послан повару Петром."),
        (say("show", PETER, np("knife"), recipient=np("cook"), passive=True), "Нож показывает Пётр повару."),
        (say("need", ANNA, np("car"), passive=True, **PAST), "Машина была нужна Анне."),
        (say("need", ANNA, np("car"), passive=True, agentless=True), "Машина нужна."),
        (say("arrive", np("Maria"), place=at("in", "Vienna"), **PAST), "Мария приехала в Вену."),
        (say("be", np("soup", relative=Relative("subject", say("be", quality=Word("cold")))), quality=Word("old")),
         "Суп, который холодный, старый."),
    ],
)  # fmt: skip
def test_constructions(clause: Clause, expected: str) -> None:
    assert realise(clause).text == expected


def test_nodes_roles_and_entities() -> None:
    sentence = realise(say("have", ANNA, a("dog", "big", count="two"), time="today"))
    assert [(t.form, t.upos, t.node, t.role, t.entity) for t in sentence.tokens] == [
        ("Сегодня", "ADV", "time", "head", "O"),
        ("у", "ADP", "subject", "adp", "O"),
        ("Анны", "PROPN", "subject", "head", "B-PER"),
        ("есть", "VERB", "verb", "head", "O"),
        ("две", "NUM", "object.count", "head", "O"),
        ("большие", "ADJ", "object.adjective0", "head", "O"),
        ("собаки", "NOUN", "object", "head", "O"),
        (".", "PUNCT", "punct", "punct", "O"),
    ]


def _heads(tokens: tuple[Token, ...]) -> set[str]:
    return {token.node for token in tokens if token.role == "head"}


def test_says_the_same_nodes_as_english_but_for_verbs_of_being() -> None:
    for pair in World(3).pairs("en", "ru", 400):
        source, target = _heads(pair.source.tokens), _heads(pair.target.tokens)
        assert target <= source, pair.target.text
        assert all(node.split(".")[-1] == "verb" for node in source - target), pair.target.text


def test_every_sentence_is_well_formed() -> None:
    for pair in World(4).pairs("en", "ru", 400):
        words, text = pair.target.words, pair.target.text
        assert text[0].isupper()
        assert text[-1] in ".?"
        assert re.fullmatch("[А-Яа-яЁё ,.?—]+", text)
        assert all(word and " " not in word for word in words)
        assert not any(a == "," and b in ",.?" for a, b in pairwise(words))


def test_a_condition_of_the_future_is_in_the_future() -> None:
    condition = say("wash", PETER, np("shirt"))
    expected = "Анна будет работать, если Пётр постирает рубашку."
    assert realise(say("work", ANNA, subordinate=("if", condition), **FUTURE)).text == expected
