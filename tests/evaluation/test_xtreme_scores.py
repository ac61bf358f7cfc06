import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xlalign.errors import DataError
from xlalign.evaluation.submission import score_folder

DATA = Path(__file__).parents[2].parent / "shared/data/xtreme-mock"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mock")
    with tarfile.open(DATA / "mock_test_data.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return next(folder.rglob("labels")).parent


def flat(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from flat(value, (*path, key))
    else:
        yield path, tree


@needs_data
@pytest.mark.parametrize(("rule", "version"), [("current", "1.2.2"), ("legacy", "0.0.12")])
def test_every_score_of_the_official_mock_data(mock, rule, version):
    expected = json.loads((DATA / f"expected-seqeval-{version}.json").read_text())
    ours = dict(flat(score_folder(mock / "predictions", mock / "labels", rule=rule)))
    wanted = {path: value for path, value in flat(expected) if path[0] != "mewslix"}
    assert len(wanted) > 300
    assert ours.keys() == wanted.keys()
    assert max(abs(ours[path] - wanted[path]) for path in wanted) < 1e-9


@needs_data
def test_a_part_of_the_languages_can_be_scored(mock):
    report = score_folder(mock / "predictions", mock / "labels", languages=["de", "en"])
    assert report["xnli"]["accuracy"].keys() == {"de", "en"}
    assert report["xnli"]["avg_metric"] == pytest.approx(sum(report["xnli"]["accuracy"].values()) / 2)


def write(folder: Path, task: str, lang: str, text: str) -> Path:
    path = folder / task / f"test-{lang}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_language_is_named(tmp_path):
    for side in ("p", "l"):
        for lang in ("de", "en", "es", "fr", "ja", "ko"):
            write(tmp_path / side, "pawsx", lang, "1\n0\n")
    with pytest.raises(DataError, match=r"test-zh.tsv: no such file"):
        score_folder(tmp_path / "p", tmp_path / "l")
    partial = score_folder(tmp_path / "p", tmp_path / "l", languages=["de"])
    assert partial["pawsx"]["avg_metric"] == 100.0
    assert "classification" not in partial


def test_unequal_lengths_are_refused_with_the_file(tmp_path):
    write(tmp_path / "p", "xnli", "de", "neutral\n")
    write(tmp_path / "l", "xnli", "de", "neutral\nneutral\n")
    with pytest.raises(DataError, match=r"test-de.tsv: 1 predictions for 2 items"):
        score_folder(tmp_path / "p", tmp_path / "l", languages=["de"])


def test_invalid_utf8_names_the_line(tmp_path):
    write(tmp_path / "l", "xnli", "de", "neutral\nneutral\n")
    write(tmp_path / "p", "xnli", "de", "").write_bytes(b"neutral\n\xff\n")
    with pytest.raises(DataError, match=r"test-de.tsv:2: not UTF-8"):
        score_folder(tmp_path / "p", tmp_path / "l", languages=["de"])


def test_no_common_task(tmp_path):
    with pytest.raises(DataError, match="wanted any of xnli"):
        score_folder(tmp_path, tmp_path)
