"""Masked-token losses against the stock model's own loss."""

import pytest
import torch
from narrowing import present

from xlalign.modeling.encoder import Encoder
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.token_prediction.loss import TokenPrediction, cross_entropy
from xlalign.objectives.token_prediction.options import TokenPredictionOptions
from xlalign.objectives.views import TokenView


def stock_loss(encoder: Encoder, view: TokenView) -> float:
    """transformers' loss with labels, row by row, averaged over all predictions."""
    total, count, start, mask = 0.0, 0, 0, present(view.mask)
    for length in view.lengths.tolist():
        where = slice(start, start + length)
        labels = torch.full((length,), -100)
        inside = (mask.selected >= start) & (mask.selected < start + length)
        labels[mask.selected[inside] - start] = mask.labels[inside]
        chosen = int((labels >= 0).sum())
        if chosen:
            ids, types = mask.ids[where][None], view.types[where][None]
            output = encoder.model(ids, token_type_ids=types, labels=labels[None])
            total, count = total + output.loss.item() * chosen, count + chosen
        start += length
    return total / count


@pytest.mark.parametrize("on", [("mono",), ("concat",), ("source", "target")])
def test_loss_equals_the_stock_loss(encoder, make_batch, on):
    batch = make_batch()
    objective = TokenPrediction(TokenPredictionOptions(on=on), encoder, {})
    output = objective(batch, Encodings(batch, {"query": encoder}))
    expected = sum(stock_loss(encoder, batch.views[name]) for name in on) / len(on)
    assert output.loss.item() == pytest.approx(expected, rel=1e-6)
    assert output.count == sum(len(batch.views[name].mask.labels) for name in on)


def test_chunked_cross_entropy_equals_the_plain_one_with_its_gradient(encoder):
    torch.manual_seed(5)
    vectors, labels = torch.randn(11, 12, dtype=torch.float64, requires_grad=True), torch.arange(11)
    plain = cross_entropy(encoder, vectors, labels)
    expected = torch.autograd.grad(plain[0], [vectors, encoder.embeddings])
    chunked = cross_entropy(encoder, vectors, labels, limit=3 * 40)
    found = torch.autograd.grad(chunked[0], [vectors, encoder.embeddings])
    assert torch.allclose(plain[0], chunked[0])
    assert plain[1] == chunked[1]
    assert all(torch.allclose(a, b) for a, b in zip(expected, found, strict=True))


def test_nothing_selected_is_no_loss(encoder, make_batch):
    batch = make_batch(rate=0.0)
    output = TokenPrediction(TokenPredictionOptions(), encoder, {})(batch, Encodings(batch, {"query": encoder}))
    output.loss.backward()
    assert (output.loss.item(), output.count) == (0, 0)


def test_conditional_prediction_cannot_see_its_own_side(encoder, make_batch):
    """Change an unmasked source token: predictions of the source's masked tokens stay, the target's move."""
    batch = make_batch(8, rate=0.25)
    view = batch.views["concat"]
    selected = view.mask.selected
    free = view.content & (view.sides == 0)
    free[selected] = False
    changed = int(free.nonzero()[0, 0])

    def states() -> torch.Tensor:
        return Encodings(batch, {"query": encoder}).hidden("concat", masked=True, attend="cross").tokens(-1, selected)

    before = states()
    view.mask.ids[changed] = (view.mask.ids[changed] + 1 - 5) % 35 + 5
    after = states()
    own_row = view.rows[selected] == view.rows[changed]
    moved = (before != after).any(1)
    assert not moved[~own_row | (view.sides[selected] == 0)].any()
    assert moved[own_row & (view.sides[selected] == 1)].all()


def test_inputs_are_not_changed(encoder, make_batch):
    batch, fresh = make_batch(), make_batch()
    objective = TokenPrediction(TokenPredictionOptions(on=("source", "target")), encoder, {})
    objective(batch, Encodings(batch, {"query": encoder})).loss.backward()
    for name, view in batch.views.items():
        assert torch.equal(view.ids, fresh.views[name].ids)
        assert torch.equal(view.mask.ids, fresh.views[name].mask.ids)
