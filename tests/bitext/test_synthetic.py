"""Derived languages: every word has its original, and the words are those that segmentation finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrowing import present

from xlalign.bitext.segment import words as segment
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.synthetic import SyntheticSource, transliterate
from xlalign.errors import UserError

TEXT = st.text(st.characters(codec="utf-8", categories=["L", "Nd", "Po", "Zs"], max_codepoint=0x6FF), max_size=40)


def source(transforms: str, options: Mapping[str, Any] | None = None) -> SyntheticSource:
    found = open_source(f"synthetic:{transforms}", options)
    assert isinstance(found, SyntheticSource)
    return found


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("inv", "I see you .", [2, 1, 0, 3]),
        ("inv", "I see you", [2, 1, 0]),
        ("inv", ".", [0]),
        ("inv", "", []),
        ("trans", "I see you .", [0, 1, 2, 3]),
        ("trans.inv", "I see you .", [2, 1, 0, 3]),
        ("inv.trans", "I see you .", [2, 1, 0, 3]),
        ("inv.inv", "I see you .", [0, 1, 2, 3]),
    ],
)
def test_order(name: str, words: str, expected: list[int]):
    assert source(name).derive(words.split())[1] == expected


@given(TEXT, st.sampled_from(["trans", "inv", "perm", "trans.perm"]))
def test_gold_words_are_what_segmentation_finds(text: str, name: str):
    words, order = source(name).derive(segment(text, "en"))
    assert sorted(order) == list(range(len(words)))
    if name == "trans":
        assert segment(" ".join(words), "en_trans") == words


@given(st.sets(st.characters(categories=["L", "M"])))
def test_transliteration_is_one_to_one_on_letters(letters: set[str]):
    assert len({transliterate(letter) for letter in letters}) == len(letters)
    assert not any(letter.isascii() for letter in transliterate("".join(sorted(letters))))


def test_overlap_keeps_the_stated_share_of_words():
    words = [f"word{i}" for i in range(400)]
    derived, _ = source("trans", {"overlap": 0.25}).derive(words)
    assert 70 < sum(a == b for a, b in zip(words, derived, strict=True)) < 130


def test_rows_of_any_text(tmp_path: Path):
    (tmp_path / "a.txt").write_text("The cat sleeps.\nA dog!\n")
    source = open_source("synthetic:trans.inv", {"text": f"file:{tmp_path}/a.txt"})
    (bitext,) = source.bitexts([("en", "en_trans_inv"), ("en", "de")])
    rows = list(bitext.rows())
    gold = present(rows[0].gold)
    assert [row.source for row in rows] == ["The cat sleeps.", "A dog!"]
    assert gold.source_words == ["The", "cat", "sleeps", "."]
    assert gold.target_words == [transliterate(word) for word in ("sleeps", "cat", "The", ".")]
    assert gold.sure == gold.possible == ((0, 2), (1, 1), (2, 0), (3, 3))
    assert list(source.documents("en_trans_inv")) == [row.target for row in rows]
    assert source.inputs([("en", "en_trans_inv")]) == [tmp_path / "a.txt"]


@pytest.mark.parametrize(
    ("uri", "message"), [("synthetic:rot13", "unknown derived"), ("synthetic:inv", "no requested")]
)
def test_mistakes(uri: str, message: str):
    with pytest.raises(UserError, match=message):
        list(open_source(uri).bitexts([("en", "de")]))
