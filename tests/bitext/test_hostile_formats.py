"""Files that are there to harm: what they want to read stays unread, and they cost little memory and time."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from xlalign.bitext.contamination import sentences
from xlalign.bitext.readers.archive import member
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.settings import EvaluationSet
from xlalign.bitext.sources import open_source
from xlalign.errors import DataError, shown

EN_DE = [("en", "de")]


def rows_of(uri: str, **options: Any) -> list[tuple[str, str]]:
    return [(row.source, row.target) for text in open_source(uri, options).bitexts(EN_DE) for row in text.rows()]


def zipped(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def tarred(path: Path, **members: bytes) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize("write", [zipped, tarred])
@pytest.mark.parametrize("kind", ["absolute", "upwards"])
def test_members_never_name_files_of_this_machine(tmp_path: Path, write: Any, kind: str):
    (tmp_path / "secret.en").write_text("secret\n")
    archive = tmp_path / "inner" / ("a.zip" if write is zipped else "a.tar")
    archive.parent.mkdir()
    name = f"{tmp_path}/secret.en" if kind == "absolute" else "../secret.en"
    write(archive, **{name: b"inside\n", "a.de": b"innen\n"})
    assert rows_of(f"file:{archive}") == [("inside", "innen")]
    assert list(lines(member(archive, ".en"))) == ["inside"]


def test_a_link_in_a_tar_leads_nowhere(tmp_path: Path):
    (tmp_path / "secret.en").write_text("secret\n")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("a.en")
        info.type, info.linkname = tarfile.SYMTYPE, str(tmp_path / "secret.en")
        archive.addfile(info)
    with pytest.raises(DataError):
        rows_of(f"file:{tmp_path}/a.tar")
    with pytest.raises(DataError):
        list(lines(tmp_path / "a.tar/a.en"))


COST = """
import resource, sys, time
from xlalign.bitext.sources import open_source
from xlalign.errors import DataError
import pyarrow.parquet, zstandard
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    for text in open_source(sys.argv[1]).bitexts([("en", "de")]):
        for row in text.rows():
            pass
    print("read")
except DataError as error:
    print(error.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.process_time() - began)
"""


def cost(uri: str) -> tuple[str, float, float]:
    """What reading says, megabytes and CPU seconds, measured in a process of its own."""
    command = [sys.executable, "-c", COST, uri]
    said, figures = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rsplit("\n", 2)[:2]
    kilobytes, seconds = figures.split()
    return said, float(kilobytes) / 1000, float(seconds)


def zst_bomb(path: Path) -> None:
    writer = zstandard.ZstdCompressor(level=19).compressobj(size=1 << 28)
    with path.open("wb") as file:
        for _ in range(1 << 8):
            file.write(writer.compress(bytes(1 << 20)))
        file.write(writer.flush())


def zst_of_lines(path: Path) -> None:
    # Lines of a usual length: eight million of three characters take as long as eight million of any other file.
    line = b"a sentence of some words\tein Satz aus Worten\n"
    path.write_bytes(zstandard.ZstdCompressor(level=3).compress(line * (2 << 20)))


def parquet_bomb(path: Path) -> None:
    pq.write_table(pa.table({"en": ["x" * 200_000] * 2_000, "de": ["y"] * 2_000}), path, compression="zstd")


def parquet_page(path: Path) -> None:
    pq.write_table(pa.table({"en": ["x" * 100_000_000], "de": ["y"]}), path, compression="zstd", use_dictionary=False)


def po_without_end(path: Path) -> None:
    path.write_text('msgid "a"\nmsgstr ""\n' + '"lorem ipsum dolor sit amet"\n' * 1_000_000)


def po_line(path: Path) -> None:
    path.write_text('msgid "a"\nmsgstr "' + "\\n" * 2_000_000 + "\n")


def sgm_headers(path: Path) -> None:
    path.write_text("<doc docid " * 1_000_000)
    path.with_name("a.de.sgm").write_text("")


def sgm_segments(path: Path) -> None:
    path.write_text('<doc docid="a">' + "<seg id=1>x</seg>" * 100_000)
    path.with_name("a.de.sgm").write_text('<doc docid="a">' + "<seg id=1>x</seg>" * 100_000)


def tmx_depth(path: Path) -> None:
    path.write_text("<a>" * 5_000_000)


def tmx_comment(path: Path) -> None:
    path.write_text("<tmx><!-- " + "x" * 20_000_000)


def xz_dictionary(path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    path.write_bytes(lzma.compress(b"one\teins\n" * 9, filters=filters))


def gz_bomb(path: Path) -> None:
    path.write_bytes(gzip.compress(bytes(1 << 26)))


def zip_bomb(path: Path) -> None:
    zipped(path, **{"a.en": b"a\n" * (1 << 25), "a.de": b"b\n"})


BOMBS = {
    "a.tsv.zst": (zst_bomb, "a line of more than|this is no text|damaged"),
    "lines.tsv.zst": (zst_of_lines, "this is no text"),
    "a.parquet": (parquet_bomb, "read"),
    "page.parquet": (parquet_page, "this is no text"),
    "de.po": (po_without_end, "a message of more than"),
    "line.po": (po_line, "not PO"),
    "a.en.sgm": (sgm_headers, "read"),
    "many.en.sgm": (sgm_segments, "read"),
    "a.tmx": (tmx_depth, "inside each other"),
    "comment.tmx": (tmx_comment, "a tag or comment of more than"),
    "a.tsv.xz": (xz_dictionary, "damaged"),
    "a.tsv.gz": (gz_bomb, "a line of more than"),
    "a.zip": (zip_bomb, "this is no text"),
}


OFTEN = ("comment.tmx", "a.tsv.gz", "a.zip")
"""The quick ones of a kind each; the others take seconds."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in OFTEN else pytest.mark.slow) for n in BOMBS])
def test_bombs(tmp_path: Path, name: str):
    write, expected = BOMBS[name]
    path = tmp_path / name.replace("many.", "a.")
    write(path)
    uri = f"file:{tmp_path}/a.{{lang}}.sgm" if name.endswith("sgm") else f"file:{path}"
    said, megabytes, seconds = cost(uri)
    assert re.search(expected, said), said
    assert megabytes < 300, said
    assert seconds < 12, said


def invalid_utf8() -> pa.Table:
    bad = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    return pa.table({"en": bad, "de": ["x"]})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (invalid_utf8(), "not a readable Parquet"),
        (pa.table([["a"], ["b"], ["c"]], ["en", "en", "de"]), "column `en` stands there more than once"),
        (pa.table({"en": [["a"]], "de": ["b"]}), "not a readable Parquet"),
        (pa.table({"\x1b[2J": ["a"]}), r"it has: \\x1b\[2J"),
        (pa.table({"en": ["x" * 5_000_000], "de": ["b"]}), "a text of 5,000,000 bytes in `en`"),
    ],
)
def test_parquet_that_is_no_text(tmp_path: Path, table: pa.Table, message: str):
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match=message):
        rows_of(f"file:{tmp_path}/a.parquet")


@pytest.mark.parametrize("content", ["9" * 5_000, "[" * 100_000, '{"a": "\\ud800"}', "[" * 900 + '"deep"' + "]" * 900])
def test_evaluation_sets_in_json(tmp_path: Path, content: str):
    (tmp_path / "a.jsonl").write_text(f"{content}\n")
    found = sentences(EvaluationSet(name="x", files=(str(tmp_path / "a.jsonl"),)))
    try:
        texts = list(found)
    except DataError as error:
        texts = [error.message.rpartition("/")[2]]
    assert all(text.encode() and text.startswith(("deep", "?", "a.jsonl:1: not JSON")) for text in texts)


def test_what_is_shown_cannot_steer_a_terminal():
    assert shown("a\x1b[2J\x9b1m\u202eb\n\u2028\ud800 नमस्ते\u200d 中") == (
        "a\\x1b[2J\\x9b1m\\u202eb\\x0a\\u2028\\ud800 नमस्ते\u200d 中"
    )


def test_names_in_messages_are_escaped(tmp_path: Path):
    zipped(tmp_path / "a.zip", **{"\x1b]0;x\x07.en": b"a\n", "a\u202e.en": b"b\n", "a.de": b"c\n"})
    with pytest.raises(DataError) as found:
        rows_of(f"file:{tmp_path}/a.zip")
    assert "\x1b" not in found.value.message
    assert "\u202e" not in found.value.message
    (tmp_path / "a.jsonl").write_text('{"\\u001b[2J": 1}\n')
    with pytest.raises(DataError, match=r"it has: \\x1b\[2J"):
        rows_of(f"file:{tmp_path}/a.jsonl")
