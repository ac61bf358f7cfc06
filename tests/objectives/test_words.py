"""Word alignment, labelling, embeddings, distillation and anchors against loops written from the formulas."""

import copy
import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.objectives.anchor.loss import Anchor
from xlalign.objectives.anchor.options import AnchorOptions
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.distillation.loss import Distillation
from xlalign.objectives.distillation.options import DistillationOptions
from xlalign.objectives.embedding_alignment.loss import EmbeddingAlignment, entry_rows
from xlalign.objectives.embedding_alignment.options import EmbeddingAlignmentOptions
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.requests import BatchLinks, Model
from xlalign.objectives.views import DictionaryRows, TokenView, WordPairs
from xlalign.objectives.word_alignment.loss import WordAlignment, label
from xlalign.objectives.word_alignment.options import WordAlignmentOptions
from xlalign.objectives.words import padded, word_tokens, word_vectors

LINKS = WordPairs(torch.tensor([0, 0, 1, 3, 4]), torch.tensor([[0, 1], [1, 0], [1, 1], [0, 0], [1, 1]]))


@pytest.fixture
def linked(make_batch):
    return dataclasses.replace(make_batch(), answers={BatchLinks(): LINKS})


def token_of(view: TokenView, row: int, word: int, side: int = 0) -> int:
    """The (only) token of a word: in these batches every token is a word."""
    return int(((view.rows == row) & (view.words == word) & (view.sides == side)).nonzero()[0, 0])


def linked_states(encoder: Encoder, batch: TrainingBatch, layer: int = -1) -> list[torch.Tensor]:
    passes = Encodings(batch, {"query": encoder})
    return [
        torch.stack(
            [
                passes.hidden(name).tokens(layer).detach()[token_of(batch.views[name], row, words[side])]
                for row, words in zip(LINKS.rows.tolist(), LINKS.words.tolist(), strict=True)
            ]
        )
        for side, name in enumerate(("source", "target"))
    ]


@pytest.mark.parametrize("form", ["nce", "joint", "l2"])
def test_word_losses_equal_the_formula(encoder, linked, form):
    objective = WordAlignment(WordAlignmentOptions(form=form, temperature=0.4), encoder, {})
    output = objective(linked, Encodings(linked, {"query": encoder}))
    x, y = linked_states(encoder, linked)
    if form == "l2":
        expected = sum(float((a - b) @ (a - b)) for a, b in zip(x, y, strict=True)) / 5
    else:
        losses = []
        for anchors, keys in ((x, y), (y, x)):
            for i in range(5):
                score = [float(F.cosine_similarity(anchors[i], k, dim=0)) / 0.4 for k in keys]
                others = [s for j, s in enumerate(score) if j != i]
                if form == "joint":
                    others += [
                        float(F.cosine_similarity(anchors[i], anchors[j], dim=0)) / 0.4 for j in range(5) if j != i
                    ]
                losses.append(-math.log(math.exp(score[i]) / (math.exp(score[i]) + sum(map(math.exp, others)))))
        expected = sum(losses) / 10
    assert output.loss.item() == pytest.approx(expected, rel=1e-9)
    output.loss.backward()
    assert encoder.embeddings.grad.abs().sum() > 0


def test_a_word_linked_twice_is_no_negative_of_itself(encoder, linked):
    twice = WordPairs(torch.tensor([0, 0, 1]), torch.tensor([[0, 1], [0, 0], [1, 1]]))
    batch = dataclasses.replace(linked, answers={BatchLinks(): twice})
    loss = WordAlignment(WordAlignmentOptions(form="nce"), encoder, {})(
        batch, Encodings(batch, {"query": encoder})
    ).loss
    states = Encodings(batch, {"query": encoder})
    x0 = states.hidden("source").tokens(-1)[token_of(batch.views["source"], 0, 0)]
    assert torch.isfinite(loss)
    assert not torch.allclose(x0, torch.zeros_like(x0))


@pytest.mark.parametrize("form", ["so", "co"])
@pytest.mark.parametrize("source", ["softmax", "file"])
def test_agreement_losses_equal_the_formula(encoder, linked, form, source):
    options = WordAlignmentOptions(form=form, source=source, layer=1, label_layer=1, threshold=0.1)
    output = WordAlignment(options, encoder, {})(linked, Encodings(linked, {"query": encoder}))
    passes, losses = Encodings(linked, {"query": encoder}), []
    for row in range(6):
        x, y = (
            passes.hidden(n).tokens(1).detach()[linked.views[n].content & (linked.views[n].rows == row)]
            for n in ("source", "target")
        )
        p, q = (x @ y.T).softmax(1), (x @ y.T).softmax(0)
        if form == "co":
            losses.append(-float(torch.trace(p @ q.T)) / min(len(x), len(y)))
            continue
        links = (p > 0.1) & (q > 0.1)
        if source == "file":
            links = torch.zeros(len(x), len(y), dtype=torch.bool)
            for r, (i, j) in zip(LINKS.rows.tolist(), LINKS.words.tolist(), strict=True):
                if r == row:
                    links[i, j] = True
        losses.append(-float((p * links).sum() / len(x) + (q * links).sum() / len(y)) / 2)
    assert output.loss.item() == pytest.approx(sum(losses) / 6, rel=1e-9)


def test_pointer_loss_equals_the_formula(encoder, linked):
    objective = WordAlignment(WordAlignmentOptions(form="pointer", source="file"), encoder, {}).double()
    output = objective(linked, Encodings(linked, {"query": encoder}))
    view = linked.views["concat"]
    states = Encodings(linked, {"query": encoder}).hidden("concat", masked=True).tokens(-1).detach()
    hidden = set(view.mask.selected.tolist())
    losses = []
    for row, (i, j) in zip(LINKS.rows.tolist(), LINKS.words.tolist(), strict=True):
        ends = token_of(view, row, i, 0), token_of(view, row, j, 1)
        for own, partner, side in ((ends[0], ends[1], 1), (ends[1], ends[0], 0)):
            if own in hidden:
                others = (view.content & (view.rows == row) & (view.sides == side)).nonzero()[:, 0]
                scores = (objective.key(states[others]) @ objective.query(states[own]) / math.sqrt(12)).detach()
                losses.append(-float(scores.log_softmax(0)[others.tolist().index(partner)]))
    assert output.count == len(losses) > 0
    assert output.loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-9)


@pytest.mark.parametrize("source", ["argmax", "itermax", "sinkhorn", "softmax"])
def test_self_labelled_links_need_no_file_and_carry_no_gradient(encoder, make_batch, source):
    batch = make_batch()
    encoder.train()
    objective = WordAlignment(WordAlignmentOptions(form="l2", source=source, threshold=0.05), encoder, {})
    passes = Encodings(batch, {"query": encoder})
    rows, words = objective._links(batch, passes)
    assert len(rows) > 0
    assert encoder.training
    assert not passes.hidden("source", model="label").tokens(-1).requires_grad
    assert words.max() < 9


def brute_mutual(similarity: np.ndarray) -> set[tuple[int, int]]:
    return {
        (i, j)
        for i, j in np.ndindex(*similarity.shape)
        if j == similarity[i].argmax() and i == similarity[:, j].argmax()
    }


def brute_itermax(similarity: np.ndarray) -> set[tuple[int, int]]:
    """Two rounds, one cell at a time."""
    links = brute_mutual(similarity)
    rows, columns = {i for i, _ in links}, {j for _, j in links}
    size = similarity.shape
    if min(size) <= 2 or len(rows) == size[0] or len(columns) == size[1]:
        return links
    weight = np.ones(size)
    for i, j in np.ndindex(*size):
        free = (i not in rows) + (j not in columns)
        weight[i, j] = {0: 0.0, 1: 0.9, 2: 1.0}[free]
    again = brute_mutual(similarity * weight)
    return links | {(i, j) for i, j in again if i not in rows or j not in columns}


@pytest.mark.parametrize("seed", range(5))
def test_batched_links_equal_links_pair_by_pair(seed):
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 9, (20, 2))
    similarity, real = torch.rand(20, 8, 8, dtype=torch.float64), torch.zeros(20, 8, 8, dtype=torch.bool)
    for b, (s, t) in enumerate(sizes):
        similarity[b, :s, :t] = torch.from_numpy(generator.random((s, t)))
        real[b, :s, :t] = True
    mutual, twice = (label(similarity, real, rule, 0.0) for rule in ("argmax", "itermax"))
    for b, (s, t) in enumerate(sizes):
        own = similarity[b, :s, :t].numpy()
        assert set(map(tuple, mutual[b].nonzero().tolist())) == brute_mutual(own)
        assert set(map(tuple, twice[b].nonzero().tolist())) == brute_itermax(own)


def test_words_of_a_view_of_two_are_told_apart_by_side(make_batch):
    view = make_batch().views["concat"]
    rows, words = torch.tensor([4, 0, 2]), torch.tensor([1, 0, 1])
    for side in (0, 1):
        positions, numbers = word_tokens(view, rows, words, side)
        expected = [token_of(view, r, w, side) for r, w in zip(rows.tolist(), words.tolist(), strict=True)]
        assert positions.tolist() == expected
        assert numbers.tolist() == [0, 1, 2]
    positions, numbers = word_tokens(view, torch.tensor([0]), torch.tensor([99]))
    assert len(positions) == len(numbers) == 0


def test_word_vectors_are_means_over_pieces(make_batch):
    view = make_batch().views["source"]
    joined = dataclasses.replace(view, words=torch.where(view.words >= 0, view.words // 2, -1))
    tokens = torch.randn(len(view.ids), 3)
    vector = word_vectors(tokens, joined, torch.tensor([0]), torch.tensor([0]))[0]
    assert torch.allclose(vector, tokens[1:3].mean(0))


def test_padded_holds_every_content_token_once(make_batch):
    view = make_batch().views["concat"]
    for side in (0, 1):
        positions, real = padded(view, side)
        assert positions[real].tolist() == (view.content & (view.sides == side)).nonzero()[:, 0].tolist()


DICTIONARY = DictionaryRows(
    torch.tensor([5, 6, 7, 8]), torch.tensor([9, 10, 11]), torch.tensor([0, 1, 1, 2]), torch.tensor([0, 1, 2]), 3
)


@pytest.mark.parametrize("form", ["cosine", "l2"])
def test_embedding_losses_equal_the_formula(encoder, make_batch, form):
    objective = EmbeddingAlignment(EmbeddingAlignmentOptions(form=form), encoder, {})
    batch = dataclasses.replace(make_batch(), answers={objective.options.dictionary: DICTIONARY})
    output = objective(batch, Encodings(batch, {"query": encoder}))
    e = encoder.embeddings.detach()
    pairs = [(e[5], e[9]), ((e[6] + e[7]) / 2, e[10]), (e[8], e[11])]
    if form == "cosine":
        expected = -sum(float(F.cosine_similarity(a, b, dim=0)) for a, b in pairs) / 3
    else:
        expected = sum(float((a - b) @ (a - b)) for a, b in pairs) / 3
    assert output.loss.item() == pytest.approx(expected, rel=1e-9)
    output.loss.backward()
    touched = (encoder.embeddings.grad.abs().sum(1) > 0).nonzero()[:, 0].tolist()
    assert touched == [5, 6, 7, 8, 9, 10, 11]  # only rows of the dictionary


def test_layer_contrast_equals_the_formula(encoder, make_batch):
    batch = make_batch(3)
    options = EmbeddingAlignmentOptions(form="contrast", temperature=0.5)
    views = dict(zip(options.views, (batch.views["source"], batch.views["target"]), strict=True))
    batch = dataclasses.replace(batch, views=views, answers={options.dictionary: DICTIONARY})
    objective = EmbeddingAlignment(options, encoder, {})
    loss = objective(batch, Encodings(batch, {"query": encoder}, objective.options.passes())).loss
    layers = [entry_rows(encoder.embeddings, DICTIONARY)]
    for layer in range(3):
        sides: list[torch.Tensor] = []
        for name, view in views.items():
            tokens = Encodings(batch, {"query": encoder}).hidden(name).tokens(layer)
            sides.append(torch.stack([tokens[view.content & (view.rows == r)].sum(0) for r in range(3)]))
        layers.append((sides[0], sides[1]))
    losses = []
    for x, y in layers:
        both = F.normalize(torch.cat((x, y)), dim=1)
        scores = (both @ both.T / 0.5).fill_diagonal_(-torch.inf)
        losses.append(F.cross_entropy(scores, torch.tensor([3, 4, 5, 0, 1, 2])))
    assert loss.item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-9)


@pytest.mark.parametrize("kind", ["mse", "cosine"])
def test_distillation_pulls_both_sides(encoder, make_batch, kind):
    torch.manual_seed(4)
    options, vectors = DistillationOptions(loss=kind), torch.randn(6, 12, dtype=torch.float64)
    batch = dataclasses.replace(make_batch(), answers={options.vectors: vectors})
    passes = Encodings(batch, {"query": encoder})
    output = Distillation(options, encoder, {})(batch, passes)
    expected = 0.0
    for name in ("source", "target"):
        view = batch.views[name]
        for row in range(6):
            vector, wanted = passes.hidden(name).tokens(-1).detach()[view.rows == row].mean(0), vectors[row]
            distance = 1 - F.cosine_similarity(vector, wanted, dim=0)
            expected += float(((vector - wanted) ** 2).mean() if kind == "mse" else distance) / 6
    assert output.loss.item() == pytest.approx(expected, rel=1e-9)


def test_anchors_start_at_zero_and_grow(encoder, make_batch):
    batch, first = make_batch(), copy.deepcopy(encoder)
    models: dict[Model, Encoder] = {"query": encoder, "init": first}
    anchors = [Anchor(AnchorOptions(to=to), encoder, {}).double() for to in ("parameters", "states")]
    for anchor in anchors:
        loss = anchor(batch, Encodings(batch, models)).loss
        loss.backward()
        assert loss.item() < 1e-5
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters() if p.grad is not None)
    torch._foreach_add_([p.detach() for p in encoder.parameters()], 0.5)
    count = sum(p.numel() for p in encoder.parameters())
    assert anchors[0](batch, Encodings(batch, models)).loss.item() == pytest.approx(0.5 * math.sqrt(count))
    now, then = (Encodings(batch, models).hidden("source", model=name).tokens(-1).detach() for name in models)
    expected = sum(float((a - b) @ (a - b)) for a, b in zip(now, then, strict=True)) / len(now)
    assert anchors[1](batch, Encodings(batch, models)).loss.item() == pytest.approx(expected, rel=1e-9)
    assert expected > 0.01
