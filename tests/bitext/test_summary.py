"""What prepare says about the data: the rows of its table, and its warnings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.summary import CorpusRow, rows, warnings
from xlalign.errors import DataError

EN = "The old man with the {} walks slowly through the quiet streets of the town"
DE = "Der alte Mann mit dem {} geht langsam durch die ruhigen Strassen der Stadt"


def made(folder: Path, *sources: Any, **fields: Any) -> dict[str, Any]:
    table = {"languages": ["en", "de"], "sources": sources, "dev_size": 0, **fields}
    prepare(PrepareSettings.model_validate(table), folder / "out")
    found: dict[str, Any] = json.loads((folder / "out/report.json").read_text())
    return found


def tsv(path: Path, count: int, swapped: int = 0) -> str:
    texts = [(EN.format(f"dog {i}"), DE.format(f"Hund {i}")) for i in range(count)]
    path.write_text("".join("\t".join(pair[::-1] if i < swapped else pair) + "\n" for i, pair in enumerate(texts)))
    return f"file:{path}"


def test_rows_of_sources_and_their_sum(tmp_path: Path):
    (tmp_path / "b.tsv").write_text(
        "same\tsame\n\tleer\nx\tein zwei drei vier fünf sechs sieben acht neun\n" * 2 + "ab\tcd\n"
    )
    report = made(tmp_path, tsv(tmp_path / "a.tsv", 30), f"file:{tmp_path}/b.tsv")
    first, second, total = rows(report)
    assert first == CorpusRow("a", "en-de", 30, 30, (), 0)
    assert (second.read, second.kept) == (7, 1)
    assert len(second.removed) == 3
    assert second.others + sum(count for _, count in second.removed) == 6
    assert (total.corpus, total.read, total.kept) == ("all", 37, 31)


def test_a_source_that_lacks_a_pair(tmp_path: Path):
    for lang, text in {"en": EN, "de": DE}.items():
        (tmp_path / f"a.{lang}").write_text("".join(text.format(i) + "\n" for i in range(20)))
    fr = tmp_path / "fr.tsv"
    fr.write_text(
        "".join(f"{EN.format(i)}\tLe vieil homme avec le chien {i} marche lentement dans la ville\n" for i in range(20))
    )
    other = {"uri": f"file:{fr}", "languages": ["en", "fr"]}
    report = made(tmp_path, f"file:{tmp_path}/a.{{lang}}", other, languages=["en", "de", "fr"])
    assert warnings(report) == ["file:a.{lang} has no en-fr: is a file missing, or called otherwise (see `names`)?"]


def test_a_filter_that_removes_more_than_half(tmp_path: Path):
    long = "".join(f"{EN.format('x' * (i + 5))}\t{DE.format('y' * (i + 5))}\n" for i in range(30))
    (tmp_path / "a.tsv").write_text(long)
    report = made(tmp_path, f"file:{tmp_path}/a.tsv", filters={"longest_word": {"max": 15}})
    (warning,) = warnings(report)
    assert warning.startswith("a en-de: the filter `longest_word` (characters) removed 19 of 30 pairs; look at")


def test_sides_that_look_swapped(tmp_path: Path):
    report = made(tmp_path, tsv(tmp_path / "a.tsv", 300, swapped=280))
    assert report["kept"] < 30
    assert warnings(report) == [
        'a en-de: the sides look swapped: write languages = ["de", "en"] for this source, in the order of its columns'
    ]
    with pytest.raises(DataError) as found:
        made(tmp_path, tsv(tmp_path / "a.tsv", 300, swapped=300))
    assert 'languages = ["de", "en"]' in (found.value.hint or "")


def test_nothing_strange(tmp_path: Path):
    assert warnings(made(tmp_path, tsv(tmp_path / "a.tsv", 300, swapped=20))) == []
