"""The bitext artifact: what is written is read back, and the bytes depend on the rows alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalign.bitext import corpus
from xlalign.errors import DataError
from xlalign.types import Pair


def make_pair(source: str, target: str, langs: tuple[str, str] = ("en", "de")) -> Pair:
    return Pair(corpus.pair_id(source, target, *langs), source, target, *langs, "test")


PAIRS = [make_pair(f"house {i}", f"Haus {i}") for i in range(25)]


def test_pair_id_is_stable_and_depends_on_every_part():
    assert corpus.pair_id("a", "b", "en", "de") == "3746c8cc308e3c98fefe2756ff7eae6f"
    ids = {corpus.pair_id(*parts) for parts in [("a", "b", "en", "de"), ("b", "a", "en", "de"), ("a", "b", "de", "en")]}
    assert len(ids) == 3
    assert all(len(identity) == 32 for identity in ids)


@pytest.mark.parametrize("shard_rows", [1, 7, 25, 100])
def test_pairs_survive_any_shard_size(tmp_path: Path, shard_rows: int):
    assert corpus.write_pairs(tmp_path / "train", PAIRS, shard_rows) == 25
    assert list(corpus.read_pairs(tmp_path / "train")) == PAIRS
    assert len(list((tmp_path / "train").iterdir())) == -(-25 // shard_rows)
    assert corpus.count_pairs(tmp_path / "train") == 25


def test_same_rows_give_the_same_bytes(tmp_path: Path):
    for name in ("a", "b"):
        corpus.write_pairs(tmp_path / name, iter(PAIRS))
    assert (tmp_path / "a/00000.parquet").read_bytes() == (tmp_path / "b/00000.parquet").read_bytes()


def test_empty_corpus_is_readable_and_missing_corpus_is_an_error(tmp_path: Path):
    assert corpus.write_pairs(tmp_path / "dev", []) == 0
    assert list(corpus.read_pairs(tmp_path / "dev")) == []
    assert corpus.language_pairs(tmp_path / "dev") == []
    with pytest.raises(DataError, match="no Parquet shards"):
        list(corpus.read_pairs(tmp_path / "train"))


def test_language_pairs_are_distinct_and_sorted(tmp_path: Path):
    rows = [make_pair("a", "b", langs) for langs in [("en", "ru"), ("en", "de"), ("en", "ru")]]
    corpus.write_pairs(tmp_path, rows)
    assert corpus.language_pairs(tmp_path) == [("en", "de"), ("en", "ru")]


def test_monolingual_text(tmp_path: Path):
    assert corpus.write_mono(tmp_path, "en", iter(["one", "two"])) == 2
    assert list(corpus.read_mono(tmp_path, "en")) == ["one", "two"]
    assert corpus.mono_languages(tmp_path) == ["en"]
    with pytest.raises(DataError, match="no monolingual text for `de`; has: en"):
        list(corpus.read_mono(tmp_path, "de"))


def test_gold_links(tmp_path: Path):
    rows = [
        corpus.GoldPair("1", ["a", "b"], ["c"], ((0, 0),), ((0, 0), (1, 0))),
        corpus.GoldPair("2", ["a"], ["b"], (), ()),
    ]
    assert corpus.write_gold(tmp_path, "en", "de", rows) == 2
    assert corpus.read_gold(tmp_path) == {("en", "de"): rows}
    assert corpus.read_gold(tmp_path / "none") == {}


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"])), min_size=1))
def test_moses_export_keeps_lines_parallel(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    artifact = tmp_path_factory.mktemp("bitext")
    corpus.write_pairs(artifact / "train", [make_pair(text, text[::-1]) for text in texts])
    corpus.export_moses(artifact)
    lines = (artifact / "moses/train.en-de.en").read_bytes().decode().split("\n")
    assert lines == [*texts, ""]


def test_moses_export_refuses_line_breaks(tmp_path: Path):
    corpus.write_pairs(tmp_path / "dev", [make_pair("a\nb", "c")])
    with pytest.raises(DataError, match="line break"):
        corpus.export_moses(tmp_path)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 9)), st.integers(1, 12))
def test_tables_of_any_size_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], shard_rows: int
):
    tmp_path, original = tmp_path_factory.mktemp("tables"), corpus.GROUP_ROWS
    corpus.GROUP_ROWS = 4
    try:
        rows = [make_pair(str(i), "x") for i in range(sum(sizes))]
        table = pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 6, schema=corpus.PAIR_SCHEMA)
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        cut = [table.slice(start, size) for start, size in zip(starts, sizes, strict=True)]
        assert corpus.write_pairs(tmp_path / "a", rows, shard_rows) == corpus.write_tables(
            tmp_path / "b", cut, shard_rows
        )
        for one, other in zip(sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True):
            assert one.read_bytes() == other.read_bytes()
    finally:
        corpus.GROUP_ROWS = original
