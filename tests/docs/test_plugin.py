"""The example plug-in of the extend guide works, found through its entry points."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from xlalign import registry
from xlalign.types import Pair

PLUGIN = Path(__file__).parents[2] / "docs/examples/plugin"


@pytest.fixture
def installed(monkeypatch):
    """As if `pip install docs/examples/plugin` had been run."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = [
        EntryPoint(name=name, value=value, group=group)
        for group, table in project["entry-points"].items()
        for name, value in table.items()
    ]
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setattr(registry, "entry_points", lambda group: [point for point in points if point.group == group])


def table(original):
    """A fresh registry with the rows of `original`, so that the plug-ins are looked up anew."""
    return registry.Registry(original.kind, original._table, original.group)


def test_filter(installed):
    from xlalign.bitext.filters import FILTERS

    question = table(FILTERS).get("question")(max=0)
    pairs = [
        Pair("1", "Is it late?", "¿Es tarde?", "en", "es", "x"),
        Pair("2", "Is it late?", "Es tarde.", "en", "es", "x"),
    ]
    assert [question.accept(question.score(pair)) for pair in pairs] == [True, False]
    assert "question" in table(FILTERS).names()


def test_task(installed, tmp_path):
    from xlalign.evaluation.data.load import load
    from xlalign.evaluation.tasks import TASKS

    task = table(TASKS).get("animals")
    folder = tmp_path / "animals"
    folder.mkdir()
    (folder / "test-en.tsv").write_text(
        "The dog barks.\tThere is a dog.\tyes\nIt rains.\tThere is a dog.\tno\n", encoding="utf-8"
    )
    examples = load(task, f"folder:{tmp_path}", "en", "test")
    assert [example["label"] for example in examples] == ["yes", "no"]
    assert task.score(["yes", "no"], ["yes", "yes"], "en")["accuracy"] == 50.0
