"""Which model a name stands for."""

from pathlib import Path

import pytest

from xlalign.modeling.reference import Folder, Hub, Scratch, Stage, parse


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("scratch:nano", Scratch("nano")),
        ("base", Stage("base")),
        ("./base", Folder(Path("base"))),
        ("here", Folder(Path("here"))),
        ("/models/x", Folder(Path("/models/x"))),
        ("FacebookAI/xlm-roberta-base", Hub("FacebookAI/xlm-roberta-base")),
        ("bert@v2", Hub("bert", "v2")),
        ("missing", Hub("missing")),
    ],
)
def test_a_name_becomes_a_value(name, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("here", "base"):
        (tmp_path / folder).mkdir()
    assert parse(name, ["base"]) == model


def test_a_commit_needs_no_network():
    commit = "0123456789abcdef" * 2 + "01234567"
    hub = parse(f"org/model@{commit}")
    assert isinstance(hub, Hub)
    assert hub.identity() == f"org/model@{commit}"
