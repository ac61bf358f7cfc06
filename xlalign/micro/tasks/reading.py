"""Reading comprehension: the answer is a span of the context.

A context is a few statements about different subjects, one of them easily taken for the one that is asked about. The
question of xquad and mlqa follows its wording; that of tydiqa was written without the context: other words, less said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import count as numbers
from typing import Any, NamedTuple

from xlalign.micro.concepts import concepts
from xlalign.micro.digest import Split, split_of
from xlalign.micro.grammar import realise
from xlalign.micro.meaning import Clause, NounPhrase, Question, Sentence, Token, Word
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.questions import answer_node, ask, questions, statement
from xlalign.micro.tasks.items import example_id
from xlalign.micro.world import World

STATEMENTS = 4
"""Sentences of a context."""

_ATTEMPTS = 10

_LEAVE_OUT = {"xquad": 0.2, "mlqa": 0.2, "tydiqa": 0.6}
"""Chance that the question leaves an adverbial out."""


class Reading(NamedTuple):
    """Statements, which of them answers, and the question."""

    statements: tuple[Clause, ...]
    position: int
    question: Clause
    kind: Question


def xquad(world: World, lang: str, split: Split, count: int) -> list[dict[str, Any]]:
    """Context, question and answer in one language (Artetxe et al. 2020)."""
    return _examples(world, "xquad", lang, lang, split, count)


def mlqa(world: World, lang: str, split: Split, count: int, question_lang: str | None = None) -> list[dict[str, Any]]:
    """The question may be in another language than the context (Lewis et al. 2020)."""
    return _examples(world, "mlqa", lang, question_lang or lang, split, count)


def tydiqa(world: World, lang: str, split: Split, count: int) -> list[dict[str, Any]]:
    """The question does not follow the wording of the context (Clark et al. 2020, gold passage task)."""
    return _examples(world, "tydiqa", lang, lang, split, count)


def _examples(world: World, task: str, lang: str, asking: str, split: Split, count: int) -> list[dict[str, Any]]:
    return [
        {"id": example_id(task, split, i), **_text(item, lang), "question": realise(item.question, asking).text}
        for i, item in enumerate(items(world.seed, task, split, count))
    ]


def _text(item: Reading, lang: str) -> dict[str, Any]:
    sentences = [realise(clause, lang) for clause in item.statements]
    before = sum(len(s.text) + 1 for s in sentences[: item.position])
    text, start = answer(sentences[item.position], answer_node(item.kind))
    return {"context": " ".join(s.text for s in sentences), "answers": [{"text": text, "start": before + start}]}


def answer(sentence: Sentence, node: str) -> tuple[str, int]:
    """The words that express a node (of an argument without its case marker) and where they start, in characters."""
    # "Anna saw the old dog in the garden yesterday." asked for its object: tokens 2 to 4 belong to "object", and the
    # text is cut from the start of "the" (character 9) to the end of "dog" (20).
    inside = [_belongs(token, node) for token in sentence.tokens]
    first = inside.index(True)
    last = len(inside) - 1 - inside[::-1].index(True)
    starts = _starts(sentence)
    end = starts[last] + len(sentence.tokens[last].form)
    return sentence.text[starts[first] : end], starts[first]


def _belongs(token: Token, node: str) -> bool:
    within = token.node == node or token.node.startswith(f"{node}.")
    return within and not (token.role == "adp" and node in ("subject", "object") and token.node == node)


def _starts(sentence: Sentence) -> list[int]:
    starts, position = [], 0
    for i, token in enumerate(sentence.tokens):
        position += int(token.space_before and i > 0)
        starts.append(position)
        position += len(token.form)
    return starts


@cache
def items(seed: int, task: str, split: Split, count: int) -> tuple[Reading, ...]:
    """The meanings of the examples."""
    dice = Dice(seed, task, split)
    return tuple(_reading(dice, task, split) for _ in range(count))


def _reading(dice: Dice, task: str, split: Split) -> Reading:
    answering, question, kind = _asked(dice, task, split)
    statements = [answering, _confusable(dice, split, answering, kind)]
    while len(statements) < STATEMENTS:
        other = _statement(dice, split)
        if not _also_answers(other, answering, kind):
            statements.append(other)
    order = dice.shuffled(range(STATEMENTS))
    return Reading(tuple(statements[i] for i in order), order.index(0), question, kind)


def _confusable(dice: Dice, split: Split, answering: Clause, kind: Question) -> Clause:
    """A statement with the same verb that does not answer; some verbs have none, then with any verb."""
    verb: str | None = answering.verb.concept
    for attempt in numbers():
        other = _statement(dice, split, verb if attempt < _ATTEMPTS else None)
        if not _also_answers(other, answering, kind):
            return other
    raise AssertionError


def _asked(dice: Dice, task: str, split: Split) -> tuple[Clause, Clause, Question]:
    while True:
        clause = _statement(dice, split)
        kind = dice.pick(questions(clause))
        question = _reword(dice, ask(clause, kind), task)
        if split_of(question) == split:
            return clause, question, kind


def _statement(dice: Dice, split: Split, verb: str | None = None) -> Clause:
    while True:
        clause = statement(dice, verb)
        if split_of(clause) == split:
            return clause


def _also_answers(other: Clause, answering: Clause, kind: Question) -> bool:
    """Whether another statement could be taken for the answer, however much the question leaves out."""
    if kind == "who":
        return other.verb.concept == answering.verb.concept and _kind(other.object) == _kind(answering.object)
    assert other.subject
    assert answering.subject
    return other.subject.noun.concept == answering.subject.noun.concept


def _kind(phrase: NounPhrase | None) -> str | None:
    return concepts()[phrase.noun.concept].hypernym or phrase.noun.concept if phrase else None


def _reword(dice: Dice, question: Clause, task: str) -> Clause:
    leave = _LEAVE_OUT[task]
    time = None if dice.chance(leave) else question.time
    place = None if dice.chance(leave) else question.place
    reduced = replace(question, time=time, place=place)
    return _other_words(dice, reduced) if task == "tydiqa" else reduced


def _other_words(dice: Dice, question: Clause) -> Clause:
    verb = Word(question.verb.concept, 1 - question.verb.variant)
    return replace(
        question,
        verb=verb,
        subject=question.subject and _simpler(question.subject),
        object=question.object and _more_general(dice, _simpler(question.object)),
    )


def _simpler(phrase: NounPhrase) -> NounPhrase:
    """Without adjectives, by another word."""
    return replace(phrase, noun=Word(phrase.noun.concept, 1 - phrase.noun.variant), adjectives=())


def _more_general(dice: Dice, phrase: NounPhrase) -> NounPhrase:
    """Maybe by its hypernym ("the instrument" for "the violin")."""
    concept = concepts()[phrase.noun.concept]
    if concept.pos != "noun" or not concept.hypernym or concepts()[concept.hypernym].mass or dice.chance(0.7):
        return phrase
    return replace(phrase, noun=Word(concept.hypernym))
