"""Hostile input: every reader gives rows or a DataError, and never pairs a line with another one's translation."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from format_samples import PO, REF, SRC, TMX
from hypothesis import given
from hypothesis import strategies as st
from mutation import read_many

from xlalign.bitext.sources import open_source
from xlalign.errors import DataError


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for lang, text in {"en": "one\ntwo\n" * 9, "de": "eins\nzwei\n" * 9}.items():
            archive.writestr(f"a.{lang}", text)
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for lang in ("en", "de"):
            info = tarfile.TarInfo(f"a.{lang}")
            info.size = 4
            tar.addfile(info, io.BytesIO(b"abc\n"))
    return stream.getvalue()


def parquet(**columns: Sequence[object]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


XLIFF = """<xliff srcLang="en" trgLang="de"><file><unit><segment><source>one <ph id="1"/>x</source>
<target>eins</target></segment></unit></file></xliff>"""
TSV = b"one\teins\ntwo\tzwei\n" * 3
TRANSLATION = [{"en": f"one {i}", "de": f"eins {i}"} for i in range(9)]
JSONL = "\n".join(json.dumps({"translation": {"en": f"one {i}", "de": f"eins {i}"}}) for i in range(4))
SEEDS: dict[str, bytes] = {
    "a.tmx": TMX.encode(),
    "de.po": PO.encode(),
    "a.en.sgm": SRC.encode(),
    "a.tsv": TSV,
    "a.tsv.gz": gzip.compress(TSV * 9, mtime=0),
    "a.tsv.bz2": bz2.compress(TSV * 9),
    "a.tsv.xz": lzma.compress(TSV * 9),
    "a.tsv.zst": zstandard.compress(TSV * 9),
    "a.parquet": parquet(en=["one", "two"] * 9, de=["eins", "zwei"] * 9),
    "nested.parquet": parquet(translation=TRANSLATION),
    "a.jsonl": JSONL.encode(),
    "a.csv": b'en,de\n"one, two","eins"\nthree,"drei ""3"""\n' * 3,
    "a.xlf": XLIFF.encode(),
    "a.zip": zipped(),
    "a.tar": tarred(),
}


def read(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    uri = f"file:{folder}/{name}"
    if name.endswith(".sgm"):
        (folder / "a.de.sgm").write_text(REF)
        uri = f"file:{folder}/a.{{lang}}.sgm"
    try:
        for text in open_source(uri).bitexts([("en", "de")]):
            for row in text.rows():
                row.source.encode(), row.target.encode()
    except DataError as error:
        named = str(folder) in error.message
    else:
        named = True
    assert named, "an error names its file"


@pytest.mark.parametrize("name", SEEDS)
def test_mutated_files(tmp_path: Path, name: str):
    read_many(f"few {name}", SEEDS[name], lambda data: read(tmp_path, name, data), count=60)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_many_mutated_files(tmp_path: Path, name: str):
    """Rows or one clear error."""
    read_many(name, SEEDS[name], lambda data: read(tmp_path, name, data))


@given(st.binary(max_size=200), st.sampled_from(sorted(SEEDS)))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str):
    read(tmp_path_factory.mktemp("fuzz"), name, data)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t\ufeff"), min_size=1).filter(str.strip)
PAIRS = st.lists(st.tuples(TEXT, TEXT), min_size=1)


def po_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def xml_text(text: str) -> str:
    kept = "".join(character for character in text if character >= " " and not ord(character) % 0x10000 >= 0xFFFE)
    return kept.replace("&", "&amp;").replace("<", "&lt;")


def as_tmx(pairs: list[tuple[str, str]]) -> str:
    units = (
        f'<tu><tuv xml:lang="en"><seg>{xml_text(a)}</seg></tuv><tuv xml:lang="de"><seg>{xml_text(b)}</seg></tuv></tu>'
        for a, b in pairs
    )
    return f"<tmx>{''.join(units)}</tmx>"


WRITERS: dict[str, Callable[[list[tuple[str, str]]], str]] = {
    "a.tsv": lambda pairs: "".join(f"{a}\t{b}\n" for a, b in pairs),
    "a.jsonl": lambda pairs: "".join(json.dumps({"en": a, "de": b}) + "\n" for a, b in pairs),
    "de.po": lambda pairs: "\n".join(f'msgid "{po_text(a)}"\nmsgstr "{po_text(b)}"\n' for a, b in pairs),
}


@given(PAIRS, st.sampled_from(sorted(WRITERS)))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], name: str):
    path = tmp_path_factory.mktemp("formats") / name
    path.write_text(WRITERS[name](pairs), encoding="utf-8", newline="\n")
    (text,) = open_source(f"file:{path}").bitexts([("en", "de")])
    assert [tuple(row[1:3]) for row in text.rows()] == pairs


@given(PAIRS)
def test_tmx_is_read(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]):
    path = tmp_path_factory.mktemp("formats") / "a.tmx"
    path.write_text(as_tmx(pairs), encoding="utf-8", newline="\n")
    (text,) = open_source(f"file:{path}").bitexts([("en", "de")])
    expected = [tuple(xml_text(side).replace("&lt;", "<").replace("&amp;", "&") for side in pair) for pair in pairs]
    assert [tuple(row[1:3]) for row in text.rows()] == expected
