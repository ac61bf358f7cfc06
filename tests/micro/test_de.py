"""German grammar against sentences that were read one by one, paradigms, word order and nodes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from meanings import ANNA, FUTURE, MEANINGS, PAST, a, at, np, say

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.german import forms
from xlalign.micro.grammar.german.clauses import realise
from xlalign.micro.grammar.german.forms import Case, Gender
from xlalign.micro.grammar.lexicon import entry, lexicon
from xlalign.micro.meaning import Clause, Relative, Token, Word
from xlalign.micro.world import World

GOLDEN = (Path(__file__).parent / "golden/de.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("meaning", "expected"), list(zip(MEANINGS, GOLDEN, strict=True)), ids=GOLDEN)
def test_golden(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


def test_every_concept_has_a_lemma() -> None:
    assert not set(concepts()) - set(lexicon("de"))
    lemmas = [lemma for groups in lexicon("de").values() for _, entries in groups for lemma in entries]
    assert len(lemmas) >= 250
    chosen = [groups for concept, groups in lexicon("de").items() if _has_variants(concept)]
    assert sum(any(len(entries) > 1 for _, entries in groups) for groups in chosen) >= 40


def _has_variants(concept: str) -> bool:
    return concept in concepts() and concepts()[concept].pos in {"noun", "adj", "verb"}


@pytest.mark.parametrize(
    ("case", "gender", "strong", "mixed", "weak"),
    [
        ("nom", "m", "er", "er", "e"),
        ("acc", "m", "en", "en", "en"),
        ("dat", "m", "em", "en", "en"),
        ("gen", "m", "en", "en", "en"),
        ("nom", "f", "e", "e", "e"),
        ("acc", "f", "e", "e", "e"),
        ("dat", "f", "er", "en", "en"),
        ("nom", "n", "es", "es", "e"),
        ("acc", "n", "es", "es", "e"),
        ("dat", "n", "em", "en", "en"),
        ("nom", "p", "e", "en", "en"),
        ("dat", "p", "en", "en", "en"),
        ("gen", "p", "er", "en", "en"),
    ],
)
def test_adjective_endings(case: Case, gender: Gender, strong: str, mixed: str, weak: str) -> None:
    found = tuple(forms.adjective_ending(case, gender, d) for d in ("strong", "mixed", "weak"))
    assert found == (strong, mixed, weak)


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("house", "Haus Haus Haus Hauses Häuser Häusern"),
        ("student", "Student Studenten Studenten Studenten Studenten Studenten"),
        ("woman", "Frau Frau Frau Frau Frauen Frauen"),
        ("car", "Auto Auto Auto Autos Autos Autos"),
        ("museum", "Museum Museum Museum Museums Museen Museen"),
        ("neighbour", "Nachbar Nachbarn Nachbarn Nachbarn Nachbarn Nachbarn"),
    ],
)
def test_nouns(concept: str, expected: str) -> None:
    noun = entry("de", Word(concept))
    cases: tuple[Case, ...] = ("nom", "acc", "dat", "gen")
    found = [forms.noun(noun, case, False) for case in cases]
    assert [*found, forms.noun(noun, "nom", True), forms.noun(noun, "dat", True)] == expected.split()


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("work", "arbeitet arbeiten arbeitete arbeiteten gearbeitet arbeite"),
        ("eat", "isst essen aß aßen gegessen iss"),
        ("open", "öffnet öffnen öffnete öffneten geöffnet öffne"),
        ("sell", "verkauft verkaufen verkaufte verkauften verkauft verkaufe"),
        ("repair", "repariert reparieren reparierte reparierten repariert repariere"),
        ("arrive", "kommt kommen kam kamen angekommen komm"),
        ("know", "weiß wissen wusste wussten gewusst wisse"),
    ],
)
def test_verbs(concept: str, expected: str) -> None:
    verb = entry("de", Word(concept))
    finite = [forms.finite(verb, past, plural) for past in (False, True) for plural in (False, True)]
    assert [*finite, forms.participle(verb), forms.imperative(verb)] == expected.split()


def test_animals_eat_with_their_own_verb() -> None:
    assert "frisst" in realise(say("eat", np("animal"), a("apple"))).words
    assert "isst" in realise(say("eat", ANNA, a("apple"))).words
    assert "gegessen" in realise(say("eat", np("cat"), np("apple"), passive=True, agentless=True)).words


def test_separable_verbs_part_in_main_clauses_only() -> None:
    leave = say("leave", ANNA, time="yesterday", **PAST)
    main = realise(leave)
    assert main.text == "Gestern ging Anna weg."
    particle = next(token for token in main.tokens if token.form == "weg")
    assert (particle.node, particle.role) == ("verb", "part")
    inner = realise(say("say", np("man"), complement=leave, **PAST))
    assert "wegging" in inner.words


def test_contraction_is_one_token_of_the_preposition() -> None:
    words = {token.form: token for token in realise(say("sleep", ANNA, place=at("in", "garden"))).tokens}
    assert (words["im"].node, words["im"].role) == ("place", "adp")
    assert words["Garten"].node == "place.where"


def test_embedded_future_passive_and_modal_put_the_finite_verb_last() -> None:
    inner = say("repair", ANNA, np("car"), passive=True, modal="must", agentless=True)
    assert realise(say("know", ANNA, complement=inner)).text.endswith("dass das Auto repariert werden muss.")
    coming = say("arrive", np("train"), time="tomorrow", **FUTURE)
    assert realise(say("know", ANNA, complement=coming)).text.endswith("dass der Zug morgen ankommen wird.")


def test_nodes_roles_and_entities() -> None:
    sentence = realise(say("buy", np("Nordbank"), a("house", "old"), place=at("in", "Berlin"), **FUTURE))
    assert [(t.form, t.upos, t.node, t.role, t.entity) for t in sentence.tokens] == [
        ("Die", "DET", "subject", "det", "O"),
        ("Nordbank", "PROPN", "subject", "head", "B-ORG"),
        ("wird", "AUX", "verb", "aux", "O"),
        ("in", "ADP", "place", "adp", "O"),
        ("Berlin", "PROPN", "place.where", "head", "B-LOC"),
        ("ein", "DET", "object", "det", "O"),
        ("altes", "ADJ", "object.adjective0", "head", "O"),
        ("Haus", "NOUN", "object", "head", "O"),
        ("kaufen", "VERB", "verb", "head", "O"),
        (".", "PUNCT", "punct", "punct", "O"),
    ]


def test_synonyms_agree_in_form() -> None:
    first = say("buy", np("farmer", variant=0), a("car", variant=0), **PAST)
    second = say("buy", np("farmer", variant=1), a("car", variant=1), variant=1, **PAST)
    assert realise(first).text == "Der Bauer kaufte ein Auto."
    assert realise(second).text == "Der Landwirt erwarb einen Wagen."


def _heads(tokens: tuple[Token, ...]) -> set[str]:
    return {token.node for token in tokens if token.role == "head"}


def test_says_the_same_nodes_as_english() -> None:
    for pair in World(3).pairs("en", "de", 400):
        assert _heads(pair.source.tokens) == _heads(pair.target.tokens), pair.target.text


def test_every_sentence_is_well_formed() -> None:
    for pair in World(4).pairs("en", "de", 400):
        words, text = pair.target.words, pair.target.text
        assert text[0].isupper()
        assert text[-1] in ".?!"
        assert all(word and " " not in word for word in words)
        assert all(token.form[0].isupper() for token in pair.target.tokens if token.upos in {"NOUN", "PROPN"})
        assert not any(a == "," and b in ",.?!" for a, b in pairwise(words))


def test_a_relative_clause_stands_behind_the_verbs_it_would_part() -> None:
    letter = np("letter", relative=Relative("object", say("write", np("brother"), **PAST)))
    expected = "Die Frau wird den Brief lesen, den der Bruder schrieb."
    assert realise(say("read", np("woman"), letter, **FUTURE)).text == expected
    both = np("letter", relative=Relative("object", say("write", np("brother"))), conjunct=np("book"))
    expected = "Die Frau wird den Brief, den der Bruder schreibt, und das Buch lesen."
    assert realise(say("read", np("woman"), both, **FUTURE)).text == expected
