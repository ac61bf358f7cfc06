"""Gold links follow from the nodes, in every pair of languages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from meanings import at, np, say

from xlalign.micro.grammar import GRAMMARS, realise
from xlalign.micro.links import gold_links
from xlalign.micro.meaning import Clause, Sentence, Token, Word
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.patterns import patterns
from xlalign.micro.sampler.sentences import of_pattern

LANGUAGES = st.sampled_from(sorted(GRAMMARS))
CONTENT = {"NOUN", "PROPN", "VERB", "ADJ", "NUM"}


@st.composite
def meanings(draw: DrawFn) -> Clause:
    return of_pattern(Dice("links", draw(st.integers(0, 10_000))), draw(st.sampled_from(patterns())))


def linked(clause: Clause, source: str, target: str) -> list[tuple[str, str]]:
    left, right = realise(clause, source), realise(clause, target)
    return [(left.words[i], right.words[j]) for i, j in gold_links(left, right)[0]]


def test_sure_links_by_node_and_role() -> None:
    clause = say("sleep", np("dog", "big"), place=at("in", "garden"))
    assert set(linked(clause, "en", "de")) == {
        ("The", "Der"), ("big", "große"), ("dog", "Hund"), ("sleeps", "schläft"), ("in", "im"), ("garden", "Garten"),
        (".", "."),
    }  # fmt: skip


def test_an_article_without_counterpart_possibly_links_to_the_noun() -> None:
    clause = say("sleep", np("dog"))
    left, right = realise(clause, "en"), realise(clause, "ru")
    sure, possible = gold_links(left, right)
    assert sure == ((1, 0), (2, 1), (3, 2))
    assert set(possible) - set(sure) == {(0, 0)}


def test_a_copula_that_is_not_said_possibly_links_to_the_predicate() -> None:
    clause = say("be", np("house"), quality=Word("old"))
    left, right = realise(clause, "en"), realise(clause, "ru")
    assert (left.words.index("is"), 1) in gold_links(left, right)[1]
    assert (left.words.index("is"), 1) not in gold_links(left, right)[0]


def test_several_words_of_one_node_link_many_to_many() -> None:
    one = Sentence("xx", (Token("a", "NOUN", "subject"),))
    two = Sentence(
        "yy", (Token("b", "NOUN", "subject"), Token("c", "NOUN", "subject"), Token(",", "PUNCT", "punct", "punct"))
    )
    assert gold_links(one, two) == (((0, 0), (0, 1)), ((0, 0), (0, 1)))


@given(meanings(), LANGUAGES, LANGUAGES)
def test_invariants(clause: Clause, source: str, target: str) -> None:
    left, right = realise(clause, source), realise(clause, target)
    sure, possible = gold_links(left, right)
    assert set(sure) <= set(possible)
    assert list(sure) == sorted(set(sure))
    assert list(possible) == sorted(set(possible))
    assert all(0 <= i < len(left.tokens) and 0 <= j < len(right.tokens) for i, j in possible)
    mirrored = gold_links(right, left)
    assert {(j, i) for i, j in mirrored[0]} == set(sure)
    assert {(j, i) for i, j in mirrored[1]} == set(possible)


@given(meanings(), LANGUAGES, LANGUAGES)
def test_every_content_word_is_linked(clause: Clause, source: str, target: str) -> None:
    left, right = realise(clause, source), realise(clause, target)
    sure, possible = gold_links(left, right)
    surely, maybe = {i for i, _ in sure}, {i for i, _ in possible}
    for i, token in enumerate(left.tokens):
        if token.role == "head" and token.upos in CONTENT:
            # Russian says neither "have" nor "there is" before a negation.
            assert i in (maybe if token.upos == "VERB" else surely), (token, left.text, right.text)


@given(meanings())
def test_a_sentence_links_to_itself_word_by_word(clause: Clause) -> None:
    for language in GRAMMARS:
        said = realise(clause, language)
        sure, _ = gold_links(said, said)
        assert {(i, i) for i in range(len(said.tokens))} <= set(sure)
