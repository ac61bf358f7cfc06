"""Causal language modelling: transformers' own loss, text as it was before words were switched, refusals."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from tiny import model

from xlalign.hashing import text_hashes
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.recipe import DataOptions
from xlalign.objectives.token_prediction.loss import TokenPrediction, next_tokens
from xlalign.objectives.token_prediction.options import TokenPredictionOptions
from xlalign.objectives.views import Mask, TokenView
from xlalign.training.tokens import Tokens
from xlalign.training.views import SpecialTokens, rows

FRAME = SpecialTokens(np.array([2]), np.array([3]), np.array([3]), -1, np.arange(5, 60))
DECODERS = ("llama", "qwen3", "gemma3_text")
EXACT = DECODERS[:2]
"""Those of them that keep to double precision; Gemma's norms round to single."""


def loss_of(decoder: Encoder, view: TokenView, name: str = "mono"):
    objective = TokenPrediction(TokenPredictionOptions(on=(name,), target="next"), decoder, {})
    batch = TrainingBatch((), {name: view})
    return objective(batch, Encodings(batch, {"query": decoder}))


def view_of(*texts: list[int], words: list[int] | None = None) -> TokenView:
    lengths = np.array([len(text) for text in texts])
    ids, edges = np.concatenate(texts).astype(np.int32), np.append(0, lengths.cumsum())
    own = np.array(words if words is not None else [-1] * len(ids), np.int32)
    tokens = Tokens(ids, edges, own, text_hashes(map(str, texts)))
    return rows((tokens, np.arange(len(texts))), None, FRAME, DataOptions())


@pytest.mark.parametrize("kind", EXACT)
def test_loss_and_gradient_equal_the_stock_models_row_by_row(kind):
    net = model(kind)
    decoder = Encoder(net).double()
    generator = np.random.default_rng(3)
    view = view_of(*(generator.integers(5, 40, size).tolist() for size in (7, 1, 12, 3)))
    output = loss_of(decoder, view)
    total, count = torch.zeros((), dtype=torch.float64), 0
    for row in torch.split(view.ids, view.lengths.tolist()):
        probabilities = net(row[None]).logits[0].log_softmax(-1)
        for place in range(len(row) - 1):
            total -= probabilities[place, row[place + 1]]
            count += 1
    assert output.count == count == len(view.ids) - view.count
    torch.testing.assert_close(output.loss, total / count, rtol=1e-9, atol=0)
    weights = list(net.parameters())
    found = torch.autograd.grad(output.loss, weights, allow_unused=True)
    wanted = torch.autograd.grad(total / count, weights, allow_unused=True)
    for own, theirs in zip(found, wanted, strict=True):
        assert own is not None
        torch.testing.assert_close(own, theirs, rtol=1e-6, atol=1e-9)


def switched() -> TokenView:
    """The text 10 20 21 30, whose word 20 21 was replaced by 40 41, and the text 10 30, which was left alone."""
    view = view_of([10, 38, 39, 30], [10, 30], words=[-1, 0, 0, -1, -1, -1])
    return replace(view, mask=Mask(view.ids, torch.tensor([2]), torch.tensor([20])))


def test_switched_text_is_asked_for_as_it_was_and_not_inside_of_a_replacement():
    view = switched()
    assert view.ids.tolist() == [2, 10, 38, 39, 30, 3, 2, 10, 30, 3]
    at, labels = next_tokens(view, switched=True)
    assert at.tolist() == [0, 1, 3, 4, 6, 7, 8]
    assert labels.tolist() == [10, 20, 30, 3, 10, 30, 3]
    assert view.ids.tolist() == [2, 10, 38, 39, 30, 3, 2, 10, 30, 3]
    assert next_tokens(view, switched=False)[1].tolist() == [10, 38, 39, 30, 3, 10, 30, 3]


def test_the_loss_of_switched_text_is_that_of_its_labels():
    view, net = switched(), model("llama")
    decoder = Encoder(net).double()
    with torch.no_grad():
        first, second = (net(row[None]).logits[0].log_softmax(-1) for row in torch.split(view.ids, [6, 4]))
        wanted = [first[0, 10], first[1, 20], first[3, 30], first[4, 3], second[0, 10], second[1, 30], second[2, 3]]
        found = loss_of(decoder, view, "mono-switched")
    torch.testing.assert_close(found.loss, -torch.stack(wanted).mean(), rtol=1e-9, atol=0)
    assert found.count == 7


@pytest.mark.parametrize("kind", DECODERS)
def test_no_token_sees_a_later_one_in_packed_rows(kind):
    decoder, view = Encoder(model(kind)), view_of([7, 8, 9, 10, 11], [12, 13, 14])
    assert decoder.body.packed
    batch = TrainingBatch((), {"mono": view})
    with torch.no_grad():
        before = Encodings(batch, {"query": decoder}).hidden("mono").tokens(-1)
        view.ids[4] = 20
        after = Encodings(batch, {"query": decoder}).hidden("mono").tokens(-1)
    same = (before - after).abs().amax(1) < 1e-5
    assert same.tolist() == [True] * 4 + [False] * 3 + [True] * 5


def test_nothing_is_masked_so_nothing_can_be_hidden():
    with pytest.raises(ValidationError, match="nothing is masked"):
        TokenPredictionOptions(target="next", attend="cross")
