"""The same sentences in every format, as other programs write them, are the same pairs to us.

With `XLALIGN_PAIRS=FILE.tsv` the test runs on text of your own instead of the micro-world's.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlalign.bitext.sources import open_source

Pairs = list[tuple[str, str]]
HARD = [
    ('He said "no, not; that"', "Er sagte „nein, das; nicht“"),
    ("a | b\tc", "<b>fett</b> & mehr"),
    ("' ", "ß\u200d"),
]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """Two hundred sentence pairs, and some with every delimiter, quote and mark-up in them."""
    if path := os.environ.get("XLALIGN_PAIRS"):
        source = open_source(f"file:{path}", {"languages": ["en", "de"]})
    else:
        source = open_source("micro:3", {"pairs": 200})
    found = [(row.source, row.target) for text in source.bitexts([("en", "de")]) for row in text.rows()]
    return found + HARD


def write_csv(dialect: str) -> Callable[[Path, Pairs], str]:
    def write(folder: Path, pairs: Pairs) -> str:
        with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, dialect)
            writer.writerows([("en", "de"), *pairs])
        return f"file:{folder}/a.csv"

    return write


class Semicolons(csv.excel):
    """What a spreadsheet writes in Germany."""

    delimiter = ";"


class Bars(csv.unix_dialect):
    """Every cell in quotes."""

    delimiter = "|"


csv.register_dialect("semicolons", Semicolons)
csv.register_dialect("bars", Bars)


def write_xliff12(folder: Path, pairs: Pairs) -> str:
    space = "urn:oasis:names:tc:xliff:document:1.2"
    root = ET.Element("xliff", version="1.2", xmlns=space)
    file = ET.SubElement(root, "file", {"source-language": "en-GB", "target-language": "de-AT"})
    body = ET.SubElement(file, "body")
    for number, pair in enumerate(pairs):
        unit = ET.SubElement(body, "trans-unit", id=str(number))
        for name, text in zip(("source", "target"), pair, strict=True):
            ET.SubElement(unit, name).text = text
    return written(root, folder / "a.xlf")


def write_xliff2(folder: Path, pairs: Pairs) -> str:
    space = "urn:oasis:names:tc:xliff:document:2.0"
    root = ET.Element("xliff", version="2.0", xmlns=space, srcLang="en", trgLang="de")
    file = ET.SubElement(root, "file", id="f")
    for number, pair in enumerate(pairs):
        unit = ET.SubElement(file, "unit", id=str(number))
        segment = ET.SubElement(unit, "segment")
        for name, text in zip(("source", "target"), pair, strict=True):
            ET.SubElement(segment, name).text = text
    return written(root, folder / "a.xliff")


def written(root: ET.Element, path: Path) -> str:
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return f"file:{path}"


def write_saved(folder: Path, pairs: Pairs) -> str:
    datasets = pytest.importorskip("datasets")
    rows = [{"translation": {"en": source, "de": target}} for source, target in pairs]
    datasets.DatasetDict({"train": datasets.Dataset.from_list(rows)}).save_to_disk(str(folder / "saved"))
    return f"file:{folder}/saved"


def write_saved_for_hf(folder: Path, pairs: Pairs) -> str:
    return write_saved(folder, pairs).replace("file:", "hf:")


def write_clone(folder: Path, pairs: Pairs) -> str:
    (folder / "clone/de-en").mkdir(parents=True)
    half = len(pairs) // 2
    for number, part in enumerate((pairs[:half], pairs[half:])):
        rows = pa.table({"translation": [{"de": target, "en": source} for source, target in part]})
        pq.write_table(rows, folder / f"clone/de-en/train-{number:05}-of-00002.parquet")
    return f"hf:{folder}/clone"


def write_lines_of_json(folder: Path, pairs: Pairs) -> str:
    (folder / "clone").mkdir()
    rows = [json.dumps({"en": source, "de": target}) for source, target in pairs]
    (folder / "clone/train.jsonl").write_text("\n".join(rows) + "\n")
    return f"hf:{folder}/clone"


FORMATS = {
    "csv": write_csv("excel"),
    "csv with tabs": write_csv("excel-tab"),
    "csv with semicolons": write_csv("semicolons"),
    "csv with bars": write_csv("bars"),
    "csv of unix": write_csv("unix"),
    "XLIFF 1.2": write_xliff12,
    "XLIFF 2": write_xliff2,
    "save_to_disk": write_saved,
    "save_to_disk for hf:": write_saved_for_hf,
    "clone of a hub repository": write_clone,
    "JSON lines for hf:": write_lines_of_json,
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_pairs_in_every_format(name: str, tmp_path: Path, pairs: Pairs):
    uri = FORMATS[name](tmp_path, pairs)
    for order in (("en", "de"), ("de", "en")):
        (text,) = open_source(uri, {} if uri.startswith("hf:") else {"languages": list(order)}).bitexts([order])
        expected = [pair[:: 1 if order[0] == "en" else -1] for pair in pairs]
        assert [(row.source, row.target) for row in text.rows()] == expected
