"""Every pipeline file that comes with the project decodes and plans."""

from pathlib import Path

import pytest
from narrowing import each

from xlalign.artifacts.store import Store
from xlalign.evaluation.settings import EvalSettings
from xlalign.stages.pipeline import builtin_files, load
from xlalign.stages.runner import plan

FOLDER = Path(__file__).parents[2] / "pipelines"
FILES = sorted(FOLDER.rglob("*.toml"))


def test_none_is_forgotten():
    assert len(FILES) >= 2
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(builtin_files())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_plans(path: Path):
    pipeline = load(path)
    graph = pipeline.graph()
    assert pipeline.title != path.stem, "a pipeline says in one line what it is for"
    assert any(node.kind.name == "prepare" for node in graph.values())
    if "shared/data" in path.read_text(encoding="utf-8"):
        return  # its plan needs the data; the graph was built
    assert {line.node.name for line in plan(graph, graph, Store())} == set(graph)


@pytest.mark.parametrize("profile", ["full"])
def test_profiles_load(profile: str):
    (settings,) = each(EvalSettings, load(FOLDER / "quickstart.toml", profile=profile).stages["eval"].values())
    assert settings.seeds == (1, 2, 3, 4, 5)
