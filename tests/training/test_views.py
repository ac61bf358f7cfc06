"""Rows equal the tokenizer's own encoding; masks are pure functions of the example."""

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from narrowing import present

from xlalign.modeling import scratch
from xlalign.modeling.words import token_words
from xlalign.objectives.recipe import DataOptions
from xlalign.training.documents import split_document
from xlalign.training.tokens import tokenise
from xlalign.training.views import SpecialTokens, cut_both, draws, mask_arrays, masked, rows

TEXTS = ["the old dog sleeps .", "a cat", "der alte Hund schläft .", "eine Katze", "", "dog dog dog " * 9]
TOKENIZER = scratch.train_tokenizer({"en": TEXTS * 9}, "nano")
TOKENS = tokenise(TEXTS, TOKENIZER, [text.split() for text in TEXTS])
FRAME = SpecialTokens.of(TOKENIZER)
LONG = DataOptions(max_length=200)


def flat(encoded: list[list[int]]) -> list[int]:
    return [token for row in encoded for token in row]


def test_rows_equal_the_tokenizer():
    first, second = np.array([0, 1, 5]), np.array([2, 3, 0])
    one = TOKENIZER([TEXTS[i] for i in first])
    two = TOKENIZER([TEXTS[i] for i in first], [TEXTS[i] for i in second], return_token_type_ids=True)
    single, double = rows((TOKENS, first), None, FRAME, LONG), rows((TOKENS, first), (TOKENS, second), FRAME, LONG)
    assert single.ids.tolist() == flat(one["input_ids"])
    assert double.ids.tolist() == flat(two["input_ids"])
    assert double.types.tolist() == double.sides.tolist() == flat(two["token_type_ids"])
    assert double.content.sum() == len(double.ids) - 3 * FRAME.double
    assert double.positions.tolist() == flat([list(range(len(row))) for row in two["input_ids"]])


def test_an_empty_second_text_leaves_a_single_row():
    view = rows((TOKENS, np.array([1])), (TOKENS, np.array([4])), FRAME, LONG)
    assert view.ids.tolist() == TOKENIZER(TEXTS[1])["input_ids"]


def test_positions_restart_and_types_vanish_on_request():
    options = LONG.model_copy(update={"reset_positions": True, "segment_types": False})
    view = rows((TOKENS, np.array([1, 0])), (TOKENS, np.array([3, 1])), FRAME, options)
    start = int((view.sides[: view.lengths[0]] == 1).nonzero()[0, 0])
    assert view.positions[start].item() == 0
    assert view.types.sum() == 0


@given(st.integers(0, 50), st.integers(0, 50), st.integers(2, 40))
def test_both_sides_are_cut_and_never_only_the_second(a, b, room):
    first, second = (int(x[0]) for x in cut_both(np.array([a]), np.array([b]), room))
    assert first + second == min(a + b, room)
    assert first == a or first >= room // 2
    assert second == b or second >= room // 2


def test_long_rows_are_cut():
    view = rows((TOKENS, np.array([5])), (TOKENS, np.array([0])), FRAME, DataOptions(max_length=12))
    assert view.lengths.tolist() == [12]
    short = dataclasses.replace(TOKENS, longest=3)
    assert short.lengths(np.arange(6)).max() == 3
    assert short.select(np.array([5])).ids.tolist() == TOKENS.ids[TOKENS.borders[5] :][:3].tolist()


@settings(max_examples=30)
@given(st.integers(0, 10**9), st.floats(0, 1))
def test_special_tokens_are_never_selected_nor_drawn(seed, rate):
    options = LONG.model_copy(update={"mask_rate": rate, "mask_token": 0.2, "random_token": 0.8})
    view = rows((TOKENS, np.arange(6)), (TOKENS, np.arange(6)[::-1].copy()), FRAME, options)
    ids, selected = mask_arrays(view, FRAME, options, draws(seed, "x", TOKENS.hashes, np.zeros(6, int)))
    assert view.content.numpy()[selected].all()
    unselected = np.setdiff1d(np.arange(len(ids)), selected)
    assert (ids[unselected] == view.ids.numpy()[unselected]).all()
    assert set(ids[selected]) <= {FRAME.mask, *FRAME.ordinary.tolist()}


def test_masks_do_not_depend_on_the_rest_of_the_batch():
    def mask(texts: list[int], rounds: list[int], seed: int = 1) -> list[list[int]]:
        which = np.array(texts)
        view = rows((TOKENS, which), None, FRAME, LONG)
        view = masked(view, FRAME, LONG, draws(seed, "mono", TOKENS.hashes[which], np.array(rounds)))
        borders = [0, *np.cumsum(view.lengths)]
        return [present(view.mask).ids[a:b].tolist() for a, b in pairwise(borders)]

    assert mask([0, 5], [0, 2])[1] == mask([5], [2])[0] == mask([1, 2, 5], [0, 0, 2])[2]
    assert mask([5], [2]) != mask([5], [3])
    assert mask([5], [2], seed=1) != mask([5], [2], seed=2)


def test_masking_rates():
    options = DataOptions(mask_rate=0.15)
    which = np.full(3000, 0)
    view = rows((TOKENS, which), None, FRAME, options)
    ids, selected = mask_arrays(view, FRAME, options, draws(0, "m", np.arange(3000).astype(np.uint64), which))
    before = view.ids.numpy()[selected]
    assert len(selected) / int(view.content.sum()) == pytest.approx(0.15, abs=0.01)
    assert (ids[selected] == FRAME.mask).mean() == pytest.approx(0.8, abs=0.02)
    assert (ids[selected] == before).mean() == pytest.approx(0.1 + 0.1 / len(FRAME.ordinary), abs=0.02)


def words_of(texts: Sequence[str], words: Any, spans: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    flat = np.array([span for own in spans for span in own], np.int64).reshape(-1, 2)
    return token_words(texts, words, flat, np.array([len(own) for own in spans], np.int64)).tolist()


def test_tokens_know_their_words():
    text = "Don't stop, dogs!"
    words = ["Don", "'", "t", "missing", "stop", ",", "dogs", "!"]
    spans = [(0, 5), (5, 10), (10, 11), (11, 14), (14, 16), (16, 17)]
    assert words_of([text], [words], [spans]) == [0, 4, 5, 6, 6, 7]


def test_a_lone_blank_belongs_to_the_word_after_it():
    assert words_of(["ab cd"], [["ab", "cd"]], [[(0, 0), (0, 2), (2, 3), (3, 5)]]) == [0, 0, 1, 1]


def test_a_token_of_two_words_is_of_the_one_with_more_characters():
    assert words_of(["ab, c"], [["ab", ",", "c"]], [[(0, 3), (1, 3), (2, 5)]]) == [0, 0, 1]


def slow_words(text: str, words: list[str], spans: list[tuple[int, int]]) -> list[int]:
    """The rule, character by character."""
    owner, at = [-1] * (len(text) + 1), 0
    for number, word in enumerate(words):
        found = text.find(word, at)
        if found >= 0:
            at = found + len(word)
            owner[found:at] = [number] * len(word)
    result = []
    for begin, end in spans:
        own = [o for o in owner[begin : end if text[begin:end].strip() else end + 1] if o >= 0]
        result.append(max(sorted(set(own)), key=own.count, default=-1))
    return result


SENTENCES = st.lists(st.sampled_from(["a", "bc", "é", "猫犬", ".", "😀x", "\u3000"]), max_size=6)


@given(st.lists(st.tuples(SENTENCES, st.sampled_from([" ", "", "  "]), st.booleans()), max_size=5), st.data())
def test_words_of_many_texts_at_once_equal_the_rule(rows, data):
    """Also where words are missing from a text, or text stands between words."""
    texts, words, spans = [], [], []
    for parts, gap, odd in rows:
        texts.append(gap.join(parts))
        words.append([p for p in parts if p.strip()][int(odd) :] + ["zz"] * odd)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(texts[-1])), max_size=6)))
        spans.append(list(pairwise(cuts)))
    expected = [w for row in zip(texts, words, spans, strict=True) for w in slow_words(*row)]
    assert words_of(texts, words, spans) == expected


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("One. Two.", ("One.", "Two.")),
        ("No end here", ("No end here", "")),
        ("A! B? C. D.", ("A! B?", "C. D.")),
        ("वह सोता है। वह खाता है।", ("वह सोता है।", "वह खाता है।")),
        ("他睡了。他吃了。", ("他睡了。", "他吃了。")),
        ("", ("", "")),
    ],
)
def test_documents_are_cut_at_a_sentence_end(text, halves):
    assert split_document(text) == halves
