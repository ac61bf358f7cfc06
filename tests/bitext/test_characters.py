"""Vectorised counts equal what Python counts one sentence at a time."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.bitext.characters import Texts

LINES = st.lists(st.text(st.characters(blacklist_categories=["Cs"])).map(lambda text: " ".join(text.split())))


@given(LINES)
def test_counts(lines: list[str]):
    texts = Texts.of(lines)
    assert texts.lengths.tolist() == [len(line) for line in lines]
    assert texts.words.tolist() == [len(line.split(" ")) if line else 0 for line in lines]
    assert texts.longest_word.tolist() == [max(map(len, line.split(" "))) for line in lines]
    for name, category in {"digit": "Nd", "punctuation": "P", "symbol": "S"}.items():
        expected = [sum(unicodedata.category(c).startswith(category) for c in line) for line in lines]
        counted = texts.count("stop", name) if name == "punctuation" else texts.count(name)
        if all(unicodedata.category(c) != "Cn" for line in lines for c in line):
            assert counted.tolist() == expected


def test_scripts():
    texts = Texts.of(["Hello, мир", "データ保存", "हिन्दी", "", "123"])
    assert texts.count("Latn").tolist() == [5, 0, 0, 0, 0]
    assert texts.count("Cyrl").tolist() == [3, 0, 0, 0, 0]
    assert texts.count("Hira", "Kana", "Hani").tolist() == [0, 5, 0, 0, 0]
    assert texts.letters.tolist() == [8, 5, 6, 0, 0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hello, World!", "hello world", True),
        ("Où est-il ?", "ou est il", True),
        ("ПРИВЕТ", "привет", True),
        ("page 1", "page 2", False),
        ("ab", "ba", False),
        ("は", "ば", False),
        ("हिन्दी", "हन्दी", False),
        ("나", "너", False),
        ("", "...", True),
    ],
)
def test_keys(one: str, other: str, same: bool):
    keys = Texts.of([one, "between", other]).keys
    assert bool(keys[0] == keys[2]) is same


@given(LINES, LINES)
def test_keys_do_not_depend_on_the_batch(before: list[str], after: list[str]):
    assert Texts.of([*before, "Some text 7", *after]).keys[len(before)] == Texts.of(["Some text 7"]).keys[0]


def test_no_texts():
    texts = Texts.of([])
    assert texts.words.tolist() == texts.keys.tolist() == texts.longest_word.tolist() == []
