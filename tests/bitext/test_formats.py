"""TMX, PO, SGM, JSON lines and archives: what is right is read, what is wrong is one clear error."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from format_samples import PO, REF, SRC, TMX

from xlalign.bitext.sources import open_source
from xlalign.errors import DataError


def rows_of(uri: str, **options: object) -> list[tuple[str, str]]:
    return [
        (row.source, row.target) for text in open_source(uri, options).bitexts([("en", "de")]) for row in text.rows()
    ]


def test_tmx(tmp_path: Path):
    (tmp_path / "a.tmx").write_text(TMX)
    assert rows_of(f"file:{tmp_path}/a.tmx") == [("one & only", "der eine"), ("two", "zwei\nZeilen")]


def test_po(tmp_path: Path):
    (tmp_path / "de.po").write_text(PO)
    expected = [("File", "Datei"), ("two lines\n", 'zwei "Zeilen"\n'), ("one file", "eine Datei")]
    assert rows_of(f"file:{tmp_path}/de.po") == expected


def test_sgm(tmp_path: Path):
    (tmp_path / "a.en.sgm").write_text(SRC)
    (tmp_path / "a.de.sgm").write_text(REF)
    assert rows_of(f"file:{tmp_path}/a.{{lang}}.sgm") == [('one & "two"', "eins"), ("three four", "drei vier")]
    (tmp_path / "a.de.sgm").write_text(REF.replace('id="2"', 'id="3"'))
    with pytest.raises(DataError, match=r"a.en.sgm:4 and .*a.de.sgm:1: not the same segment"):
        rows_of(f"file:{tmp_path}/a.{{lang}}.sgm")


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ('{"en": "one", "de": "eins"}', {}),
        ('{"translation": {"en": "one", "de": "eins"}}', {}),
        ('{"source": "one", "target": "eins"}', {}),
        ('{"a": {"b": "one"}, "c": "eins"}', {"columns": ["a.b", "c"]}),
    ],
)
def test_jsonl(tmp_path: Path, line: str, options: dict[str, object]):
    (tmp_path / "a.jsonl").write_text(f"{line}\n\n")
    assert rows_of(f"file:{tmp_path}/a.jsonl", **options) == [("one", "eins")]


def test_archives(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/B.en", "one\n")
        archive.writestr("../../B.de", "eins\n")
        archive.writestr("pairs.tsv", "two\tzwei\n")
    assert rows_of(f"file:{tmp_path}/a.zip") == [("one", "eins")]
    assert rows_of(f"file:{tmp_path}/a.zip/pairs.tsv") == [("two", "zwei")]
    source = open_source(f"file:{tmp_path}/a.zip/pairs.tsv")
    assert source.inputs([("en", "de")]) == [tmp_path / "a.zip"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tmx", TMX[:300], r"a.tmx:5: not well-formed TMX"),
        ("a.tmx", TMX.replace("UTF-8", "UTF-99"), r"a.tmx:\d+: (cannot decode|not well-formed)"),
        ("a.tmx", '<!DOCTYPE tmx [<!ENTITY a "b">]><tmx>&a;</tmx>', "it declares the entity `a`"),
        ("a.tmx", '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><t>&x;</t>', "it declares the entity `x`"),
        ("de.po", 'msgid "a\nmsgstr "b"\n', r"de.po:1: not PO"),
        ("de.po", '"lost"\n', r"de.po:1: not PO"),
        ("a.jsonl", '{"en": "a", "de": "b"}\n{"en": "a"', r"a.jsonl:2: not JSON"),
        ("a.jsonl", "[1]\n", r"a.jsonl:1: a JSON list, wanted an object"),
        ("a.jsonl", '{"en": "a", "fr": "b"}\n', r"a.jsonl:1: no text under `en` and `de`; it has: en, fr"),
        ("a.jsonl", '{"en": "\\ud800", "de": "b"}\n', r"a.jsonl:1: half of a surrogate pair"),
        ("a.jsonl", "[" * 100_000 + "\n", r"a.jsonl:1: not JSON"),
        ("a.zip", "no zip", "damaged archive"),
        ("a.doc", "text", "cannot tell two languages apart in a `doc` file"),
    ],
)
def test_mistakes(tmp_path: Path, name: str, content: str, message: str):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        rows_of(f"file:{tmp_path}/{name}")


def test_sgm_without_end(tmp_path: Path):
    (tmp_path / "a.en.sgm").write_text(SRC.replace("</seg></doc>", ""))
    (tmp_path / "a.de.sgm").write_text(REF)
    with pytest.raises(DataError, match=r"a.en.sgm:4: a <seg> without </seg>"):
        rows_of(f"file:{tmp_path}/a.{{lang}}.sgm")
