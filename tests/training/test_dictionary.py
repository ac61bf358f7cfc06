"""Dictionary entries from the lexicon, and what is made of them: spellings, translations, code-switching."""

import numpy as np
import pytest

from xlalign.alignment.lexicon import Entry as Row
from xlalign.errors import DataError
from xlalign.modeling import scratch
from xlalign.training.dictionary import best, read_entries, spellings
from xlalign.training.labels import initial_pieces
from xlalign.training.switching import Switch
from xlalign.training.tokens import tokenise

TEXTS = ["The dog sleeps", "Der Hund schläft", "Hund", "dog"]


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": TEXTS * 20}, "nano")


def test_only_mutually_best_words_are_entries():
    rows = [Row("dog", "hund", 3.5, 0.9, 0.8), Row("dog", "tier", 0.5, 0.1, 1.0), Row("cat", "hund", 1.0, 1.0, 0.2)]
    assert list(best(rows)) == [("dog", "hund")]


def test_entries_of_a_real_artifact_keep_their_spelling(artifacts, tokenizer):
    entries = read_entries(artifacts[1], tokenizer)
    assert len(entries) > 20
    spelt = spellings(artifacts[1])
    german = [entry.target for entry in entries.words if entry.target_lang == "de"]
    assert any(word[0].isupper() for word in german)  # nouns
    assert all(spelt[word.casefold()] == word for word in german)
    assert len(read_entries(artifacts[1], tokenizer, share=0.5)) < len(entries)


def test_no_lexicon_is_an_error(tmp_path, tokenizer):
    with pytest.raises(DataError, match="lexicon"):
        read_entries(tmp_path, tokenizer)


def test_initial_pieces_by_the_vocabulary_s_own_mark():
    assert initial_pieces(["▁a", "b"]).tolist() == [True, False]
    assert initial_pieces(["a", "##b"]).tolist() == [True, False]


def test_known_words_are_replaced_whole_and_the_rest_stays(artifacts):
    entries_text = [side for path in (artifacts[1] / "lexicon").glob("*.tsv") for side in path.read_text().split()]
    tokenizer = scratch.train_tokenizer({"en": [*entries_text, "zz"] * 3}, "nano")

    def ids(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    entries = read_entries(artifacts[1], tokenizer)
    known = next(e for e in entries.words if e.target_lang == "de" and len(e.source) > 3)
    texts, words = [f"zz {known.source} zz", "zz"], [["zz", known.source, "zz"], ["zz"]]
    tokens = tokenise(texts, tokenizer, words)
    vocabulary = [("en", word.casefold()) for word in words[0]]
    types = np.full(len(tokens.ids), -1, np.int32)
    for text, begin in enumerate(tokens.borders[:-1]):
        own = tokens.words[begin : tokens.borders[text + 1]].tolist()
        for number in set(own):
            types[begin + own.index(number)] = number
    switch = Switch.of(vocabulary, entries)
    choices = [e.target for e in entries.words if e.source == known.source]
    draw = np.arange(2).astype(np.uint64)
    all_, begins, labels = switch.apply(tokens, types, np.array([0, 1]), draw, 1.0)
    border = int(all_.borders[1])
    assert all_.ids[:border].tolist() in [ids(f"zz {choice} zz") for choice in choices]
    assert all_.ids[border:].tolist() == ids("zz")
    assert labels.tolist() == [ids(known.source)[0]]
    assert begins.tolist() == [len(ids("zz"))]
    none, begins, _ = switch.apply(tokens, types, np.array([0, 1]), draw, 0.0)
    assert none.ids.tolist() == tokens.ids.tolist()
    assert len(begins) == 0
