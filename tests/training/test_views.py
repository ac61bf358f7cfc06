"""Rows equal the tokenizer's own encoding; masks are pure functions of the example."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalign.modeling import scratch
from xlalign.objectives.options import DataOptions
from xlalign.training.documents import split_document
from xlalign.training.tokens import token_words, tokenise
from xlalign.training.views import Frame, cut_both, draws, mask_arrays, masked, rows

TEXTS = ["the old dog sleeps .", "a cat", "der alte Hund schläft .", "eine Katze", "", "dog dog dog " * 9]
TOKENIZER = scratch.train_tokenizer({"en": TEXTS * 9}, "nano")
TOKENS = tokenise(TEXTS, TOKENIZER, [text.split() for text in TEXTS])
FRAME = Frame.of(TOKENIZER)
LONG = DataOptions(max_length=200)


def flat(encoded: list[list[int]]) -> list[int]:
    return [token for row in encoded for token in row]


def test_rows_equal_the_tokenizer():
    first, second = np.array([0, 1, 5]), np.array([2, 3, 0])
    one = TOKENIZER([TEXTS[i] for i in first])
    two = TOKENIZER([TEXTS[i] for i in first], [TEXTS[i] for i in second], return_token_type_ids=True)
    single, double = rows(TOKENS, first, None, FRAME, LONG), rows(TOKENS, first, second, FRAME, LONG)
    assert single.ids.tolist() == flat(one["input_ids"])
    assert double.ids.tolist() == flat(two["input_ids"])
    assert double.types.tolist() == double.sides.tolist() == flat(two["token_type_ids"])
    assert double.content.sum() == len(double.ids) - 3 * FRAME.double
    assert double.positions.tolist() == flat([list(range(len(row))) for row in two["input_ids"]])


def test_an_empty_second_text_leaves_a_single_row():
    view = rows(TOKENS, np.array([1]), np.array([4]), FRAME, LONG)
    assert view.ids.tolist() == TOKENIZER(TEXTS[1])["input_ids"]


def test_positions_restart_and_types_vanish_on_request():
    options = LONG.model_copy(update={"reset_positions": True, "segment_types": False})
    view = rows(TOKENS, np.array([1, 0]), np.array([3, 1]), FRAME, options)
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
    view = rows(TOKENS, np.array([5]), np.array([0]), FRAME, DataOptions(max_length=12))
    assert view.lengths.tolist() == [12]
    assert TOKENS.cut(3).lengths.max() == 3


@settings(max_examples=30)
@given(st.integers(0, 10**9), st.floats(0, 1))
def test_special_tokens_are_never_selected_nor_drawn(seed, rate):
    options = LONG.model_copy(update={"mask_rate": rate, "mask_token": 0.2, "random_token": 0.8})
    view = rows(TOKENS, np.arange(6), np.arange(6)[::-1].copy(), FRAME, options)
    ids, selected = mask_arrays(view, FRAME, options, draws(seed, "x", TOKENS.hashes, np.zeros(6, int)))
    assert view.content.numpy()[selected].all()
    unselected = np.setdiff1d(np.arange(len(ids)), selected)
    assert (ids[unselected] == view.ids.numpy()[unselected]).all()
    assert set(ids[selected]) <= {FRAME.mask, *FRAME.ordinary.tolist()}


def test_masks_do_not_depend_on_the_rest_of_the_batch():
    def mask(texts: list[int], rounds: list[int], seed: int = 1) -> list[tuple[list[int], list[int]]]:
        which = np.array(texts)
        view = rows(TOKENS, which, None, FRAME, LONG)
        view = masked(view, FRAME, LONG, draws(seed, "mono", TOKENS.hashes[which], np.array(rounds)))
        borders = [0, *np.cumsum(view.lengths)]
        return [view.mask.ids[a:b].tolist() for a, b in pairwise(borders)]

    assert mask([0, 5], [0, 2])[1] == mask([5], [2])[0] == mask([1, 2, 5], [0, 0, 2])[2]
    assert mask([5], [2]) != mask([5], [3])
    assert mask([5], [2], seed=1) != mask([5], [2], seed=2)


def test_masking_rates():
    options = DataOptions(mask_rate=0.15)
    which = np.full(3000, 0)
    view = rows(TOKENS, which, None, FRAME, options)
    ids, selected = mask_arrays(view, FRAME, options, draws(0, "m", np.arange(3000).astype(np.uint64), which))
    before = view.ids.numpy()[selected]
    assert len(selected) / int(view.content.sum()) == pytest.approx(0.15, abs=0.01)
    assert (ids[selected] == FRAME.mask).mean() == pytest.approx(0.8, abs=0.02)
    assert (ids[selected] == before).mean() == pytest.approx(0.1 + 0.1 / len(FRAME.ordinary), abs=0.02)


def test_tokens_know_their_words():
    text = "Don't stop, dogs!"
    words = ["Don", "'", "t", "missing", "stop", ",", "dogs", "!"]
    spans = [(0, 5), (5, 10), (10, 11), (11, 14), (14, 16), (16, 17)]
    assert token_words(text, words, spans).tolist() == [0, 4, 5, 6, 6, 7]


def test_a_lone_blank_belongs_to_the_word_after_it():
    assert token_words("ab cd", ["ab", "cd"], [(0, 0), (0, 2), (2, 3), (3, 5)]).tolist() == [0, 0, 1, 1]


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
