from pathlib import Path

import pytest
from narrowing import each

from xlalign.errors import UserError
from xlalign.evaluation.settings import EvalSettings
from xlalign.stages.pipeline import builtin_files, load, locate
from xlalign.training.settings import PretrainSettings

MINIMAL = """
[prepare]
languages = ["en", "de"]
[align-words]
aligner = "hmm"
[pretrain.base]
preset = "mlm"
steps = 10
[pretrain.ctl]
preset = "ml-ctl"
from = "base"
steps = 10
[eval]
tasks = ["xnli", "tatoeba"]
seeds = [1, 2]
"""


@pytest.fixture
def write(tmp_path):
    def save(text: str) -> Path:
        path = tmp_path / "xlalign.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return save


def test_stages_become_a_graph(write):
    graph = load(write(MINIMAL)).graph()
    assert graph["align-words"].inputs == {"bitext": "prepare"}
    assert graph["base"].inputs == {"bitext": "prepare"}
    tokens = "base.tokens.prepare.align-words.pairs"
    assert graph["ctl"].inputs == {
        "bitext": "prepare",
        "alignments": "align-words",
        "tokens-pairs": tokens,
        "model": "base",
    }
    assert graph[tokens].inputs == {"bitext": "prepare", "alignments": "align-words", "model": "base"}
    assert graph["eval.xnli.base.2"].inputs["tuned"] == "eval.xnli.base.tuned.2"
    assert graph["eval.xnli.base.tuned.2"].inputs["model"] == "base"
    assert graph["eval.tatoeba.ctl.0"].inputs == {"data": "eval.tatoeba.data", "model": "ctl"}
    assert not any("trial" in name for name in graph["eval"].inputs.values())


def test_renaming_a_stage_changes_no_key(write):
    renamed = MINIMAL.replace("[pretrain.base]", "[pretrain.start]").replace('from = "base"', 'from = "start"')
    contents = {"bitext": "x", "alignments": "y", "model": "z"}
    one, two = (load(write(text)).graph()["ctl"].recipe(contents) for text in (MINIMAL, renamed))
    assert one.key == two.key


def test_a_model_is_identified_by_its_content_whatever_its_name(write, tmp_path, monkeypatch):
    """A folder may be called `stage`; once the word stood for any stage and the folder's content for nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("stage", "copy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text('{"num_hidden_layers": 2}')
    path = write(MINIMAL.replace('from = "base"', 'from = "stage"'))

    def identity(path: Path) -> str:
        return load(path).graph()["ctl"].recipe({"bitext": "x", "alignments": "y"}).key

    first = identity(path)
    assert identity(write(path.read_text().replace('"stage"', '"copy"'))) == first
    (tmp_path / "copy" / "config.json").write_text('{"num_hidden_layers": 3}')
    assert identity(path) != first
    (tmp_path / "copy" / "config.json").unlink()
    with pytest.raises(UserError, match="no model folder"):
        identity(path)


def test_the_options_of_a_command_reach_every_stage_of_its_section(write):
    """Once they were written as TOML text, and `eval.tasks=...` made a third table beside the two."""
    named = MINIMAL.replace("[eval]", "[eval.one]") + '[eval.two]\ntasks = ["udpos"]\n'
    fields = {"eval": {"tasks": ["xnli"], "data": 'folder:a "b"'}}
    pipeline = load(write(named), fields=fields)
    assert [(s.tasks, s.data) for s in each(EvalSettings, pipeline.stages["eval"].values())] == 2 * [
        (("xnli",), 'folder:a "b"')
    ]
    again = load(write(named), [change for change in pipeline.changes if change != "--set"])
    assert again.stages == pipeline.stages
    single = load(write(MINIMAL), fields=fields)
    assert [s.tasks for s in each(EvalSettings, single.stages["eval"].values())] == [("xnli",)]


CONTENTS = {"model": "z", "data": "d", "trial0": "e", "trial1": "f"}


def key(path: Path, name: str) -> str:
    return load(path).graph()[name].recipe(CONTENTS).key


def test_another_task_model_or_seed_changes_no_fine_tuning(write):
    more = MINIMAL.replace('"tatoeba"]', '"udpos", "tatoeba"]\nresamples = 10').replace("[1, 2]", "[1, 2, 3]")
    for name in ("eval.xnli.ctl.trial0", "eval.xnli.ctl.tuned.2", "eval.xnli.ctl.2"):
        assert key(write(MINIMAL), name) == key(write(more), name)
        other = MINIMAL + "train_examples = 5\n"
        assert key(write(MINIMAL), name) != key(write(other), name)


def test_another_language_or_test_set_changes_no_fine_tuning(write):
    more = MINIMAL + 'languages = ["en", "de"]\ntest_examples = 5\n'
    for name in ("eval.xnli.english", "eval.xnli.ctl.trial0", "eval.xnli.ctl.tuned.2"):
        assert key(write(MINIMAL), name) == key(write(more), name)
    assert key(write(MINIMAL), "eval.xnli.ctl.2") != key(write(more), "eval.xnli.ctl.2")


def test_tasks_with_the_same_training_data_share_its_nodes(write):
    text = MINIMAL.replace('"tatoeba"]', '"xquad", "mlqa"]')
    graph = load(write(text)).graph()
    assert graph["eval.mlqa.ctl.1"].inputs["tuned"] == "eval.xquad.ctl.tuned.1"
    assert not any(name.startswith("eval.mlqa.ctl.trial") for name in graph)


def test_set_and_profile(write):
    path = write(MINIMAL + '[profiles.small]\n"pretrain.base.steps" = 3\n"eval.seeds" = [9]\n')

    def steps(*changes: str) -> int:
        settings = load(path, changes, "small").stages["pretrain"]["base"]
        assert isinstance(settings, PretrainSettings)
        return settings.steps

    assert steps() == 3
    assert steps("pretrain.base.steps=7") == 7
    with pytest.raises(UserError, match="unknown profile"):
        load(path, profile="large")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[prepare]", "[prepair]"), r"unknown table .*`prepair`"),
        (("tasks = ", "taks = "), r"unknown key `eval.taks`; did you mean `tasks`"),
        (('preset = "ml-ctl"', 'preset = "ml-ctk"'), "ml-ctk"),
        (('"xnli"', '"xnlj"'), "unknown task `xnlj`"),
        (('from = "base"', 'from = "ctl"'), "wait for each other: ctl -> ctl"),
        (("[pretrain.ctl]", "[pretrain.prepare]"), "`prepare` is no name for a stage, but that of a table"),
        (("[align-words]", "[align-words.base]"), "two stages have the name `base`"),
        (('[align-words]\naligner = "hmm"', ""), r"no \[align-words\] stage"),
        (("[pretrain.base]", "[pretrain]"), r"needs a name for each stage|unknown key"),
        (('aligner = "hmm"', 'aligner = "hm"'), "hm"),
    ],
)
def test_mistakes_are_told_before_anything_runs(write, change, message):
    with pytest.raises(UserError, match=message):
        load(write(MINIMAL.replace(*change))).graph()


def test_the_command_line_names_profile_and_overrides(write):
    pipeline = load(write(MINIMAL + '[profiles.full]\n"eval.seeds" = [1, 2]\n'), ["prepare.dev_size=3"], "full")
    typed = pipeline.command_line("report")
    assert typed == f"xlalign report {pipeline.source} --profile full --set prepare.dev_size=3"
    assert load(locate("quickstart")).command_line("run") == "xlalign run quickstart"


def test_locate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate(None) == builtin_files()["quickstart"]
    assert locate("quickstart") == builtin_files()["quickstart"]
    with pytest.raises(UserError, match="unknown pipeline `quikstart`"):
        locate("quikstart")
    with pytest.raises(UserError, match="no pipeline file"):
        locate("my/other.toml")
    (tmp_path / "xlalign.toml").write_text(MINIMAL)
    assert str(locate(None)) == "xlalign.toml"
