"""CSV in its dialects, XLIFF, and folders of `save_to_disk`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlalign.bitext.sources import open_source
from xlalign.errors import DataError, UserError

EXPECTED = [("Hello, world", "Hallo; Welt"), ('a "word"', "ein\nWort")]


def rows_of(uri: str, pairs: Any = (("en", "de"),), **options: Any) -> list[tuple[str, str]]:
    return [(row.source, row.target) for text in open_source(uri, options).bitexts(pairs) for row in text.rows()]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("head", [None, ["en", "de"], ["id", "de", "x", "en"]])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_dialects(tmp_path: Path, delimiter: str, head: list[str] | None, end: str):
    names = head or ["en", "de"]
    lines = [] if head is None else [head]
    for number, (source, target) in enumerate(EXPECTED):
        cells = {"en": source, "de": target, "id": str(number), "x": ""}
        lines.append([quoted(cells[name]) for name in names])
    (tmp_path / "a.csv").write_text("".join(delimiter.join(line) + end for line in lines), newline="")
    assert rows_of(f"file:{tmp_path}/a.csv") == EXPECTED


def test_csv_stated(tmp_path: Path):
    (tmp_path / "a.csv").write_text("'it~s';'x~1'~'das';'y'\n'b'~'c'\n")
    stated = {"kind": "csv", "delimiter": "~", "quote": "'"}
    assert rows_of(f"file:{tmp_path}/a.csv", format={**stated, "quote": ""}, columns=[1, 2])[1] == ("'b'", "'c'")
    (tmp_path / "a.csv").write_text("'it~s'~'das'\n'b'~'c'\n")
    assert rows_of(f"file:{tmp_path}/a.csv", format=stated) == [("it~s", "das"), ("b", "c")]
    with pytest.raises(UserError, match="did you mean `delimiter`"):
        rows_of(f"file:{tmp_path}/a.csv", format={"kind": "csv", "delimeter": "~"})


def test_csv_columns(tmp_path: Path):
    (tmp_path / "a.csv").write_text("id,English,German\n1,one,eins\n")
    assert rows_of(f"file:{tmp_path}/a.csv", columns=["English", "German"]) == [("one", "eins")]
    assert rows_of(f"file:{tmp_path}/a.csv", columns=[2, 3])[1] == ("one", "eins")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one\ntwo\n", "a.csv: no delimiter gives two columns"),
        ("a,b,c\n", "a.csv: no delimiter gives two columns"),
        ('en,de\n"one,eins\n', "a.csv"),
        ("en,de\n" + "a,b\n" * 60 + '"one,eins\n', r"a.csv:62: not CSV \(unexpected end of data\)"),
        ("en,de\n" + "a,b\n" * 60 + "one\n", r"a.csv:62: 1 columns, wanted at least 2"),
    ],
)
def test_csv_mistakes(tmp_path: Path, content: str, message: str):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        rows_of(f"file:{tmp_path}/a.csv")


XLIFF12 = """<?xml version="1.0"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file source-language="en-US" target-language="de">
<body><trans-unit id="1"><source>File <g id="1">menu</g><ph id="2">{0}</ph></source>
<target>Datei <g id="1">menü</g></target>
<alt-trans><source>x</source><target>y</target></alt-trans></trans-unit>
<trans-unit id="2"><source>untranslated</source></trans-unit></body></file>
<file source-language="fr" target-language="de">
<trans-unit><source>un</source><target>eins</target></trans-unit></file></xliff>
"""
XLIFF2 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de-AT">
<file id="f"><unit id="1">
<match><source>no</source><target>nein</target></match>
<segment><source>one <pc id="1">house</pc></source><target>ein <pc id="1">Haus</pc></target></segment>
<segment><source>two</source><target>zwei</target></segment></unit></file></xliff>
"""


@pytest.mark.parametrize("ending", ["xlf", "xliff"])
def test_xliff(tmp_path: Path, ending: str):
    path = tmp_path / f"a.{ending}"
    path.write_text(XLIFF12)
    assert rows_of(f"file:{path}") == [("File menu", "Datei menü")]
    assert rows_of(f"file:{path}", (("de", "en"),)) == [("Datei menü", "File menu")]
    path.write_text(XLIFF2)
    assert rows_of(f"file:{path}") == [("one house", "ein Haus"), ("two", "zwei")]
    path.write_text(XLIFF2.replace("</file>", ""))
    with pytest.raises(DataError, match=rf"a.{ending}:\d+: not well-formed XLIFF"):
        rows_of(f"file:{path}")


def saved(folder: Path, **columns: Any) -> None:
    folder.mkdir(parents=True)
    table = pa.table(columns)
    with (
        pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as out,
    ):
        out.write_table(table)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))


def test_saved_data_sets(tmp_path: Path):
    saved(tmp_path / "one", translation=[{"en": "one", "de": "eins"}])
    assert rows_of(f"file:{tmp_path}/one") == [("one", "eins")]
    for split in ("train", "test"):
        saved(tmp_path / "many" / split, en=[split], de=["x"])
    (tmp_path / "many/dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    assert rows_of(f"file:{tmp_path}/many") == [("train", "x")]
    assert rows_of(f"file:{tmp_path}/many", format={"kind": "saved", "split": "test"}) == [("test", "x")]


def test_what_datasets_writes(tmp_path: Path):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_dict({"en": ["one"], "de": ["eins"]}).save_to_disk(str(tmp_path / "a"))
    assert rows_of(f"file:{tmp_path}/a") == [("one", "eins")]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("{}", "not a readable folder"),
        ('{"_data_files": [{"filename": "../x.arrow"}]}', "a file outside"),
        ('{"_data_files": [], "_indices_files": [1]}', "a selection of rows"),
        ("[", "not a readable folder"),
    ],
)
def test_damaged_saved_data_sets(tmp_path: Path, state: str, message: str):
    saved(tmp_path / "a", en=["a"], de=["b"])
    (tmp_path / "a/state.json").write_text(state)
    with pytest.raises(DataError, match=message):
        rows_of(f"file:{tmp_path}/a")


def parquet(path: Path, **columns: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def test_folders_of_the_hub(tmp_path: Path):
    """A clone with a configuration for each pair, files of one split, and what `save_to_disk` wrote."""
    for pair, row in {"de-en": ("one", "eins"), "en-fr": ("one", "un")}.items():
        other = pair.replace("en", "").strip("-")
        for split in ("train", "validation"):
            texts = [{"en": row[0] if split == "train" else "dev", other: row[1]}]
            parquet(tmp_path / "opus" / pair / f"{split}-00000-of-00001.parquet", translation=texts)
    (tmp_path / "opus/README.md").write_text("---\nlicense: cc-by-4.0\nlanguage: [en, de]\n---\n# OPUS\n")
    assert rows_of(f"hf:{tmp_path}/opus") == [("one", "eins")]
    assert rows_of(f"hf:{tmp_path}/opus", (("en", "de"), ("en", "fr"))) == [("one", "eins"), ("one", "un")]
    assert rows_of(f"hf:{tmp_path}/opus", split="validation") == [("dev", "eins")]
    source = open_source(f"hf:{tmp_path}/opus")
    (text,) = source.bitexts([("en", "de")])
    assert (text.corpus, text.place, text.licence) == ("opus", "hf:opus", "cc-by-4.0")
    assert [path.name for path in source.inputs([("en", "de")])] == ["train-00000-of-00001.parquet"]
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines/pairs.jsonl").write_text('{"en": "one", "de": "eins"}\n')
    assert rows_of(f"hf:{tmp_path}/lines") == [("one", "eins")]
    saved(tmp_path / "saved/train", en=["one"], de=["eins"])
    (tmp_path / "saved/dataset_dict.json").write_text('{"splits": ["train"]}')
    assert rows_of(f"hf:{tmp_path}/saved") == [("one", "eins")]


def test_a_folder_of_the_hub_whose_card_says_what_is_where(tmp_path: Path):
    card = """---
license: [mit, cc0-1.0]
configs:
- config_name: default
  data_files: "text/*.csv"
- config_name: en-fr
  data_files:
  - split: train
    path: ["x/a.jsonl", "x/b.jsonl"]
---
"""
    (tmp_path / "text").mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "README.md").write_text(card)
    (tmp_path / "text/any.csv").write_text("en,de\none,eins\n")
    for name in "abc":
        (tmp_path / f"x/{name}.jsonl").write_text(f'{{"en": "{name}", "fr": "{name}"}}\n')
    assert rows_of(f"hf:{tmp_path}") == [("one", "eins")]
    assert rows_of(f"hf:{tmp_path}", (("en", "fr"),)) == [("a", "a"), ("b", "b")]
    assert {text.licence for text in open_source(f"hf:{tmp_path}").bitexts([("en", "de")])} == {"mit, cc0-1.0"}


def test_folders_of_the_hub_that_have_nothing(tmp_path: Path):
    with pytest.raises(DataError, match="no such folder"):
        rows_of(f"hf:{tmp_path}/none")
    with pytest.raises(DataError, match="no data of split `train` for en-de"):
        rows_of(f"hf:{tmp_path}")
    (tmp_path / "README.md").write_text("---\na: [\n---\n")
    with pytest.raises(DataError, match=r"README.md: its head is not YAML"):
        rows_of(f"hf:{tmp_path}")
