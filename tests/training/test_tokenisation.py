"""A text that comes again is cut once, and nobody sees the difference."""

from typing import Any

import numpy as np
import pytest

from xlalign.modeling import scratch
from xlalign.modeling.words import encode
from xlalign.training.tokenisation import _Remembering

TEXTS = ["the dog sleeps", "der Hund schläft", "the dog sleeps", "", "a cat", "the dog sleeps", "a cat", "zwei Katzen"]
WORDS = [text.split() for text in TEXTS]
OTHER = [["the", "dog"], *WORDS[1:]]
"""The same texts, but one of them cut otherwise."""


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": ["the dog sleeps", "a cat sees two cats"] * 30}, "nano")


@pytest.mark.parametrize("limit", [0, 1, 3, 100])
@pytest.mark.parametrize("words", [None, WORDS, OTHER])
def test_remembered_texts_are_those_of_the_tokenizer(tokenizer, limit, words):
    remembering = _Remembering(tokenizer, limit)
    for part in (slice(0, 5), slice(3, 8), slice(0, 8), slice(3, 4)):
        own = None if words is None else words[part]
        found, wanted = remembering.encode(TEXTS[part], own), encode(TEXTS[part], tokenizer, own)
        pairs: Any = zip(found, wanted, strict=True)
        for x, y in pairs:
            assert x.dtype == y.dtype
            assert np.array_equal(x, y)
        assert len(remembering._known) <= limit


def test_a_text_is_cut_once(tokenizer, monkeypatch):
    cut: list[str] = []

    def counted(texts: list[str], *rest: Any) -> Any:
        cut.extend(texts)
        return encode(texts, *rest)

    monkeypatch.setattr("xlalign.training.tokenisation.encode", counted)
    remembering = _Remembering(tokenizer)
    for _ in range(2):
        remembering.encode(TEXTS, None)
    assert sorted(cut) == sorted(set(TEXTS))
