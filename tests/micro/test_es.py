"""Spanish grammar against sentences that were read one by one, paradigms, word order and nodes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from meanings import ANNA, FUTURE, MEANINGS, PAST, PETER, a, at, np, say

from xlalign.bitext.segment import words as segment
from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import entry, lexicon
from xlalign.micro.grammar.spanish import forms
from xlalign.micro.grammar.spanish.clauses import realise
from xlalign.micro.links import gold_links
from xlalign.micro.meaning import Clause, Relative, Token, Word
from xlalign.micro.world import World

GOLDEN = (Path(__file__).parent / "golden/es.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("meaning", "expected"), list(zip(MEANINGS, GOLDEN, strict=True)), ids=GOLDEN)
def test_golden(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


MOODS: tuple[tuple[Clause, str], ...] = (
    (
        say("believe", ANNA, negated=True, complement=say("sleep", PETER, **PAST)),
        "Ana no cree que Pedro haya dormido.",
    ),
    (
        say("believe", ANNA, negated=True, complement=say("arrive", PETER, **PAST), **PAST),
        "Ana no creía que Pedro llegara.",
    ),
    (
        say("believe", ANNA, variant=1, complement=say("arrive", PETER)),
        "Ana piensa que Pedro llega.",
    ),
    (
        say("hope", ANNA, complement=say("be", PETER, quality=Word("happy"), **PAST)),
        "Ana espera que Pedro haya estado contento.",
    ),
    (
        say("hope", ANNA, complement=say("read", PETER, np("poem"), passive=True, **FUTURE), **PAST),
        "Ana esperaba que el poema fuera leído por Pedro.",
    ),
    (
        say("say", ANNA, complement=say("build", PETER, np("tower"), **FUTURE), **PAST),
        "Ana dijo que Pedro construiría la torre.",
    ),
    (
        say("cry", ANNA, subordinate=("when", say("arrive", PETER, **FUTURE)), **FUTURE),
        "Ana llorará cuando Pedro llegue.",
    ),
    (
        say("cry", ANNA, subordinate=("when", say("sing", PETER)), **FUTURE),
        "Ana llorará cuando Pedro cante.",
    ),
    (
        say("be", a("book", relative=Relative("object", say("read", ANNA))), existential=True, negated=True),
        "No hay ningún libro que Ana lea.",
    ),
)

PHRASES: tuple[tuple[Clause, str], ...] = (
    (say("see", ANNA, np("dog", "small", "black"), **PAST), "Ana vio al perro negro pequeño."),
    (say("see", ANNA, a("dog", "small", "old"), **PAST), "Ana vio un perro pequeño y viejo."),
    (say("see", ANNA, np("Peter", conjunct=np("dog"))), "Ana ve a Pedro y al perro."),
    (say("buy", ANNA, np("dog"), **PAST), "Ana compró el perro."),
    (say("follow", PETER, np("car")), "Pedro sigue al coche."),
    (say("visit", ANNA, np("Madrid"), **PAST), "Ana visitó Madrid."),
    (say("love", ANNA, a("bear"), **PAST), "Ana amaba a un oso."),
    (say("love", ANNA, a("dog", plural=True)), "Ana ama a los perros."),
    (say("hate", ANNA, a("wine", "cold")), "Ana odia el vino frío."),
    (say("drink_verb", ANNA, np("water", "cold"), **PAST), "Ana bebió el agua fría."),
    (
        say("be", a("bird", variant=1), existential=True, place=at("in", "house"), negated=True),
        "No hay ningún ave en la casa.",
    ),
    (say("be", a("bird", plural=True), existential=True, place=at("in", "house")), "Hay pájaros en la casa."),
    (say("need", ANNA, a("furniture")), "Ana necesita muebles."),
    (say("be", np("chair"), category=a("furniture")), "La silla es un mueble."),
    (say("be", np("water"), category=a("drink")), "El agua es una bebida."),
    (say("be", a("milk"), quality=Word("cold")), "La leche está fría."),
    (say("be", np("Maria", conjunct=ANNA), category=a("nurse")), "María y Ana son enfermeras."),
    (say("be", PETER, category=a("nurse", "friendly")), "Pedro es un enfermero amable."),
    (say("be", PETER, quality=Word("happy"), than=ANNA, negated=True), "Pedro no está más contento que Ana."),
    (say("cook_verb", ANNA, np("fish"), modal="must", **PAST), "Ana tuvo que cocinar el pescado."),
    (say("have", np("farmer"), a("horse"), negated=True), "El agricultor no tiene ningún caballo."),
    (say("arrive", ANNA, place=at("in", "Rome"), **PAST), "Ana llegó a Roma."),
    (say("buy", ANNA, np("table", conjunct=np("island")), **PAST), "Ana compró la mesa y la isla."),
)

VERBS: tuple[tuple[Clause, str], ...] = (
    (say("write", ANNA, np("song"), variant=1, **PAST), "Ana compuso la canción."),
    (say("write", ANNA, np("letter"), variant=1, **PAST), "Ana escribió la carta."),
    (say("need", ANNA, np("key"), variant=1), "Ana requiere la llave."),
    (say("leave", ANNA, time="today"), "Hoy se va Ana."),
    (say("leave", ANNA, variant=1, modal="can", negated=True), "Ana no se puede marchar."),
    (say("leave", np("ship"), **FUTURE), "El barco saldrá."),
    (
        say("stand", np("woman", plural=True), place=at("in", "garden"), **PAST),
        "Las mujeres estaban de pie en el jardín.",
    ),
    (say("sit", np("woman", plural=True), place=at("on", "bridge")), "Las mujeres están sentadas en el puente."),
    (say("sit", None, place=at("on", "chair"), imperative=True), "Siéntate en la silla."),
    (say("stand", None, place=at("in", "garden"), imperative=True, negated=True), "No te quedes de pie en el jardín."),
    (
        say("send", None, np("letter"), recipient=np("child", plural=True), imperative=True),
        "Envíales la carta a los niños.",
    ),
    (
        say("give", None, np("letter"), recipient=np("child"), imperative=True, negated=True),
        "No le des la carta al niño.",
    ),
    (
        say("give", ANNA, a("water"), recipient=np("child", conjunct=np("man")), modal="want"),
        "Ana les quiere dar agua al niño y al hombre.",
    ),
    (say("hear", ANNA, np("wolf", plural=True), passive=True, **PAST), "Los lobos fueron oídos por Ana."),
    (say("love", ANNA, np("church"), passive=True, **PAST), "La iglesia era amada por Ana."),
    (
        say("open", np("nurse", plural=True), np("box"), modal="can", question="polar"),
        "¿Pueden las enfermeras abrir la caja?",
    ),
    (say("be", np("box"), quality=Word("clean"), question="polar"), "¿Está limpia la caja?"),
    (
        say("be", np("box"), quality=Word("big"), than=np("bag"), question="polar"),
        "¿Es la caja más grande que la bolsa?",
    ),
    (say("sleep", np("dog"), time="always", negated=True), "El perro no siempre duerme."),
    (say("sleep", np("dog"), time="sometimes", negated=True), "El perro a veces no duerme."),
    (say("sleep", np("dog"), time="always", question="polar"), "¿Duerme el perro siempre?"),
)

RELATIVES: tuple[tuple[Clause, str], ...] = (
    (
        say("read", PETER, np("poem", "old", relative=Relative("object", say("write", ANNA))), place=at("in", "park")),
        "Pedro lee en el parque el poema viejo que Ana escribe.",
    ),
    (
        say("see", np("woman"), np("man", relative=Relative("object", say("visit", ANNA, **PAST))), **PAST),
        "La mujer vio al hombre al que Ana visitó.",
    ),
    (
        say("see", np("woman"), np("nurse", plural=True, relative=Relative("object", say("help", ANNA))), **PAST),
        "La mujer vio a las enfermeras a las que Ana ayuda.",
    ),
    (
        say(
            "sleep", np("woman", relative=Relative("subject", say("be", None, quality=Word("sick")))), question="polar"
        ),
        "¿La mujer que está enferma duerme?",
    ),
)


@pytest.mark.parametrize(("meaning", "expected"), [*MOODS, *PHRASES, *VERBS, *RELATIVES])
def test_constructions(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


def test_every_concept_has_a_lemma() -> None:
    assert not set(concepts()) - set(lexicon("es"))
    groups = [entries for found in lexicon("es").values() for _, entries in found]
    assert sum(len(entries) for entries in groups) >= 250
    assert sum(len(entries) > 1 for entries in groups) >= 40


@pytest.mark.parametrize(
    ("concept", "variant", "expected"),
    [
        ("buy", 0, "compra compraba compró comprará compraría compre comprara comprado"),
        ("sleep", 0, "duerme dormía durmió dormirá dormiría duerma durmiera dormido"),
        ("follow", 0, "sigue seguía siguió seguirá seguiría siga siguiera seguido"),
        ("read", 0, "lee leía leyó leerá leería lea leyera leído"),
        ("build", 0, "construye construía construyó construirá construiría construya construyera construido"),
        ("drive", 0, "conduce conducía condujo conducirá conduciría conduzca condujera conducido"),
        ("hear", 0, "oye oía oyó oirá oiría oiga oyera oído"),
        ("laugh", 0, "ríe reía rió reirá reiría ría riera reído"),
        ("see", 0, "ve veía vio verá vería vea viera visto"),
        ("bring", 0, "trae traía trajo traerá traería traiga trajera traído"),
        ("say", 0, "dice decía dijo dirá diría diga dijera dicho"),
        ("give", 0, "da daba dio dará daría dé diera dado"),
        ("have", 0, "tiene tenía tuvo tendrá tendría tenga tuviera tenido"),
        ("have", 1, "posee poseía poseyó poseerá poseería posea poseyera poseído"),
        ("be", 0, "es era fue será sería sea fuera sido"),
        ("play_instrument", 0, "toca tocaba tocó tocará tocaría toque tocara tocado"),
        ("destroy", 1, "destroza destrozaba destrozó destrozará destrozaría destroce destrozara destrozado"),
        ("arrive", 0, "llega llegaba llegó llegará llegaría llegue llegara llegado"),
    ],
)
def test_conjugation(concept: str, variant: int, expected: str) -> None:
    verb = entry("es", Word(concept, variant))
    slots: tuple[forms.Slot, ...] = ("pres", "impf", "pret", "fut", "cond", "subj", "isubj")
    found = [forms.conjugated(verb, slot, False) for slot in slots]
    assert [*found, forms.participle(verb, "m", False)] == expected.split()


def test_plural_conjugation_of_strong_verbs() -> None:
    plurals = {c: forms.conjugated(entry("es", Word(c)), "pret", True) for c in ("bring", "have", "sleep", "read")}
    assert plurals == {"bring": "trajeron", "have": "tuvieron", "sleep": "durmieron", "read": "leyeron"}


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("limón", "limones"),
        ("autobús", "autobuses"),
        ("pez", "peces"),
        ("té", "tés"),
        ("reloj", "relojes"),
        ("jardín", "jardines"),
        ("marrón", "marrones"),
        ("veloz", "veloces"),
    ],
)
def test_plurals(singular: str, plural: str) -> None:
    assert forms.pluralised(singular) == plural


def test_contraction_is_one_token_of_the_preposition() -> None:
    tokens = realise(say("sleep", ANNA, place=at("behind", "cupboard"))).tokens
    assert [(t.form, t.node, t.role) for t in tokens[2:5]] == [
        ("detrás", "place", "adp"),
        ("del", "place", "adp"),
        ("armario", "place.where", "head"),
    ]


def test_nodes_roles_and_entities() -> None:
    sentence = realise(say("send", np("Nordbank"), a("book", "old"), recipient=PETER, time="last_week", **PAST))
    assert [(t.form, t.upos, t.node, t.role, t.entity) for t in sentence.tokens] == [
        ("La", "DET", "time", "det", "O"),
        ("semana", "NOUN", "time", "head", "O"),
        ("pasada", "ADJ", "time", "part", "O"),
        ("Nordbank", "PROPN", "subject", "head", "B-ORG"),
        ("le", "PRON", "recipient", "part", "O"),
        ("envió", "VERB", "verb", "head", "O"),
        ("un", "DET", "object", "det", "O"),
        ("libro", "NOUN", "object", "head", "O"),
        ("viejo", "ADJ", "object.adjective0", "head", "O"),
        ("a", "ADP", "recipient", "adp", "O"),
        ("Pedro", "PROPN", "recipient", "head", "B-PER"),
        (".", "PUNCT", "punct", "punct", "O"),
    ]


def test_question_marks_embrace_the_sentence() -> None:
    sentence = realise(say("buy", None, np("car"), question="who", **PAST))
    assert sentence.words == ["¿", "Quién", "compró", "el", "coche", "?"]
    assert sentence.text == "¿Quién compró el coche?"


def _heads(tokens: tuple[Token, ...]) -> set[str]:
    return {token.node for token in tokens if token.role == "head"}


def test_says_the_same_nodes_as_english() -> None:
    for pair in World(3).pairs("en", "es", 300):
        assert _heads(pair.source.tokens) == _heads(pair.target.tokens), pair.target.text
        sure, _ = gold_links(pair.source, pair.target)
        assert len({i for i, _ in sure}) >= len(pair.source.tokens) / 2


def test_every_sentence_is_well_formed() -> None:
    for pair in World(4).pairs("en", "es", 300):
        words, text = pair.target.words, pair.target.text
        assert text.removeprefix("¿")[0].isupper()
        assert text.startswith("¿") == text.endswith("?")
        assert all(word and " " not in word and "_" not in word for word in words)
        assert not any(left in {"a", "de"} and right == "el" for left, right in pairwise(words))
        assert segment(text, "es") == words
