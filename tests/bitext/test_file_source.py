"""Files: every layout is read, and every mistake names its file and line."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalign.bitext.readers.lines import lines
from xlalign.bitext.sources import open_source
from xlalign.errors import DataError, UserError

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}
EN_DE = [("en", "de")]


def rows_of(uri: str, pairs: list[tuple[str, str]] = EN_DE, **options: object) -> list[tuple[str, str]]:
    return [(row.source, row.target) for text in open_source(uri, options).bitexts(pairs) for row in text.rows()]


@pytest.mark.parametrize("ending", COMPRESS)
def test_two_files(tmp_path: Path, ending: str):
    for lang, text in {"en": "one\ntwo\n", "de": "eins\nzwei"}.items():
        (tmp_path / f"a.{lang}{ending}").write_bytes(COMPRESS[ending](text.encode()))
    expected = [("one", "eins"), ("two", "zwei")]
    assert rows_of(f"file:{tmp_path}/a.{{lang}}{ending}") == expected
    assert rows_of(f"file:{tmp_path}/a.en{ending}|{tmp_path}/a.de{ending}") == expected
    assert list(open_source(f"file:{tmp_path}/a.{{lang}}{ending}").documents("de")) == ["eins", "zwei"]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[: len(data) // 2], lambda data: b"junk" + data]
)
def test_damaged_compression_is_an_error(tmp_path: Path, ending: str, damage):
    path = tmp_path / f"a.txt{ending}"
    path.write_bytes(damage(COMPRESS[ending](b"one\ntwo\n" * 1000)))
    with pytest.raises(DataError, match="damaged or incomplete"):
        list(lines(path))


def test_several_zst_frames(tmp_path: Path):
    (tmp_path / "a.zst").write_bytes(zstandard.compress(b"a\nb") + zstandard.compress(b"c\n"))
    assert list(lines(tmp_path / "a.zst")) == ["a", "bc"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\ufeff")), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_only_line_feeds_end_lines(tmp_path_factory: pytest.TempPathFactory, expected: list[str], end: str):
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes(("\ufeff" + "".join(line + end for line in expected)).encode())
    assert list(lines(path)) == expected


def test_lines_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xlalign.bitext.readers.lines.BLOCK_BYTES", 3)
    (tmp_path / "a.txt").write_text("Füße\nüber\n\nlange Zeile")
    assert list(lines(tmp_path / "a.txt")) == ["Füße", "über", "", "lange Zeile"]


def test_either_order_of_languages_in_the_name(tmp_path: Path):
    (tmp_path / "n.de-en.tsv").write_text("eins\tone\n")
    assert rows_of(f"file:{tmp_path}/n.{{source}}-{{target}}.tsv") == [("one", "eins")]


def test_stated_languages_in_either_order(tmp_path: Path):
    (tmp_path / "a.tsv").write_text("7\teins\tone\n")
    uri = f"file:{tmp_path}/a.tsv"
    assert rows_of(uri, [("en", "de"), ("en", "fr")], languages=["deu", "en"], columns=[2, 3]) == [("one", "eins")]
    with pytest.raises(UserError, match="which languages"):
        rows_of(uri, [("en", "de"), ("en", "fr")])


@pytest.mark.parametrize("name", ["de", "deu", "deu_Latn"])
def test_files_may_have_codes_of_other_systems(tmp_path: Path, name: str):
    (tmp_path / f"a.{name}").write_text("eins\n")
    (tmp_path / "a.eng_Latn").write_text("one\n")
    assert rows_of(f"file:{tmp_path}/a.{{lang}}") == [("one", "eins")]
    (tmp_path / f"b.eng-{name}.tsv").write_text("two\tzwei\n")
    assert rows_of(f"file:{tmp_path}/b.{{source}}-{{target}}.tsv") == [("two", "zwei")]


def test_columns_by_name(tmp_path: Path):
    (tmp_path / "a.tsv").write_text("id\ten\tde\n1\tone\teins\n")
    assert rows_of(f"file:{tmp_path}/a.tsv", columns=["en", "de"]) == [("one", "eins")]
    with pytest.raises(DataError, match=r"a.tsv:1: no column `fr`"):
        rows_of(f"file:{tmp_path}/a.tsv", columns=["en", "fr"])


def test_join_on_id(tmp_path: Path):
    (tmp_path / "b.kjv.tsv").write_text("GEN 1:1\tIn the beginning\nGEN 1:2\tAnd\n")
    (tmp_path / "b.luther.tsv").write_text("GEN 1:1\tAm Anfang\nGEN 1:3\tUnd\n")
    names = {"en": "kjv", "de": "luther"}
    assert rows_of(f"file:{tmp_path}/b.{{lang}}.tsv", names=names, join=True) == [("In the beginning", "Am Anfang")]
    (tmp_path / "b.luther.tsv").write_text("GEN 1:1\tAm Anfang\nGEN 1:1\tUnd\n")
    with pytest.raises(DataError, match=r"luther.tsv:2: id `GEN 1:1` for the second time"):
        rows_of(f"file:{tmp_path}/b.{{lang}}.tsv", names=names, join=True)
    (tmp_path / "b.luther.tsv").write_text("oops\n")
    with pytest.raises(DataError, match=r"luther.tsv:1: no tab"):
        rows_of(f"file:{tmp_path}/b.{{lang}}.tsv", names=names, join=True)


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"de": ["eins"], "en": ["one"]}, []),
        ({"source": ["one"], "target": ["eins"]}, []),
        ({"a": [1], "b": ["one"], "c": ["eins"]}, ["b", "c"]),
        ({"translation": [{"en": "one", "de": "eins"}]}, []),
    ],
)
def test_parquet(tmp_path: Path, columns: dict[str, object], names: list[str]):
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert rows_of(f"file:{tmp_path}/a.parquet", columns=names) == [("one", "eins")]


def test_parquet_mistakes(tmp_path: Path):
    pq.write_table(pa.table({"x": ["a"], "y": ["b"]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no columns `en` and `de`; it has: x, y"):
        rows_of(f"file:{tmp_path}/a.parquet")
    (tmp_path / "b.parquet").write_text("not parquet")
    with pytest.raises(DataError, match="not a readable Parquet"):
        rows_of(f"file:{tmp_path}/b.parquet")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\teins\ntwo\n", r"a.tsv:2: 1 tab-separated columns, wanted exactly 2"),
        (b"one\teins\textra\n", r"a.tsv:1: 3 tab-separated columns"),
        (b"ok\tgut\nb\xe4r\tx\n", r"a.tsv:2: not UTF-8 \(byte 0xe4 at position 2\)"),
        ("one\teins".encode("utf-16"), r"a.tsv:1: not UTF-8"),
    ],
)
def test_bad_tables(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "a.tsv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        rows_of(f"file:{tmp_path}/a.tsv")


def test_unequal_line_counts(tmp_path: Path):
    (tmp_path / "a.en").write_text("one\ntwo\n")
    (tmp_path / "a.de").write_text("eins\n")
    with pytest.raises(DataError, match=r"a.en has 2 lines, .*a.de has 1: line n"):
        rows_of(f"file:{tmp_path}/a.{{lang}}")


def test_missing_files(tmp_path: Path):
    with pytest.raises(DataError, match=r"no such file: .*a.en"):
        rows_of(f"file:{tmp_path}/a.{{lang}}")
    with pytest.raises(DataError, match=r"a.tsv: no such file"):
        rows_of(f"file:{tmp_path}/a.tsv")


@pytest.mark.parametrize(
    ("uri", "options", "message"),
    [
        ("a.txt", {}, "wanted `scheme:rest`"),
        ("flie:a.txt", {}, "did you mean|unknown source"),
        ("file:a", {"colums": [1, 2]}, "did you mean `columns`"),
    ],
)
def test_wrong_uris(uri: str, options: dict[str, object], message: str):
    with pytest.raises(UserError, match=message):
        open_source(uri, options)


def test_documents_of_one_column(tmp_path: Path):
    (tmp_path / "b.en.tsv").write_text("GEN 1:1\tIn the beginning\n")
    (tmp_path / "b.en.jsonl").write_text('{"text": "In the beginning"}\n')
    pq.write_table(pa.table({"text": ["In the beginning"]}), tmp_path / "b.en.parquet")
    for ending, options in {"tsv": {"columns": [2]}, "jsonl": {}, "parquet": {}}.items():
        source = open_source(f"file:{tmp_path}/b.{{lang}}.{ending}", options)
        assert list(source.documents("en")) == ["In the beginning"]
        assert source.speaks(["en", "de"]) == ["en"]
