"""New pieces shorten the text of the new language, keep old ids, and their rows are the sums that papers define."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from small_tokenizers import KINDS, sentences, tokenizer

from xlalign.errors import DataError
from xlalign.modeling.vocabulary.adapt import with_sums
from xlalign.modeling.vocabulary.extend import AddSettings, rescaled, with_new_pieces
from xlalign.modeling.vocabulary.initialisation import INITIALISATIONS
from xlalign.modeling.vocabulary.initialisation.base import Extension, RandomRows
from xlalign.modeling.vocabulary.initialisation.focus import Focus, sparsemax
from xlalign.modeling.vocabulary.initialisation.mean import MeanOfPieces
from xlalign.modeling.vocabulary.initialisation.neighbours import WordVectors, nearest, piece_vectors
from xlalign.modeling.vocabulary.initialisation.ofa import Ofa
from xlalign.modeling.vocabulary.initialisation.wechsel import Wechsel
from xlalign.modeling.vocabulary.static import context_vectors, factorised, mutual_information, rotation, unit
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.usage import compare, segmented

NEW = sentences("ru", 400)
KNOWN = sentences("en", 400)
LETTERS = [" ".join(letter + " " + 2 * letter for letter in "аеиоубдгклмнрст")] * 3
ADD = AddSettings(pieces=100, minimum_count=3)


@cache  # training ties are broken by chance, so one is trained for all tests
def known(kind: str):
    return tokenizer(kind, KNOWN + LETTERS, 250)


@pytest.fixture(scope="module")
def tables() -> dict[str, tuple[PieceTable, PieceTable]]:
    """By kind: a vocabulary that knows Russian letters, but no Russian words, and the one that was extended."""
    found = {}
    for kind in KINDS:
        before = PieceTable.of(known(kind))
        found[kind] = before, with_new_pieces(before, NEW, ADD)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_language_is_split_less(tables, kind):
    before, after = tables[kind]
    back = np.where(np.arange(after.size) < before.size, np.arange(after.size), -1)
    found = compare(before, after, back, [*(("ru", text) for text in NEW), *(("en", text) for text in KNOWN)])
    assert found["ru"].after.fertility() < 0.7 * found["ru"].before.fertility()
    assert found["en"].changed == 0
    assert 40 < after.size - before.size <= 130


@pytest.mark.parametrize("kind", KINDS)
def test_old_ids_stay_and_every_new_one_is_a_row(tables, kind):
    before, after = tables[kind]
    whole = known(kind)
    larger = after.tokenizer(whole)
    assert len(larger) == after.size
    assert {token: after.pieces.get(token, after.added.get(token)) for token in before.pieces} == before.pieces
    assert after.added == before.added
    assert larger(KNOWN[0])["input_ids"] == whole(KNOWN[0])["input_ids"]


@pytest.mark.parametrize("kind", ["gemma", "unigram", "wordpiece"])
def test_letters_that_were_unknown_become_pieces(kind):
    before = PieceTable.of(tokenizer(kind, KNOWN, 250))
    after = with_new_pieces(before, NEW, ADD)
    back = np.arange(after.size)
    found = compare(before, after, back, [("ru", text) for text in NEW])["ru"]
    assert found.after.unknown(after.unknown) == 0
    assert found.after.counts.sum() < found.before.counts.sum() or kind == "wordpiece"  # there a word was one unknown


def test_nothing_new_is_said(tables):
    with pytest.raises(DataError, match="no piece that the vocabulary lacks"):
        with_new_pieces(tables["bytes"][1], NEW, AddSettings(pieces=5, minimum_count=100_000))


def test_no_text_no_pieces(tables):
    with pytest.raises(DataError, match="no text"):
        with_new_pieces(tables["bytes"][0], [], ADD)


def test_scores_of_new_pieces_are_on_the_old_scale():
    trained, known = {"a": -1.0, "b": -2.0, "ab": -2.0, "abb": -30.0}, {"a": -6.0, "b": -7.0, "z": -20.0}
    assert rescaled(trained, known) == pytest.approx({"ab": -7.0, "abb": -20.0})
    assert rescaled({"ab": -2.0}, known) == {"ab": -2.0}


# Initialisations against what they are defined as, in loops.


def extension(tables, kind="unigram", **more) -> Extension:
    before, after = tables[kind]
    text = {"ru": NEW, "en": KNOWN}
    pairs = tuple((("ru", a), ("en", b)) for a, b in zip(NEW, KNOWN, strict=True))
    return Extension(before, after, ("ru",), text, pairs, **more)


def test_every_initialisation_is_listed():
    assert INITIALISATIONS.names() == ["focus", "mean", "ofa", "random", "wechsel"]


@pytest.mark.parametrize("kind", KINDS)
def test_mean_is_the_mean_of_the_rows_that_spelled_the_piece(tables, kind):
    before, after = tables[kind]
    weights = MeanOfPieces().weights(extension(tables, kind)).toarray()
    names = {number: piece for piece, number in before.pieces.items()}
    prefix = before.inner_prefix
    for row, piece in zip(weights, extension(tables, kind).pieces, strict=True):
        assert row.sum() == pytest.approx(1)
        letters = sorted(
            "".join(names[i].removeprefix(prefix) * round(row[i] / row[row > 0].min()) for i in np.flatnonzero(row))
        )
        assert set(letters) == set(piece.removeprefix(prefix))
    assert after.size - before.size == len(weights)


def test_mean_of_a_wordpiece_inside_a_word():
    before = PieceTable.of(tokenizer("wordpiece", KNOWN, 250))
    content = before.content | {"model": before.model | {"vocab": {"[UNK]": 0, "a": 1, "##a": 2, "##b": 3, "##ab": 4}}}
    small = PieceTable(content | {"added_tokens": []})
    larger = small.extended(dict.fromkeys(["##abb", "##aa", "ab"], 0.0))
    weights = MeanOfPieces().weights(Extension(small, larger, ("ru",), {})).toarray()
    np.testing.assert_allclose(weights, np.array([[0, 0, 0, 0.5, 0.5], [0, 0, 1, 0, 0], [0, 0.5, 0, 0.5, 0]]))


def test_sparsemax_is_the_projection_on_the_simplex():
    scores = np.random.default_rng(0).normal(size=(50, 7))
    found = sparsemax(scores)
    np.testing.assert_allclose(found.sum(1), 1)
    np.testing.assert_allclose(sparsemax(np.array([[0.9, 0.5, -1.0]])), [[0.7, 0.3, 0]])
    for row, best in zip(scores, found, strict=True):
        low, high = row.min() - 1, row.max()  # the threshold by bisection
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if np.maximum(row - middle, 0).sum() > 1 else (low, middle)
        np.testing.assert_allclose(best, np.maximum(row - low, 0), atol=1e-9)


def test_focus_weights_old_pieces_of_the_text_by_similarity(tables):
    options = Focus(dimensions=20, minimum_count=3)
    before, after = tables["unigram"]
    found = options.weights(extension(tables)).toarray()
    cut = segmented(after.backend(), NEW)
    counts = np.bincount(np.concatenate(cut), minlength=after.size)
    vectors = unit(context_vectors(cut, after.size, 20, options.window))
    old = [i for i in range(before.size) if counts[i] >= 3 and i not in before.added.values() and i != before.unknown]
    for new in range(before.size, after.size):
        row = found[new - before.size]
        if counts[new] < 3:
            assert not row.any()
            continue
        expected = sparsemax(np.array([[vectors[new] @ vectors[i] for i in old]]))[0]
        np.testing.assert_allclose(row[old], expected, atol=1e-9)
        assert row.sum() == pytest.approx(1)


def test_context_vectors_factorise_positive_mutual_information():
    cut = [np.array(s) for s in ([0, 1, 2], [0, 1], [3, 1, 2, 0])]
    counts = np.zeros((4, 4))
    for sentence in cut:
        for i, a in enumerate(sentence):
            for j, b in enumerate(sentence):
                if 0 < abs(i - j) <= 2:
                    counts[a, b] += 1 / abs(i - j)
    items, contexts = counts.sum(1) / counts.sum(), counts.sum(0) ** 0.75
    contexts /= contexts.sum()
    with np.errstate(divide="ignore"):
        expected = np.maximum(np.log(counts / counts.sum() / items[:, None] / contexts), 0)
    np.testing.assert_allclose(mutual_information(csr_matrix(counts)).toarray(), expected, atol=1e-12)
    left, values, _ = np.linalg.svd(expected)
    wanted = left[:, :2] * np.sqrt(values[:2])
    found = context_vectors(cut, 4, 2, 2)
    np.testing.assert_allclose(found @ found.T, wanted @ wanted.T, atol=1e-9)


def test_factors_are_the_same_each_time_and_small_matrices_have_some():
    matrix = csr_matrix(np.random.default_rng(1).random((30, 20)))
    np.testing.assert_array_equal(factorised(matrix, 5), factorised(matrix, 5))
    assert factorised(csr_matrix((3, 3)), 5).shape == (3, 5)


def test_a_planted_rotation_is_found():
    draw = np.random.default_rng(2)
    turn, _ = np.linalg.qr(draw.normal(size=(6, 6)))
    source = draw.normal(size=(40, 6))
    np.testing.assert_allclose(rotation(source, source @ turn.T), turn, atol=1e-12)


def test_piece_vectors_are_means_over_words_by_frequency(tables):
    before, _ = tables["unigram"]
    counts = {"ab": 3, "Ab": 1, "ba": 2, "no": 5}
    vectors = WordVectors({"ab": 0, "ba": 1}, np.array([[1.0, 0.0], [0.0, 4.0]]))
    found = piece_vectors(before, counts, vectors)
    expected = np.zeros_like(found)
    totals = np.zeros(len(found))
    for word, times in counts.items():
        if word.casefold() in vectors.rows:
            for number in segmented(before.backend(), [f" {word}"])[0]:
                expected[number] += times * vectors.matrix[vectors.rows[word.casefold()]]
                totals[number] += times
    np.testing.assert_allclose(found, expected / np.maximum(totals, 1)[:, None])


def test_nearest_is_a_softmax_over_the_nearest():
    draw = np.random.default_rng(3)
    queries, keys = draw.normal(size=(5, 4)), draw.normal(size=(9, 4))
    queries[2], keys[7] = 0, 0
    found = nearest(queries, keys, 3, 0.1).toarray()
    assert not found[2].any()
    assert not found[:, 7].any()
    for row in (0, 1, 3, 4):
        cosines = [
            q @ k / np.linalg.norm(q) / max(np.linalg.norm(k), 1e-9) for q, k in ((queries[row], k) for k in keys)
        ]
        best = sorted((i for i in range(9) if i != 7), key=lambda i: -cosines[i])[:3]
        shares = np.exp(np.array([cosines[i] for i in best]) / 0.1)
        np.testing.assert_allclose(found[row, best], shares / shares.sum())


TRANSLATED = [text.translate(str.maketrans("aeioubdgklmnrst", "аеиоубдгклмнрст")) for text in KNOWN]
"""The same sentences in other letters, so that the right neighbours are known."""


@pytest.mark.parametrize("options", [Wechsel(dimensions=40), Ofa(dimensions=40)], ids=["wechsel", "ofa"])
def test_neighbours_are_translations(options):
    before = PieceTable.of(tokenizer("unigram", KNOWN + LETTERS, 250))
    after = with_new_pieces(before, TRANSLATED, ADD)
    words = {
        (a, b)
        for new, old in zip(TRANSLATED, KNOWN, strict=True)
        for a, b in zip(new.split(), old.split(), strict=True)
    }
    dictionary = sorted(words)[::2]
    pairs = tuple((("ru", a), ("en", b)) for a, b in zip(TRANSLATED, KNOWN, strict=True))
    made = Extension(before, after, ("ru",), {"ru": TRANSLATED, "en": KNOWN}, pairs, dictionary)
    weights = options.weights(made)
    back = str.maketrans("аеиоубдгклмнрст", "aeioubdgklmnrst")
    names = {number: piece for piece, number in before.pieces.items()}
    best = [names[number] for number in weights.toarray().argmax(1)]
    found = [(piece.translate(back), old) for piece, old in zip(made.pieces, best, strict=True)]
    tried = [(wanted, old) for wanted, old in found if wanted in before.pieces]
    assert len(tried) > 15
    assert np.mean([wanted == old for wanted, old in tried]) > 0.6


def test_wechsel_without_entries_says_so(tables):
    with pytest.raises(DataError, match="dictionary"):
        Wechsel().weights(extension(tables))


def test_ofa_without_pairs_says_so(tables):
    made = extension(tables)
    with pytest.raises(DataError, match="pairs"):
        Ofa().weights(Extension(made.old, made.new, ("ru",), made.text))


def test_vectors_are_read_from_a_file(tmp_path):
    path = tmp_path / "words.vec"
    path.write_text("2 3\nab 1 0 0\nBa 0 1 0\nxx 1 1 1\n", encoding="utf-8")
    found = WordVectors.read(path, ["ab", "ba"])
    assert found.rows == {"ab": 0, "ba": 1}
    np.testing.assert_array_equal(found.matrix, [[1, 0, 0], [0, 1, 0]])
    path.write_text("ab 1 0 0\nba 0 1\n", encoding="utf-8")
    with pytest.raises(DataError, match=":2: 2 numbers"):
        WordVectors.read(path, ["ab", "ba"])


def test_rows_are_sums_and_rows_without_weights_are_drawn():
    old = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    weights = csr_matrix(np.array([[0.5, 0, 0.5, 0, 0, 0], [0, 0, 0, 0, 0, 0]]))
    made = with_sums(old, weights, RandomRows(), seed=1)
    torch.testing.assert_close(made[:6], old)
    torch.testing.assert_close(made[6], (old[0] + old[2]) / 2)
    assert not torch.equal(made[7], with_sums(old, weights, RandomRows(), seed=2)[7])
    torch.testing.assert_close(made[7], with_sums(old, weights, RandomRows(), seed=1)[7])


def test_drawn_rows_have_the_mean_and_deviation_of_the_old_ones():
    old = 3 + 2 * torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    drawn = with_sums(old, csr_matrix((4000, 50)), RandomRows(), seed=0)[50:]
    torch.testing.assert_close(drawn.mean(0), old.mean(0), atol=0.15, rtol=0)
    torch.testing.assert_close(drawn.std(0), old.std(0), atol=0.15, rtol=0)


def test_a_factorised_matrix_is_the_closest_of_its_rank():
    rows = torch.randn(30, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    left, values, right = torch.linalg.svd(rows, full_matrices=False)
    expected = left[:, :3] @ torch.diag(values[:3]) @ right[:3]
    torch.testing.assert_close(Ofa(rank=3).source(rows), expected)
    assert Ofa(rank=0).source(rows) is rows
