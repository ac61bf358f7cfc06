import pickle
import random

import numpy as np
import pytest
import torch

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import AlignerInputs
from xlalign.alignment.encoder import embed as making
from xlalign.alignment.encoder import rules
from xlalign.alignment.encoder.embed import Embedder, windows
from xlalign.errors import UserError

SIMALIGN = {"argmax": "inter", "itermax": "itermax", "match": "mwmf", "forward": "fwd", "reverse": "rev"}


def make(name, encoder, **options):
    return ALIGNERS.get(name)(**options).make(AlignerInputs(encoder=encoder))


def invented_pairs(count, seed=3):
    draw = random.Random(seed)
    vocabulary = [
        "the",
        "quick",
        "dog",
        "believe",
        "wir",
        "glauben",
        "nicht",
        "Москва",
        "far",
        "東京",
        "遠い",
        "です",
        "cherry-pick",
        "12",
        ".",
        ",",
        "!",
    ]

    def sentence():
        return [draw.choice(vocabulary) for _ in range(draw.choice([1, 2, 3, 5, 8, 13, 21]))]

    return [(sentence(), sentence()) for _ in range(count)]


def real_pairs(folder):
    for name in ("enfr", "jaen"):
        pairs = gold.read(folder / f"{name}.src-tgt.xz").pairs
        yield from [pair for pair in pairs if len(pair[0]) + len(pair[1]) < 30][::12]


NOISE = 4e-6
"""Two similarities that are closer than this are a tie: float32 states differ by about half of it between batches."""


def assert_equal_to_simalign(encoder, pairs, pooling, layer=3, match_up_to=1000):
    """`match_up_to`: longer pairs are not matched, because simalign's own matching takes seconds for each."""
    import simalign

    kind = {"subword": "bpe", "word": "word"}[pooling]
    options = {"layer": layer, "pooling": pooling, "device": "cpu", "token_budget": 256}
    short = [pair for pair in pairs if max(map(len, pair)) <= match_up_to]
    for letters, names, chosen in (
        ("aifr", ("argmax", "itermax", "forward", "reverse"), pairs),
        ("m", ("match",), short),
    ):
        theirs = simalign.SentenceAligner(str(encoder), token_type=kind, matching_methods=letters, layer=layer)
        expected = [theirs.get_word_aligns(*pair) for pair in chosen]
        for name in names:
            found = make(name, encoder, **options).align(chosen)
            other = [n for n, own in enumerate(found) if list(own.links) != expected[n][SIMALIGN[name]]]
            assert len(other) <= 0.02 * len(chosen), f"{name}: {len(other)} of {len(chosen)} pairs differ"
            for number in other:
                assert_tied(theirs, chosen[number], found[number].links, SIMALIGN[name])
            assert all(0 <= score <= 1 for alignment in found for score in alignment.scores)


def assert_tied(theirs, pair, links, method):
    """simalign itself gives these links when its similarities are moved by less than NOISE."""
    plain, draw = theirs.get_similarity, np.random.default_rng(0)
    theirs.get_similarity = lambda x, y: plain(x, y) + draw.uniform(-NOISE, NOISE, (len(x), len(y)))
    try:
        assert any(theirs.get_word_aligns(*pair)[method] == list(links) for _ in range(50)), (method, pair)
    finally:
        del theirs.get_similarity


@pytest.mark.parametrize("pooling", ["subword", "word"])
def test_link_for_link_equal_to_simalign(encoder, pooling):
    assert_equal_to_simalign(encoder, invented_pairs(25), pooling)


@pytest.mark.parametrize("pooling", [pytest.param("subword", marks=pytest.mark.slow), "word"])
def test_link_for_link_equal_to_simalign_on_real_text(encoder, pooling, wordalign):
    assert_equal_to_simalign(encoder, list(real_pairs(wordalign)), pooling)


GOLD_TEXTS = ["enfr.src-tgt.xz", "jaen.src-tgt.xz", *(f"xlwa/en-{x}.test.tsv*" for x in ("bg", "da", "it", "nl", "ru"))]


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["subword", "word"])
@pytest.mark.parametrize("name", GOLD_TEXTS)
def test_link_for_link_equal_to_simalign_on_every_gold_text(encoder, wordalign, name, pooling):
    pairs = [pair for pair in gold.read(next(wordalign.glob(name))).pairs if max(map(len, pair)) <= 60]
    assert_equal_to_simalign(encoder, pairs, pooling, match_up_to=20)


def test_results_do_not_depend_on_batching(encoder):
    pairs = invented_pairs(30)
    alone, large = (make("itermax", encoder, layer=2, device="cpu", token_budget=budget) for budget in (64, 4096))
    together = [a.links for a in large.align(pairs)]
    assert [a.links for a in alone.align(pairs)] == together
    assert [alone.align([pair])[0].links for pair in pairs] == together


@pytest.mark.parametrize("name", ["softmax", "sinkhorn", "transport"])
@pytest.mark.parametrize("pooling", ["subword", "word"])
def test_other_rules_give_sorted_links_inside_the_pair(encoder, name, pooling):
    own = {"threshold": 0.01} if name == "softmax" else {}
    aligner = make(name, encoder, layer=2, pooling=pooling, device="cpu", **own)
    pairs = invented_pairs(12)
    for (source, target), found in zip(pairs, aligner.align(pairs), strict=True):
        assert list(found.links) == sorted(set(found.links))
        assert len(found.links) == len(found.scores)
        assert all(i < len(source) and j < len(target) for i, j in found.links)


def test_identical_sentences_link_on_the_diagonal(encoder):
    words = ["wir", "glauben", "nicht", ",", "daß", "東京", "far"]
    for name in ("argmax", "itermax", "match", "transport"):
        found = make(name, encoder, layer=4, device="cpu").align([(words, words)])[0]
        assert found.links == tuple((n, n) for n in range(len(words))), name


def test_an_empty_side_has_no_links(encoder):
    found = make("itermax", encoder, layer=1, device="cpu").align([([], ["a"]), (["a"], [])])
    assert [alignment.links for alignment in found] == [(), ()]
    assert make("itermax", encoder, layer=1, device="cpu").align([]) == []


def test_a_sentence_longer_than_the_window_is_aligned_to_its_end(encoder):
    words = [f"{word}{number}" for number, word in enumerate(["dog", "far", "the", "believe"] * 60)]
    found = make("argmax", encoder, layer=0, device="cpu").align([(words, words)])[0]
    assert {i for i, _ in found.links} >= {0, len(words) - 1}
    assert len(found.links) > 0.5 * len(words)


@pytest.mark.parametrize(("length", "size"), [(5, 10), (10, 10), (11, 10), (95, 10), (7, 1)])
def test_windows_keep_every_subword_once(length, size):
    pieces = list(windows(3, 3 + length, size))
    kept = [n for piece in pieces for n in range(piece.keep_first, piece.keep_last)]
    assert kept == list(range(3, 3 + length))
    assert all(p.last - p.first <= size and p.first <= p.keep_first < p.keep_last <= p.last for p in pieces)


def test_stopping_at_a_layer_gives_that_layers_states(encoder):
    from transformers import AutoModel

    words = ["wir", "glauben", "nicht"]
    whole = AutoModel.from_pretrained(str(encoder)).eval()
    for layer in range(5):
        embedder = Embedder(encoder, layer, "cpu")
        subwords = embedder.subwords([words])
        ids = [*embedder.frames[0].prefix, *subwords.ids.tolist(), *embedder.frames[0].suffix]
        with torch.no_grad():
            expected = whole(torch.tensor([ids]), output_hidden_states=True).hidden_states[layer][0, 1:-1]
        torch.testing.assert_close(embedder.states(subwords), expected)


def test_windows_on_packed_rows_have_the_states_of_padded_ones(encoder):
    sentences = [side for pair in invented_pairs(9) for side in pair] + [["dog"] * 600]
    packed, padded = Embedder(encoder, 2, "cpu", budget=100, workers=2), Embedder(encoder, 2, "cpu", budget=4096)
    assert packed.body.packed
    padded.body.path = "padded"
    subwords = packed.subwords(sentences)
    torch.testing.assert_close(packed.states(subwords), padded.states(subwords), atol=1e-5, rtol=1e-5)


def test_a_copy_in_another_process_loads_its_own_encoder(encoder):
    own = make("itermax", encoder, layer=2, device="cpu")
    own.workers = 2
    expected = own.align(invented_pairs(5))
    copy = pickle.loads(pickle.dumps(own))
    assert copy.workers == 1
    assert copy.align(invented_pairs(5)) == expected


def test_processes_share_out_the_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    names = ("MainProcess", "SpawnProcess-1", "SpawnProcess-2", "SpawnProcess-3")
    found = []
    for name in names:
        monkeypatch.setattr(making, "current_process", lambda name=name: type("Process", (), {"name": name}))
        found.append(making._own_device())
    assert found == [None, "cuda:1", "cuda:0", "cuda:1"]


def test_unknown_layer_and_missing_encoder(encoder):
    with pytest.raises(UserError, match="layers 0 to 4, not 9"):
        Embedder(encoder, 9, "cpu")
    with pytest.raises(UserError, match="needs an encoder"):
        make("itermax", None)


def matrices(seed):
    rng = np.random.default_rng(seed)
    sizes = [(3, 4), (5, 2), (1, 1)]
    values, real = torch.full((3, 5, 4), 9.0), torch.zeros(3, 5, 4, dtype=torch.bool)
    for pair, (m, n) in enumerate(sizes):
        values[pair, :m, :n] = torch.from_numpy(rng.normal(size=(m, n)))
        real[pair, :m, :n] = True
    return sizes, values, real


def test_softmax_against_the_formula():
    sizes, values, real = matrices(0)
    chosen = rules.softmax(values, real, threshold=0.2)
    for pair, (m, n) in enumerate(sizes):
        exp = np.exp(values[pair, :m, :n].numpy())
        row, column = exp / exp.sum(1, keepdims=True), exp / exp.sum(0, keepdims=True)
        assert (chosen.links[pair, :m, :n].numpy() == ((row > 0.2) & (column > 0.2))).all()
        np.testing.assert_allclose(chosen.scores[pair, :m, :n], 2 * row * column / (row + column), rtol=1e-5)
    assert not (chosen.links & ~real).any()


def test_sinkhorn_rows_sum_to_one():
    sizes, values, real = matrices(1)
    plan = rules.sinkhorn(values, real).scores
    for pair, (m, _) in enumerate(sizes):
        np.testing.assert_allclose(plan[pair, :m].sum(1), 1.0, rtol=1e-5)


def test_weaker_marginals_transport_less_of_a_bad_match():
    cosine = torch.tensor([[[0.9, -0.9], [-0.9, -0.8]]])
    real = torch.ones(1, 2, 2, dtype=torch.bool)
    exact = rules.transport(cosine, real, 0.1).scores
    loose = rules.transport(cosine, real, 0.1, marginal=0.2).scores
    assert loose[0, 1, 1] < exact[0, 1, 1]
