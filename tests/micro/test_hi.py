"""Hindi grammar against sentences that were read one by one, paradigms, case, agreement and nodes."""

from __future__ import annotations

import unicodedata
from importlib import resources
from pathlib import Path

import pytest
from meanings import ANNA, FUTURE, MEANINGS, PAST, PETER, a, at, np, say

from xlalign.bitext.segment import words as segment
from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.hindi import forms
from xlalign.micro.grammar.hindi.clauses import realise
from xlalign.micro.grammar.hindi.forms import Agreement, Gender
from xlalign.micro.grammar.lexicon import entry, lexicon
from xlalign.micro.links import gold_links
from xlalign.micro.meaning import Clause, Relative, Token, Word
from xlalign.micro.world import World

GOLDEN = (Path(__file__).parent / "golden/hi.txt").read_text(encoding="utf-8").splitlines()
WOMEN = np("woman", plural=True)
KEYS = np("key", plural=True)


@pytest.mark.parametrize(("meaning", "expected"), list(zip(MEANINGS, GOLDEN, strict=True)), ids=GOLDEN)
def test_golden(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


CASES: tuple[tuple[Clause, str], ...] = (
    (say("buy", ANNA, a("pear", conjunct=np("apple")), **PAST), "अन्ना ने एक नाशपाती और सेब खरीदा।"),
    (say("bring", ANNA, np("basket", plural=True), **PAST), "अन्ना टोकरियाँ लाई।"),
    (say("lose", ANNA, np("key"), **PAST), "अन्ना ने चाबी खो दी।"),
    (say("lose", ANNA, np("key"), negated=True, **PAST), "अन्ना ने चाबी नहीं खोई।"),
    (say("see", ANNA, np("Peter", conjunct=np("dog")), **PAST), "अन्ना ने पीटर और कुत्ते को देखा।"),
    (say("see", ANNA, a("dog"), **PAST), "अन्ना ने एक कुत्ता देखा।"),
    (say("visit", ANNA, PETER, **PAST), "अन्ना ने पीटर से मुलाकात की।"),
    (say("visit", ANNA, np("school", conjunct=np("church")), **PAST), "अन्ना ने स्कूल और गिरजाघर का दौरा किया।"),
    (say("hear", ANNA, PETER, negated=True, **PAST), "अन्ना ने पीटर की आवाज़ नहीं सुनी।"),
    (say("hear", ANNA, np("song"), **PAST), "अन्ना ने गीत सुना।"),
    (say("wash", ANNA, np("dog", "dirty"), **PAST), "अन्ना ने गंदे कुत्ते को नहलाया।"),
    (say("need", ANNA, a("furniture"), **PAST), "अन्ना को फ़र्नीचर की ज़रूरत थी।"),
    (say("have", np("man"), KEYS, **PAST), "आदमी के पास चाबियाँ थीं।"),
    (say("find", ANNA, KEYS, **PAST), "अन्ना को चाबियाँ मिलीं।"),
    (say("find", ANNA, KEYS, modal="want"), "अन्ना चाबियाँ ढूँढना चाहती है।"),
    (say("find", ANNA, KEYS, modal="can"), "अन्ना को चाबियाँ मिल सकती हैं।"),
    (say("find", ANNA, KEYS, passive=True, **PAST), "चाबियाँ अन्ना द्वारा ढूँढी गईं।"),
    (say("arrive", ANNA, place=at("in", "Delhi"), **PAST), "अन्ना दिल्ली पहुँची।"),
    (say("wait", np("child", plural=True, possessor="Anna"), **PAST), "अन्ना के बच्चों ने इंतज़ार किया।"),
    (say("lend", PETER, np("book"), recipient=np("child"), negated=True, **PAST), "पीटर ने बच्चे को किताब उधार नहीं दी।"),
    (say("be", np("bus"), place=at("near", "river", definite=False), negated=True), "बस किसी नदी के पास नहीं है।"),
    (say("be", np("Maria", conjunct=ANNA), category=a("teacher")), "मारिया और अन्ना अध्यापिकाएँ हैं।"),
    (say("be", PETER, quality=Word("happy"), than=ANNA, negated=True), "पीटर अन्ना से ज़्यादा खुश नहीं है।"),
    (say("be", np("tower"), quality=Word("tall"), than=np("house")), "मीनार घर से ऊँची है।"),
    (say("wait", a("woman"), place=at("on", "bridge"), **FUTURE), "एक औरत पुल पर इंतज़ार करेगी।"),
)

VERBS: tuple[tuple[Clause, str], ...] = (
    (say("write", ANNA, np("song"), variant=1, **PAST), "अन्ना ने गीत की रचना की।"),
    (say("know", ANNA, variant=1, negated=True, complement=say("sleep", PETER)), "अन्ना को पता नहीं है कि पीटर सोता है।"),
    (say("leave", ANNA, time="now"), "अन्ना अभी जा रही है।"),
    (say("sit", ANNA, time="now"), "अन्ना अभी बैठी है।"),
    (say("stand", np("man", plural=True), time="now"), "आदमी अभी खड़े हैं।"),
    (say("wear", ANNA, a("coat"), time="now"), "अन्ना अभी एक कोट पहने हुए है।"),
    (say("buy", ANNA, np("bread"), time="now", passive=True), "रोटी अभी अन्ना द्वारा खरीदी जा रही है।"),
    (say("laugh", WOMEN, negated=True), "औरतें नहीं हँसतीं।"),
    (say("laugh", WOMEN, modal="can", negated=True), "औरतें नहीं हँस सकतीं।"),
    (say("leave", WOMEN, **PAST), "औरतें चली गईं।"),
    (say("leave", WOMEN, negated=True, **PAST), "औरतें नहीं गईं।"),
    (say("leave", WOMEN, modal="must", **PAST), "औरतों को जाना पड़ा।"),
    (say("drink_verb", np("man", plural=True), np("milk"), **FUTURE), "आदमी दूध पिएँगे।"),
    (say("read", PETER, np("book", plural=True), modal="must"), "पीटर को किताबें पढ़नी चाहिए।"),
    (say("love", ANNA, PETER, **PAST), "अन्ना पीटर से प्यार करती थी।"),
    (say("break", ANNA, np("chair", plural=True), **FUTURE), "अन्ना कुर्सियाँ तोड़ देगी।"),
    (say("carry", ANNA, np("basket", plural=True), passive=True, **PAST), "टोकरियाँ अन्ना द्वारा ले जाई गईं।"),
    (say("help", ANNA, WOMEN, passive=True, negated=True, **FUTURE), "अन्ना द्वारा औरतों की मदद नहीं की जाएगी।"),
    (say("stand", None, place=at("in", "garden"), imperative=True, negated=True), "बगीचे में खड़े मत रहो।"),
    (say("drink_verb", None, np("milk"), imperative=True), "दूध पियो।"),
)

CLAUSES: tuple[tuple[Clause, str], ...] = (
    (say("find", None, np("key"), question="who", **PAST), "चाबी किसे मिली?"),
    (say("help", None, np("man"), question="who", **PAST), "आदमी की मदद किसने की?"),
    (say("help", ANNA, np("man"), question="where", **PAST), "अन्ना ने आदमी की मदद कहाँ की?"),
    (say("wear", None, a("coat"), question="who"), "कौन एक कोट पहनता है?"),
    (say("love", ANNA, None, question="what"), "अन्ना किससे प्यार करती है?"),
    (
        say("hope", ANNA, complement=say("read", PETER, np("poem"), passive=True, **FUTURE), **PAST),
        "अन्ना को उम्मीद थी कि कविता पीटर द्वारा पढ़ी जाएगी।",
    ),
    (
        say("cry", ANNA, subordinate=("when", say("arrive", PETER, **FUTURE)), question="polar", **FUTURE),
        "जब पीटर पहुँचेगा, तब क्या अन्ना रोएगी?",
    ),
    (
        say("see", ANNA, np("dog"), coordinate=("and", say("hear", ANNA, np("train"), **PAST)), **PAST),
        "अन्ना ने कुत्ते को देखा और उसने रेलगाड़ी की आवाज़ सुनी।",
    ),
    (
        say("read", np("woman", plural=True, relative=Relative("subject", say("sing", **PAST))), np("book"), **PAST),
        "जिन औरतों ने गाया, उन्होंने किताब पढ़ी।",
    ),
    (
        say("have", np("woman", relative=Relative("subject", say("sing", **PAST))), a("dog")),
        "जिस औरत ने गाया, उसके पास एक कुत्ता है।",
    ),
    (
        say("be", np("bread", relative=Relative("object", say("buy", ANNA, **PAST))), quality=Word("fresh")),
        "जो रोटी अन्ना ने खरीदी, वह ताज़ी है।",
    ),
    (
        say("sleep", a("dog", relative=Relative("object", say("see", ANNA, **PAST))), **PAST),
        "एक कुत्ता, जिसे अन्ना ने देखा, सोया।",
    ),
    (
        say("see", np("woman"), np("man", relative=Relative("object", say("visit", ANNA, **PAST))), **PAST),
        "औरत ने उस आदमी को देखा जिससे अन्ना ने मुलाकात की।",
    ),
    (
        say(
            "give",
            np("woman"),
            np("key"),
            recipient=np("man", relative=Relative("subject", say("need", None, np("car")))),
        ),
        "औरत उस आदमी को चाबी देती है जिसे कार की ज़रूरत है।",
    ),
)


@pytest.mark.parametrize(("meaning", "expected"), [*CASES, *VERBS, *CLAUSES])
def test_constructions(meaning: Clause, expected: str) -> None:
    assert realise(meaning).text == expected


def test_every_concept_has_a_lemma() -> None:
    assert not set(concepts()) - set(lexicon("hi"))
    groups = [entries for found in lexicon("hi").values() for _, entries in found]
    assert sum(len(entries) for entries in groups) >= 250
    assert sum(len(entries) > 1 for entries in groups) >= 40


def test_the_lexicon_is_in_unicode_normal_form() -> None:
    text = resources.files("xlalign.micro.data").joinpath("hi.tsv").read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "-" not in text


@pytest.mark.parametrize(
    ("lemma", "gender", "expected"),
    [
        ("कुत्ता", "m", "कुत्ता कुत्ते कुत्ते कुत्तों"),
        ("घर", "m", "घर घर घर घरों"),
        ("आदमी", "m", "आदमी आदमी आदमी आदमियों"),
        ("भाई", "m", "भाई भाई भाई भाइयों"),
        ("भालू", "m", "भालू भालू भालू भालुओं"),
        ("भेड़िया", "m", "भेड़िया भेड़िये भेड़िये भेड़ियों"),
        ("व्यक्ति", "m", "व्यक्ति व्यक्ति व्यक्ति व्यक्तियों"),
        ("पशु", "m", "पशु पशु पशु पशुओं"),
        ("पियानो", "m", "पियानो पियानो पियानो पियानों"),
        ("किताब", "f", "किताब किताब किताबें किताबों"),
        ("बिल्ली", "f", "बिल्ली बिल्ली बिल्लियाँ बिल्लियों"),
        ("चिड़िया", "f", "चिड़िया चिड़िया चिड़ियाँ चिड़ियों"),
        ("महिला", "f", "महिला महिला महिलाएँ महिलाओं"),
        ("रसोई", "f", "रसोई रसोई रसोइयाँ रसोइयों"),
        ("मेज़", "f", "मेज़ मेज़ मेज़ें मेज़ों"),
    ],
)
def test_nouns(lemma: str, gender: Gender, expected: str) -> None:
    found = [forms.noun(lemma, gender, plural, oblique) for plural in (False, True) for oblique in (False, True)]
    assert found == expected.split()


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("खरीद", "खरीदा खरीदे खरीदी खरीदीं खरीदेगा खरीदेंगे खरीदो"),
        ("सो", "सोया सोए सोई सोईं सोएगा सोएँगे सोओ"),
        ("खा", "खाया खाए खाई खाईं खाएगा खाएँगे खाओ"),
        ("पी", "पिया पिए पी पीं पिएगा पिएँगे पियो"),
        ("कर", "किया किए की कीं करेगा करेंगे करो"),
        ("दे", "दिया दिए दी दीं देगा देंगे दो"),
        ("जा", "गया गए गई गईं जाएगा जाएँगे जाओ"),
        ("हो", "हुआ हुए हुई हुईं होगा होंगे हो"),
    ],
)
def test_verbs(stem: str, expected: str) -> None:
    every = [Agreement("m", False), Agreement("m", True), Agreement("f", False), Agreement("f", True)]
    found = [*(forms.perfective(stem, seen) for seen in every), *(forms.future(stem, seen) for seen in every[:2])]
    assert [*found, forms.imperative(stem)] == expected.split()


def test_adjectives_agree_only_in_a() -> None:
    new, red, young = (entry("hi", word) for word in (Word("new"), Word("red"), Word("young", 1)))
    feminine, plural = Agreement("f", False), Agreement("m", True)
    assert [forms.adjective(new, seen) for seen in (forms.DEFAULT, plural, feminine)] == ["नया", "नए", "नई"]
    assert {forms.adjective(red, seen) for seen in (forms.DEFAULT, plural, feminine)} == {"लाल"}
    assert {forms.adjective(young, seen) for seen in (forms.DEFAULT, plural, feminine)} == {"युवा"}


def test_relative_and_correlative_are_labelled() -> None:
    dog = np("dog", relative=Relative("subject", say("eat", None, np("apple"), **PAST)))
    sentence = realise(say("sleep", dog, **PAST))
    assert [(t.form, t.upos, t.node, t.role) for t in sentence.tokens] == [
        ("जिस", "DET", "subject.relative", "mark"),
        ("कुत्ते", "NOUN", "subject", "head"),
        ("ने", "ADP", "subject.relative", "adp"),
        ("सेब", "NOUN", "subject.relative.object", "head"),
        ("खाया", "VERB", "subject.relative.verb", "head"),
        (",", "PUNCT", "subject.relative.comma", "punct"),
        ("वह", "PRON", "subject.relative", "det"),
        ("सोया", "VERB", "verb", "head"),
        ("।", "PUNCT", "punct", "punct"),
    ]


def test_nodes_roles_and_entities() -> None:
    sentence = realise(say("repair", PETER, np("bicycle", possessor="Anna"), place=at("behind", "house"), modal="can"))
    assert [(t.form, t.upos, t.node, t.role, t.entity) for t in sentence.tokens] == [
        ("पीटर", "PROPN", "subject", "head", "B-PER"),
        ("घर", "NOUN", "place.where", "head", "O"),
        ("के", "ADP", "place", "adp", "O"),
        ("पीछे", "ADP", "place", "adp", "O"),
        ("अन्ना", "PROPN", "object.possessor", "head", "B-PER"),
        ("की", "ADP", "object.possessor", "adp", "O"),
        ("साइकिल", "NOUN", "object", "head", "O"),
        ("ठीक", "ADJ", "verb", "head", "O"),
        ("कर", "VERB", "verb", "head", "O"),
        ("सकता", "AUX", "modal", "head", "O"),
        ("है", "AUX", "modal", "aux", "O"),
        ("।", "PUNCT", "punct", "punct", "O"),
    ]


def _heads(tokens: tuple[Token, ...]) -> set[str]:
    return {token.node for token in tokens if token.role == "head"}


def test_says_the_same_nodes_as_english() -> None:
    for pair in World(3).pairs("en", "hi", 300):
        assert _heads(pair.source.tokens) == _heads(pair.target.tokens), pair.target.text
        sure, _ = gold_links(pair.source, pair.target)
        assert sure


def test_every_sentence_is_well_formed() -> None:
    for pair in World(4).pairs("en", "hi", 300):
        words, text = pair.target.words, pair.target.text
        assert words[-1] in {"।", "?"}
        assert all(word and " " not in word and not word.isascii() for word in words[:-1] if word != ",")
        assert unicodedata.is_normalized("NFC", text)
        assert segment(text, "hi") == words
