"""Nothing of the machine gets into an artifact: no home folder, no absolute path, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlalign.bitext.prepare import inputs, prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.sources.base import shown_uri
from xlalign.config import identity


def corpus(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"word {i} of the text\tWort {i} aus dem Text\n" for i in range(40)]
    (folder / "a.tsv").write_text("".join(rows))
    return folder / "a.tsv"


def settings(path: Path) -> PrepareSettings:
    fields = {"uri": f"file:{path}", "languages": ["en", "de"]}
    mono = [{"uri": f"file:{path.parent}/a.{{lang}}.txt"}]
    return PrepareSettings.model_validate({"languages": ["en", "de"], "sources": [fields], "mono": mono, "dev_size": 0})


def test_pins_are_the_same_from_every_folder(tmp_path: Path):
    found = [inputs(settings(corpus(tmp_path / name))) for name in ("one", "two")]
    assert list(found[0]) == list(found[1]) == ["file:a.tsv"]
    assert found[0] != found[1]


def test_files_of_one_name_have_a_pin_each(tmp_path: Path):
    for lang in ("en", "de"):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "text.txt").write_text(f"{lang}\n")
    fields = {"languages": ["en", "de"], "sources": [f"file:{tmp_path}/{{lang}}/text.txt"]}
    assert list(inputs(PrepareSettings.model_validate(fields))) == ["file:text.txt", "file:text.txt (2)"]


def test_home_is_in_no_artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "geheimnis"
    monkeypatch.setenv("HOME", str(home))
    path = corpus(home / "texts")
    for lang in ("en", "de"):
        (home / f"texts/a.{lang}.txt").write_text("a line of text in no language\n")
    wanted = settings(path)
    prepare(wanted, tmp_path / "out")
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"geheimnis" not in written
    assert "geheimnis" not in str(identity(wanted))
    assert identity(wanted)["sources"][0]["uri"] == "file:~/texts/a.tsv"
    assert "geheimnis" not in str(list(inputs(wanted)))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:/a/b/c.en|/a/b/c.de", "file:c.en|c.de"),
        ("file:~/b/c.{lang}", "file:c.{lang}"),
        ("file:data/c.tsv", "file:data/c.tsv"),
        ("romanize:file:/a/c.{lang}.txt", "romanize:file:c.{lang}.txt"),
        ("url:https://h/a/b.tsv", "url:https://h/a/b.tsv"),
        ("micro:", "micro:"),
    ],
)
def test_what_reports_call_a_source(uri: str, expected: str):
    assert shown_uri(uri) == expected
