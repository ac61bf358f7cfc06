"""Every form of the contrastive loss against loops written from the formula, in double precision."""

import dataclasses
import math
from typing import Any

import pytest
import torch
from narrowing import present
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.objectives import presets
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.momentum import Follower
from xlalign.objectives.nce import contrast, diagnostics
from xlalign.objectives.requests import Model, Momentum, Pass, Span
from xlalign.objectives.sequence_contrast.loss import SequenceContrast
from xlalign.objectives.sequence_contrast.options import SequenceContrastOptions
from xlalign.objectives.views import SpanTokens


def similarity(a: torch.Tensor, b: torch.Tensor, options: SequenceContrastOptions) -> float:
    if options.similarity == "cos":
        a, b = a / a.norm(), b / b.norm()
    return float(a @ b) / options.temperature


def brute(x: torch.Tensor, y: torch.Tensor, queue: torch.Tensor, options: SequenceContrastOptions) -> float:
    """The mean loss over anchors, one anchor and one negative at a time."""
    losses = []
    sides = [(x, y), (y, x)] if options.directions == "both" else [(x, y)]
    for anchors, keys in sides:
        for i, anchor in enumerate(anchors):
            positive = similarity(anchor, keys[i], options)
            negatives = []
            if options.negatives != "none":
                negatives += [similarity(anchor, key, options) for j, key in enumerate(keys) if j != i]
            if options.negatives == "joint":
                negatives += [similarity(anchor, other, options) for j, other in enumerate(anchors) if j != i]
            negatives += [similarity(anchor, key, options) for key in queue]
            total = sum(map(math.exp, negatives)) + (math.exp(positive) if options.form == "infonce" else 0)
            losses.append(math.log(total) - positive)
    return sum(losses) / len(losses)


@pytest.mark.parametrize("form", ["infonce", "decoupled"])
@pytest.mark.parametrize("negatives", ["cross", "joint"])
@pytest.mark.parametrize("directions", ["both", "forward"])
@pytest.mark.parametrize("similar", ["cos", "dot"])
@pytest.mark.parametrize("queue", [0, 7])
def test_loss_equals_the_formula(encoder, make_batch, form, negatives, directions, similar, queue):
    options = SequenceContrastOptions(
        form=form,
        negatives=negatives,
        directions=directions,
        similarity=similar,
        temperature=0.5,
        layers=(1, -1),
        queue=queue,
        projection="linear",
        projection_size=5,
    )
    objective = SequenceContrast(options, encoder, {}).double()
    batch = make_batch()
    output = objective(batch, Encodings(batch, {"query": encoder}))

    def vectors(name: str) -> torch.Tensor:
        view, states = batch.views[name], Encodings(batch, {"query": encoder}).hidden(name)
        rows = [
            (states.tokens(1)[view.rows == r].mean(0) + states.tokens(2)[view.rows == r].mean(0)) / 2 for r in range(6)
        ]
        return objective.projection(torch.stack(rows)).detach()

    held = objective.queue if queue else torch.empty(0, 5)
    assert output.loss.item() == pytest.approx(brute(vectors("source"), vectors("target"), held, options), abs=2e-6)
    assert output.count == (12 if directions == "both" else 6)


def test_infonce_is_softplus_of_the_decoupled_form_and_so_are_the_gradients():
    torch.manual_seed(3)
    anchors = F.normalize(torch.randn(64, 8, dtype=torch.float64), dim=1)
    keys = F.normalize(anchors + torch.randn(64, 8, dtype=torch.float64), dim=1)
    losses, gradients = {}, {}
    for form in ("infonce", "decoupled"):
        left = anchors.clone().requires_grad_()
        negatives = (left @ keys.T).masked_fill(torch.eye(64, dtype=torch.bool), -torch.inf)
        losses[form] = contrast(left, keys, negatives, 0.07, form)
        gradients[form] = torch.autograd.grad(losses[form].sum(), left)[0]
    assert torch.allclose(losses["infonce"], F.softplus(losses["decoupled"]), atol=1e-12)
    share = torch.sigmoid(losses["decoupled"])[:, None]
    assert torch.allclose(gradients["infonce"], share * gradients["decoupled"], atol=1e-12)
    assert (losses["decoupled"] < 0).any()  # "cross-zero"


def negatives_of(encoder: Encoder, batch: TrainingBatch, **options: Any) -> torch.Tensor:
    objective = SequenceContrast(SequenceContrastOptions(**options), encoder, {}).double()
    torch.manual_seed(1)
    x, y = (F.normalize(torch.randn(6, 12, dtype=torch.float64), dim=1) for _ in range(2))
    hashes = [batch.views[name].hashes for name in ("source", "target")]
    return objective._negatives(x, y, hashes)


def test_joint_negatives_are_twice_n_minus_one_and_never_the_anchor_itself(encoder, make_batch):
    scores = negatives_of(encoder, make_batch(), negatives="joint")
    assert torch.isfinite(scores).sum(1).tolist() == [10] * 6
    assert torch.isneginf(scores[:, :6].diagonal()).all()
    assert torch.isneginf(scores[:, 6:].diagonal()).all()


def test_equal_sentences_are_no_negatives_of_each_other(encoder, make_batch):
    batch = make_batch(equal=True)
    skipped = torch.isfinite(negatives_of(encoder, batch, negatives="joint")).sum(1)
    kept = torch.isfinite(negatives_of(encoder, batch, negatives="joint", skip_equal=False)).sum(1)
    assert skipped.tolist() == [8, 8, 10, 10, 10, 10]
    assert kept.tolist() == [10] * 6


def test_an_anchor_without_negatives_has_no_loss(encoder, make_batch):
    batch = make_batch(1)
    objective = SequenceContrast(SequenceContrastOptions(), encoder, {}).double()
    loss = objective(batch, Encodings(batch, {"query": encoder})).loss
    loss.backward()
    assert loss.item() == 0
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters() if p.grad is not None)


@pytest.mark.parametrize("negatives", ["cross", "joint"])
def test_both_directions_are_symmetric_under_swapping_sides(encoder, make_batch, negatives):
    batch = make_batch()
    losses = []
    for on in (("source", "target"), ("target", "source")):
        objective = SequenceContrast(SequenceContrastOptions(negatives=negatives, on=on), encoder, {})
        losses.append(objective(batch, Encodings(batch, {"query": encoder})).loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def queued(encoder: Encoder, size: int = 5, **options: Any) -> SequenceContrast:
    defaults = {"queue": size, "momentum": 0.9, "negatives": "none", "directions": "forward"}
    return SequenceContrast(SequenceContrastOptions(**defaults | options), encoder, {}).double()


def test_queue_is_first_in_first_out_and_wraps(encoder):
    objective = queued(encoder)
    for start in (0, 3, 6):
        keys = torch.arange(start, start + 3, dtype=torch.float64)[:, None].expand(3, 12)
        objective._enqueue(keys, torch.arange(start, start + 3))
    assert objective.queue[:, 0].tolist() == [5, 6, 7, 8, 4]
    assert objective.queue_hashes.tolist() == [5, 6, 7, 8, 4]
    assert objective.pointer.item() == 4
    objective._enqueue(torch.arange(20.0, 28).double()[:, None].expand(8, 12), torch.arange(20, 28))
    assert sorted(objective.queue[:, 0].tolist()) == [23, 24, 25, 26, 27]


def test_prefill_fills_the_queue_with_momentum_keys(encoder, make_batch):
    objective = queued(encoder, 16)
    models: dict[Model, Encoder] = {"query": encoder, Momentum(0.9): encoder}
    seeds = 0
    assert objective.unfilled() == 16
    while objective.unfilled():
        objective.prefill(batch := make_batch(seed=seeds), Encodings(batch, models))
        seeds += 1
    assert seeds == 3
    expected = objective._vectors("target", Momentum(0.9), batch := make_batch(seed=2), Encodings(batch, models))
    assert torch.allclose(objective.queue[12:16], expected[:4])
    assert queued(encoder, prefill=False).unfilled() == 0


def test_a_queue_is_no_longer_than_the_corpus():
    options = SequenceContrastOptions(queue=512)
    assert [options.fitted(pairs).queue for pairs in (300, 9000, 0)] == [300, 512, 512]


def test_a_key_equal_to_the_positive_is_hidden_in_the_queue(encoder, make_batch):
    batch = make_batch()
    objective = queued(encoder, negatives="none")
    objective.queue_hashes[2] = batch.views["target"].hashes[4]
    hashes = [batch.views[name].hashes for name in ("source", "target")]
    scores = objective._negatives(torch.ones(6, 12).double(), torch.ones(6, 12).double(), hashes)
    assert torch.isneginf(scores).nonzero().tolist() == [[4, 2]]


def test_step_enqueues_after_the_update_not_before(encoder, make_batch):
    batch = make_batch()
    objective = queued(encoder, 12)
    before = objective.queue.clone()
    output = objective(batch, Encodings(batch, {"query": encoder, Momentum(0.9): encoder}))
    output.loss.backward()
    assert torch.equal(objective.queue, before)
    objective.after_step(output.carried[""])
    assert objective.pointer.item() == 6
    assert torch.equal(objective.queue_hashes[:6], batch.views["target"].hashes)


def test_keys_have_no_gradient(encoder, make_batch):
    batch = make_batch()
    objective = queued(encoder, projection="mlp")
    objective(batch, Encodings(batch, {"query": encoder, Momentum(0.9): encoder})).loss.backward()
    assert all(p.grad is None for p in objective.key_projection.parameters())
    assert all(p.grad is not None for p in objective.projection.parameters())


def test_follow_is_an_exponential_average():
    slow, fast = torch.nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    torch.nn.init.constant_(fast.weight, 2.0)
    present(fast.running_mean).add_(5)
    follower = Follower(slow, fast, 0.75)
    follower.step()
    assert slow.weight.tolist() == [1.25] * 3
    assert present(slow.running_mean).tolist() == [5] * 3
    follower.step()
    assert slow.weight.tolist() == [1.4375] * 3


def test_momentum_with_both_directions_encodes_both_sides_twice(encoder):
    objective = queued(encoder, directions="both")
    assert set(objective.options.passes()) == {
        Pass("source"),
        Pass("target"),
        Pass("source", model=Momentum(0.9)),
        Pass("target", model=Momentum(0.9)),
    }


def test_diagnostics():
    x = torch.eye(3)
    found = diagnostics(x, x)
    assert found["accuracy"] == 1
    assert found["alignment"] == 0
    assert found["uniformity"].item() == pytest.approx(-4)  # distance squared 2 between all
    assert diagnostics(x, x.roll(1, 0))["accuracy"] == 0


@pytest.mark.parametrize("compat", [{}, {"compat": "official"}], ids=["paper", "official"])
def test_ml_ctl_equals_its_equations(encoder, make_batch, compat):
    """Sentence and word, first and last layer, concatenated before the head; cross-zero NCE over both languages."""
    options = presets.load("ml-ctl", compat).objectives["contrast"]
    assert isinstance(options, SequenceContrastOptions)
    objective, batch = SequenceContrast(options, encoder, {}).double(), make_batch()
    spans = {Span(name): SpanTokens(batch.views[name].starts + 1, torch.arange(6)) for name in ("source", "target")}
    batch = dataclasses.replace(batch, answers=spans)
    official = bool(compat)

    def vector(name: str, row: int) -> torch.Tensor:
        view = batch.views[name]
        states = Encodings(batch, {"query": encoder}).hidden(name, masked=official)
        own, word = view.rows == row, int(view.starts[row]) + 1
        total = sum(torch.cat((states.tokens(i)[own].mean(0), states.tokens(i)[word])) for i in (1, 2))
        return objective.projection(total if official else total / 2)

    x, y = (torch.stack([vector(name, row) for row in range(6)]).detach() for name in ("source", "target"))
    losses = []
    for anchors, keys in ((x, y), (y, x))[: 1 if official else 2]:
        for i in range(6):
            score = [similarity(anchors[i], other, options) for both in (anchors, keys) for other in both]
            negatives = [s for j, s in enumerate(score) if j % 6 != i]
            assert len(negatives) == 10
            losses.append(math.log(sum(map(math.exp, negatives))) - score[6 + i])
    found = objective(batch, Encodings(batch, {"query": encoder}))
    assert found.loss.item() == pytest.approx(sum(losses) / len(losses), abs=1e-6)
    assert found.count == len(losses)
