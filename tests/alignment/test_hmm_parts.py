"""The pieces of the statistical aligner against brute force."""

from itertools import product

import numpy as np
import pytest
from every_alignment import all_alignments
from hypothesis import given
from hypothesis import strategies as st

from xlalign.alignment.hmm import estimate, maximise, table
from xlalign.alignment.hmm.aligner import HmmAligner
from xlalign.alignment.hmm.arrays import ArraySpool
from xlalign.alignment.hmm.decode import elsewhere
from xlalign.alignment.hmm.forward_backward import MAX_JUMP, posteriors, transitions
from xlalign.alignment.hmm.numbering import Vocabulary, batch_rows, encode, make_batch
from xlalign.alignment.hmm.romanise import plain
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.hmm.similarity import bigrams, dice

words = st.lists(st.sampled_from("abcde"), max_size=6)
texts = st.lists(st.tuples(words, words), min_size=1, max_size=8)
P_NULL = 0.2


def number(pairs):
    return encode(pairs, Vocabulary(), Vocabulary())


def random_parameters(rng, pairs, corpus):
    def side(size):
        return estimate.Direction(
            np.append(rng.uniform(0.05, 1, pairs.size), 0).astype(np.float32),
            np.append(rng.uniform(0.05, 1, size), 0).astype(np.float32),
            rng.uniform(0.1, 1, 2 * MAX_JUMP + 1),
        )

    return estimate.Parameters(side(corpus.target.size), side(corpus.source.size))


def test_forward_backward_sums_over_all_paths():
    rng = np.random.default_rng(0)
    shapes = [(3, 2), (1, 3), (4, 1), (2, 3)]
    longest, widest = 4, 3
    emission = np.zeros((longest, len(shapes), widest + 1), dtype=np.float32)
    null = np.ones((longest, len(shapes)), dtype=np.float32)
    jumps = rng.uniform(0.1, 1, 2 * MAX_JUMP + 1)
    expected = []
    for pair, (length, width) in enumerate(shapes):
        e, q = rng.uniform(0.01, 1, (length, width)), rng.uniform(0.01, 1, length)
        emission[:length, pair, 1 : width + 1], null[:length, pair] = e, P_NULL * q
        expected.append(all_alignments(e, q, jumps, P_NULL))
    lengths = np.array([width for _, width in shapes])
    found = posteriors(emission, null, transitions(jumps, lengths, widest + 1, P_NULL))
    for pair, (length, width) in enumerate(shapes):
        np.testing.assert_allclose(found.gamma[:length, pair, 1 : width + 1], expected[pair][0], atol=2e-6)
        np.testing.assert_allclose(found.null[:length, pair], expected[pair][1], atol=2e-6)
    np.testing.assert_allclose(found.jumps, sum(row[2] for row in expected), atol=1e-5)


@given(texts)
def test_the_table_holds_exactly_the_pairs_that_co_occur(pairs):
    corpus = number(pairs)
    found, shards = table.build(corpus)
    expected = {(s, t) for source, target in pairs for s in source for t in target}
    forms = Vocabulary(), Vocabulary()
    encode(pairs, *forms)
    entries = zip(found.source.tolist(), found.target.tolist(), strict=True)
    assert {(forms[0].words[e], forms[1].words[f]) for e, f in entries} == expected
    assert (np.diff(found.keys) > 0).all()
    for shard in shards:
        for batch, cells in zip(shard.batches, shard.cells, strict=True):
            for place, (j, i) in np.ndenumerate(np.empty(cells.shape, dtype=[("j", int), ("i", int)])):
                del j, i
                pair, row, column = place
                entry = shard.entries[cells[place]]
                inside = row < batch.target_lengths[pair] and column < batch.source_lengths[pair]
                assert (entry < found.size) == inside
                if inside:
                    key = table.pair_keys(batch.source[pair, column], batch.target[pair, row], corpus.target.size)
                    assert found.keys[entry] == key


def counted(pairs, step, workers=1, seed=0):
    corpus = number(pairs)
    entries, shards = table.build(corpus)
    now = random_parameters(np.random.default_rng(seed), entries, corpus)
    return corpus, entries, now, estimate.expected_counts(shards, now, step, P_NULL, workers, "test")


@given(texts)
def test_ibm1_counts_by_the_formula(pairs):
    corpus, entries, now, counts = counted(pairs, estimate.ibm1_counts)
    expected = np.zeros(entries.size + 1)
    null = np.zeros(corpus.target.size + 1)
    for row in range(len(corpus)):
        e = corpus.source.ids[corpus.source.starts[row] : corpus.source.starts[row + 1]]
        for f in corpus.target.ids[corpus.target.starts[row] : corpus.target.starts[row + 1]]:
            if not len(e):
                continue
            places = entries.find(table.pair_keys(e, np.full(len(e), f), corpus.target.size))
            mass = (1 - P_NULL) / len(e) * now.forward.lexical[places]
            empty = P_NULL * now.forward.null[f]
            np.add.at(expected, places, mass / (mass.sum() + empty))
            null[f] += empty / (mass.sum() + empty)
    np.testing.assert_allclose(counts.lexical[0], expected, rtol=1e-4)
    np.testing.assert_allclose(counts.null[0][:-1], null[:-1], rtol=1e-4)


@given(texts)
def test_hmm_counts_are_products_of_both_directions(pairs):
    corpus, entries, now, counts = counted(pairs, estimate.hmm_counts)
    expected = np.zeros(entries.size + 1)
    for rows in batch_rows(corpus):
        for row in rows:
            batch = make_batch(corpus, np.array([row]))
            keys = table.pair_keys(batch.source[:, None, :], batch.target[:, :, None], corpus.target.size)
            cells = entries.find(keys.ravel()).reshape(keys.shape).astype(np.int32)
            ahead, back = estimate.hmm_posteriors(batch, cells, now, P_NULL)
            np.testing.assert_allclose(ahead.gamma.sum(axis=2) + ahead.null, 1, atol=1e-5)
            np.testing.assert_allclose(back.gamma.sum(axis=1) + back.null, 1, atol=1e-5)
            np.add.at(expected, cells, ahead.gamma * back.gamma)
    np.testing.assert_allclose(counts.lexical[0], expected, atol=1e-5)


def test_counts_do_not_depend_on_workers_or_memory(monkeypatch):
    rng = np.random.default_rng(5)
    pairs = [tuple([f"{side}{n}" for n in rng.integers(0, 40, rng.integers(1, 9))] for side in "st") for _ in range(90)]
    monkeypatch.setattr(table, "SHARD_CELLS", 300)
    alone = counted(pairs, estimate.hmm_counts)[3]
    together = counted(pairs, estimate.hmm_counts, workers=3)[3]
    monkeypatch.setattr(table, "ArraySpool", lambda: ArraySpool(budget=0))
    spooled = counted(pairs, estimate.hmm_counts, workers=2)[3]
    for other in (together, spooled):
        for mine, theirs in zip((*alone.lexical, *alone.null), (*other.lexical, *other.null), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_maximise_with_and_without_bayes():
    from scipy.special import digamma

    pairs = [(["a", "b"], ["x", "y"]), (["a"], ["x"])]
    corpus = number(pairs)
    entries, _ = table.build(corpus)
    seen = np.array([2.0, 0.5, 0.0, 1.0, 0.0])
    counts = estimate.Counts((seen,), (np.ones(3), np.ones(3)), (np.ones(81), np.ones(81)))
    prior = maximise.Prior(np.array([0.5, 0, 0, 0], np.float32), np.array([0, 0, 0.25, 0], np.float32))
    plain_ = maximise.maximise(entries, counts, prior, HmmSettings(), bayes=False)
    np.testing.assert_allclose(plain_.forward.lexical, [2.5 / 3, 0.5 / 3, 0, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(plain_.reverse.lexical, [2 / 2.25, 0.5 / 1.5, 0.25 / 2.25, 1 / 1.5, 0], rtol=1e-6)
    bayes = maximise.maximise(entries, counts, prior, HmmSettings(concentration=0.01), bayes=True)
    np.testing.assert_allclose(bayes.forward.lexical[0], np.exp(digamma(2.51) - digamma(3.02)), rtol=1e-5)


@given(st.lists(st.text("abcdeé東", max_size=6), min_size=1, max_size=8))
def test_dice_of_all_pairs(forms):
    size = len(forms)
    numbers = np.arange(size, dtype=np.int32)
    pairs = table.PairTable(np.repeat(numbers, size), np.tile(numbers, size), size, size)
    found = dice(pairs, forms, forms, cutoff=0.5).reshape(size, size)
    for e, f in product(range(size), repeat=2):
        a, b = bigrams(forms[e]), bigrams(forms[f])
        value = 2 * len(a & b) / (len(a) + len(b))
        assert found[e, f] == pytest.approx(value if value >= 0.5 else 0.0)


@pytest.mark.parametrize(
    ("word", "latin"),
    [("Éducation", "education"), ("Фокер", "foker"), ("カナダ", "kanada"), ("मारिया", "mariya"), ("Αθήνα", "athina"),
     ("서울", "seoul"), ("。", "."), ("我", "我"), ("1999", "1999"), ("ー", "ー")],
)  # fmt: skip
def test_latin_spelling(word, latin):
    assert plain(word) == latin


@given(st.lists(st.lists(st.integers(-5, 5), max_size=9), max_size=6), st.integers(0, 100))
def test_spool_gives_back_what_went_in(rows, budget):
    spool = ArraySpool(budget)
    for row in rows:
        spool.append(np.array(row, dtype=np.int32))
    assert [spool[n].tolist() for n in range(len(spool))] == rows


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([1, 1 << 60]))
def test_unique_keys_small_and_huge(numbers, factor):
    keys = np.array(numbers, dtype=np.int64) * factor // 64
    unique, inverse = table.unique_keys(keys)
    assert (np.diff(unique) > 0).all()
    assert (unique[inverse] == keys).all()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_batches_cover_every_pair_with_words_once(shapes):
    corpus = number([(["a"] * w, ["b"] * h) for w, h in shapes])
    rows = batch_rows(corpus, limit=900, waste=200)
    assert sorted(n for chosen in rows for n in chosen) == [n for n, (w, h) in enumerate(shapes) if w and h]
    for chosen in rows:
        batch = make_batch(corpus, chosen)
        cells = batch.source_lengths @ batch.target_lengths
        assert len(chosen) == 1 or np.prod(batch.shape) <= 900
        assert len(chosen) == 1 or np.prod(batch.shape) - cells <= 200


def test_association_is_what_the_other_pairs_say():
    text = [(["a"], ["x"])] * 3 + [(["b"], ["y"])]
    model = HmmAligner(HmmSettings(prefix_weight=0.0)).train(text)
    (found,) = model.find([(["a"], ["x"]), (["b"], ["y"]), (["new"], ["neu"])])
    by_pair = dict(zip(found.rows, found.evidence.association.tolist(), strict=True))
    own = dict(zip(found.rows, found.evidence.posterior.tolist(), strict=True))
    joint = model.estimate.joint.tolist()
    assert max(joint) == pytest.approx(3 * own[0] ** 2, rel=0.05)
    expected = (2 * (max(joint) - own[0] ** 2) + 0.1) / (2 * max(joint) - 2 + 1)
    assert by_pair[0] == pytest.approx(expected)
    assert by_pair[0] > 0.7
    assert by_pair[1] == pytest.approx(0.1, abs=0.05)
    assert by_pair[2] == pytest.approx(0.1)


def test_the_example_of_association():
    found = elsewhere(np.array([3.0, 1.0, 0.0]), np.array([8.0, 2.0, 40.0]), np.array([1.0, 1.0, 0.5]))
    assert found == pytest.approx([(2 * 2 + 0.1) / 7, 0.1, 0.1 / 39])
