"""Vectors of rows, words and texts equal those of each row encoded alone."""

import numpy as np
import pytest
import torch

from xlalign.modeling import embed, encoder, scratch
from xlalign.modeling.embed import Point
from xlalign.modeling.pooling import pool_vectors

TEXTS = ["a small house", "a", "the small old house is small", "a small house", "house"]


@pytest.fixture(scope="module")
def loaded():
    tokenizer = scratch.train_tokenizer({"en": TEXTS * 9}, "nano")
    return encoder.Encoder(scratch.create("nano", tokenizer, 3)).train(), tokenizer


def alone(net, tokenizer, text, layer):
    ids = torch.tensor([tokenizer(text)["input_ids"]])
    with torch.no_grad():
        return net.model.base_model(ids, output_hidden_states=True).hidden_states[layer][0]


@pytest.mark.parametrize("layer", [0, 2, -1])
def test_text_vectors_equal_each_text_alone(loaded, layer):
    net, tokenizer = loaded
    found = embed.text_vectors(
        net, tokenizer, TEXTS, [Point(layer, how) for how in ("mean", "content", "inner", "cls")]
    )
    assert net.training, "the mode is as it was"
    net.eval()
    for number, text in enumerate(TEXTS):
        states = alone(net, tokenizer, text, layer).numpy()
        for how, expected in {"mean": states.mean(0), "content": states[1:-1].mean(0), "cls": states[0]}.items():
            np.testing.assert_allclose(found[Point(layer, how)][number], expected, atol=2e-6)
    assert np.array_equal(found[Point(layer, "inner")], found[Point(layer, "content")])
    net.train()


def test_segments_are_means_of_their_tokens(loaded):
    net, tokenizer = loaded
    rows = embed.TokenLists([tokenizer(text)["input_ids"] for text in TEXTS])
    segments, count = [], 0
    for row in rows.ids:
        segments.append([-1, *(count + at // 2 for at in range(len(row) - 2)), -1])
        count = max(segments[-1]) + 1
    found = embed.segment_vectors(net, rows.lengths, rows.batch, segments, [1, 3])
    net.eval()
    for layer, matrix in zip((1, 3), found, strict=True):
        assert len(matrix) == count
        for text, own in zip(TEXTS, segments, strict=True):
            states = alone(net, tokenizer, text, layer).numpy()
            for segment in {*own} - {-1}:
                np.testing.assert_allclose(matrix[segment], states[np.array(own) == segment].mean(0), atol=2e-6)
    net.train()


def test_nothing_to_encode(loaded):
    rows = embed.TokenLists([])
    assert embed.row_vectors(loaded[0], rows.lengths, rows.batch, [Point(-1, "mean")])[Point(-1, "mean")].shape == (
        0,
        64,
    )


def test_batches_hold_every_row_once_and_sort_by_length():
    assert [b.tolist() for b in embed.length_batches(np.array([2, 9, 5, 4]), 10)] == [[1], [2, 3, 0]]


def test_a_row_without_content_gives_zeros():
    rows = embed.TokenLists([[2, 3], [2, 7, 3]], content=[[False, False], [False, True, False]]).batch(np.arange(2))
    vectors = torch.arange(10.0).view(5, 2)
    assert pool_vectors(vectors, rows, "content").tolist() == [[0, 0], [6, 7]]
    assert pool_vectors(vectors, rows, "cls").tolist() == [[0, 1], [4, 5]]


def test_token_types_and_specials_come_from_the_tokenizer(loaded):
    rows = embed.tokenize(loaded[1], ["a small house"], 4)
    assert len(rows.ids[0]) == 4
    assert rows.types is None
    assert rows.content == [[False, True, True, False]]
