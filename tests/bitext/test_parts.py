"""The parts of prepare against brute force."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import Letters

from xlalign.bitext.batch import FilterBatch
from xlalign.bitext.characters import Texts
from xlalign.bitext.contamination import Evaluation
from xlalign.bitext.filters import FILTERS
from xlalign.bitext.filters.choose import choose, profiles
from xlalign.bitext.filters.copies import _longest_run
from xlalign.bitext.identify import identifier
from xlalign.bitext.near import band_keys
from xlalign.bitext.ngrams import ngrams
from xlalign.bitext.seen import Lookup, Seen
from xlalign.bitext.split import DevKeys
from xlalign.bitext.transforms import TRANSFORMS, apply
from xlalign.bitext.transforms.base import Transform
from xlalign.types import Pair

PAIRS = [
    Pair("", *texts, "en", "de", "x")
    for texts in [
        ("A house.", "Ein Haus."),
        ("a", "a"),
        ("Дом", "Haus"),
        ("x" * 60, "y"),
        ("1 2 3", "-"),
        ("a b c d", "e"),
    ]
]


@pytest.mark.parametrize("max_run", [3, 1 << 21])
@given(batches=st.lists(st.lists(st.integers(0, 60)), max_size=12))
def test_seen_is_a_set(max_run: int, batches: list[list[int]]):
    seen, expected = Seen(max_run), set()
    for batch in batches:
        new = seen.add(np.array(batch, dtype=np.uint64))
        for key, is_new in zip(batch, new.tolist(), strict=True):
            assert is_new == (key not in expected)
            expected.add(key)
    assert len(seen) == len(expected)


@pytest.mark.parametrize("name", FILTERS.names())
def test_filters_agree_one_by_one_and_together(name: str):
    rule = FILTERS.get(name)()
    scores = rule.scores(FilterBatch.of(PAIRS, Letters()))
    single = [rule.scores(FilterBatch.of([pair], Letters()))[0] for pair in PAIRS]
    for i, pair in enumerate(PAIRS):
        assert np.allclose(single[i], scores[i])
        assert bool(rule.accept(single[i])) == rule.accepts(scores)[i], pair
    assert list(rule.edges) == sorted(rule.edges)
    assert rule.unit
    assert rule.__doc__


@pytest.mark.parametrize("profile", profiles())
def test_profiles(profile: str):
    costs = [rule.cost for rule in choose(profile, []).values()]
    assert costs == sorted(costs)


def test_length_in_scripts_without_spaces():
    length = FILTERS.get("length").model_validate({"min": 1, "max": 3})
    words = [length.score(Pair("", "I eat", target, "en", "zh", ""))[1] for target in ("我吃", "我吃 NumPy 123 了")]
    assert words == pytest.approx([2 / 1.65, 3 / 1.65 + 8 / 6])
    assert length.accept(np.array([0.61, 1]))


@given(st.lists(st.text("ab c.é", max_size=12)), st.integers(1, 3), st.booleans())
def test_ngrams_are_equal_where_the_words_are(lines: list[str], size: int, spaced: bool):
    lines = [" ".join(line.split()) for line in lines]
    grams, counts = ngrams(Texts.of(lines), size, spaced)
    expected: list[tuple[str, ...]] = []
    for line, count in zip(lines, counts.tolist(), strict=True):
        plain = line.replace(".", " ").replace("é", "e")
        words = plain.split() if spaced else list(plain.replace(" ", ""))
        found = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
        assert len(found) == count
        expected += found
    by_hash = dict(zip(grams.tolist(), expected, strict=True))
    assert [by_hash[gram] for gram in grams.tolist()] == expected
    assert len(by_hash) == len(set(expected))


def test_contamination_by_ngrams():
    long = "the quick brown fox jumps over the lazy dog and runs away"
    evaluation = Evaluation.of({"short": ["unrelated words"], "long": [long, "我们今天一起去北京看长城好吗"]}, 4, 0.5)
    rows = [
        ("THE QUICK brown fox jumps over the lazy cat!", "x"),
        ("he said that the quick brown fox is not here any more today", "x"),
        ("y", f"And then: {long}"),
        ("nothing of this", "in common"),
        ("Unrelated: words", "x"),
    ]
    batch = FilterBatch.of([Pair("", *row, "en", "de", "") for row in rows])
    assert evaluation.find(batch).tolist() == [1, -1, 1, -1, 0]
    batch = FilterBatch.of([Pair("", "x", "他说：我们今天一起去北京看长城。", "en", "zh", "")])
    assert evaluation.find(batch).tolist() == [1]


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 40)), min_size=1), st.integers(0, 15), st.sampled_from([0.0, 0.1, 0.5]))
def test_dev_keys(batches: list[list[int]], size: int, share: float):
    dev = DevKeys(size, share)
    for batch in batches:
        dev.add(("en", "de"), np.array(batch, dtype=np.uint64))
    everything = np.array([key for batch in batches for key in batch], dtype=np.uint64)
    chosen = dev.is_dev(("en", "de"), everything)
    assert chosen.sum() <= min(size, share * len(everything))
    assert set(everything[chosen].tolist()).isdisjoint(everything[~chosen].tolist())
    assert not dev.is_dev(("en", "fr"), everything).any()


def transform(name: str) -> list[Transform]:
    return [TRANSFORMS.get(name)()]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("nfc", "Cafe\u0301", "Café"),
        ("nfc", " a\u2028b\x85 c\ufeff\u00ad", "a b c"),
        ("nfkc", "ＡＢＣ①", "ABC1"),
        ("html", "R&amp;D &#233; &lt;b&gt; a & b", "R&D é <b> a & b"),
        ("mojibake", "GrÃ¼ÃŸe â€“ Ã©tÃ©", "Grüße – été"),
        ("mojibake", "Âge et Ãrvore", "Âge et Ãrvore"),
        ("mojibake", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("mojibake", "VoilÃ\u00a0 l’humanitÃ©, São Paulo", "Voilà l’humanité, São Paulo"),
        ("romanize", "Привет, GPT-4! 你好 كتاب नमस्ते été", "Privet, GPT-4! nihao ktab namaste ete"),
    ],
)
def test_transforms(name: str, text: str, expected: str):
    assert apply(transform(name), ["plain", text], "en") == ["plain", expected]


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.sampled_from(TRANSFORMS.names()))
def test_transforms_keep_the_number_of_sentences_and_their_lines(texts: list[str], name: str):
    changed = apply(transform(name), texts, "en")
    assert len(changed) == len(texts)
    assert not any("\n" in text or text != text.strip() for text in changed)
    once = apply(transform("nfc"), texts, "en")
    assert apply(transform("nfc"), once, "en") == once


@pytest.mark.parametrize(
    ("name", "source", "target", "score"),
    [
        ("markup", "<b>x</b> &amp; a < b > c", "R & D", 3),
        ("address", "see https://a.org/x?y", "", 17 / 21),
        ("address", "me@a.org", "plain", 1),
        ("control", "a\x01", "b\ufffd \u200d", 2),
        ("garbled", "GrÃ¼ÃŸe", "Šafářová Karolína «Onzurnâ»", 2),
        ("numerals", "1,000 in 2020", "1.000 im Jahr 2021", 0.5),
        ("numerals", "١٢", "12", 1),
        ("numerals", "none", "keine", 1),
        ("punctuation", "One. Two.", "Eins zwei.", -np.log(3)),
        ("copied", "a b c d e x", "1 a b c d e", 5 / 6),
        ("copied", "See a b c", "Siehe a b c", 0),
        ("identical", "12:30", "12.30", 1),
        ("ratio", "a b c d", "a", 4),
    ],
)
def test_scores(name: str, source: str, target: str, score: float):
    assert FILTERS.get(name)().score(Pair("", source, target, "en", "de", "")) == pytest.approx(score)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_longest_copied_run(source: list[str], target: list[str]):
    runs = {tuple(source[i:j]) for i in range(len(source)) for j in range(i + 1, len(source) + 1)}
    others = {tuple(target[i:j]) for i in range(len(target)) for j in range(i + 1, len(target) + 1)}
    assert _longest_run(source, target) == max(map(len, runs & others), default=0)


def test_languages_are_told_apart_as_py3langid_does():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    known = identifier(("en", "ru"))
    reference = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    reference.set_languages(known.languages)
    texts = ["Where is the station?", "Где находится вокзал?", "OÙ EST LA GARE", "", "?", "我们", "x" * 300]
    for text, found in zip(texts, known.probabilities(texts), strict=True):
        expected = dict(reference.rank(text))
        assert found == pytest.approx([expected[lang] for lang in known.languages], abs=1e-5)


def test_langid_abstains():
    langid = FILTERS.get("langid")()
    french = "Le chat dort sur le canapé du salon."
    assert langid.score(Pair("", french, "Die Katze schläft auf dem Sofa.", "en", "de", ""))[0] < 0.01
    assert langid.score(Pair("", "Le chat dort", french, "en", "fr", "")).tolist() == [1, 1]
    assert langid.score(Pair("", french, french, "qaa", "wo", "")).tolist() == [1, 1]


def test_near_duplicates_collide_as_often_as_they_should():
    dice, words = random.Random(5), [f"word{i}" for i in range(5000)]
    for similarity, low, high in ((0.95, 0.97, 1), (0.8, 0.6, 0.9), (0.5, 0, 0.1), (0, 0, 0)):
        hits = 0
        for _ in range(150):
            common = dice.sample(words, 40)
            rest = round(40 * (1 - similarity) / (1 + similarity))
            texts = [f"{' . '.join(common[rest:])} . {' . '.join(dice.sample(words, rest))}" for _ in range(2)]
            bands = band_keys(
                FilterBatch.of([Pair("", text, "x", "en", "de", "") for text in texts]),
            )
            hits += bool((bands[0] == bands[1]).any())
        assert low <= hits / 150 <= high, similarity


def test_a_shared_side_in_another_language_pair_is_no_near_duplicate():
    text = "In the beginning God created the heaven and the earth and all that is in them"
    pairs = [Pair("", text, "x", "en", target, "") for target in ("de", "fr")]
    bands = [band_keys(FilterBatch.of([pair])) for pair in pairs]
    assert not (bands[0] == bands[1]).any()
    assert (bands[0] == band_keys(FilterBatch.of(pairs[:1]))).all()


def test_script_share_in_a_script_without_spaces():
    script = FILTERS.get("script")()
    shares = [
        script.score(Pair("", "x", text, "en", "zh", ""))[1] for text in ("打开 Thunderbird", "打开", "Thunderbird")
    ]
    assert shares == pytest.approx([2 / 1.65 / (2 / 1.65 + 11 / 6), 1, 0])


def test_pairs_without_words_are_no_near_duplicates():
    batch = FilterBatch.of([Pair("", text, text, "en", "de", "") for text in ("...", "a b", "!?", "a b")])
    bands = band_keys(batch)
    assert (bands[1] == bands[3]).all()
    assert not (bands[0] == bands[1]).any()


@given(st.sets(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_lookup_finds_places(table: set[int], others: list[int]):
    ordered = sorted(table)
    lookup = Lookup(np.array(ordered, dtype=np.uint64))
    keys = [*others, *ordered]
    expected = [ordered.index(key) if key in table else -1 for key in keys]
    assert lookup.find(np.array(keys, dtype=np.uint64)).tolist() == expected
