"""Vocabulary stages in a pipeline: what they read, who can start from them, what is refused before anything runs."""

import json

import pytest
from small_tokenizers import sentences
from typer.testing import CliRunner

from xlalign.cli.main import app
from xlalign.errors import XlalignError
from xlalign.modeling import scratch
from xlalign.modeling.loading import save
from xlalign.modeling.vocabulary.initialisation.focus import Focus
from xlalign.stages.pipeline import load

FILE = """
[prepare]
languages = ["en", "de"]
[align-words]
aligner = "hmm"
[vocabulary.small]
method = "trim"
from = "./model"
bitext = ["prepare"]
[vocabulary.large]
method = "extend"
from = "small"
languages = ["de"]
bitext = ["prepare"]
initialisation = { kind = "wechsel" }
[pretrain.after]
preset = "info-snt"
from = "large"
steps = 2
[eval]
tasks = ["tatoeba"]
models = ["small", "after"]
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    """An encoder from scratch in ./model, and text in two languages."""
    monkeypatch.chdir(tmp_path)
    text = {language: sentences(language, 200) for language in ("en", "ru")}
    tokenizer = scratch.train_tokenizer(text, "nano")
    save(scratch.create("nano", tokenizer, 0), tokenizer, tmp_path / "model")
    for language in text:
        (tmp_path / f"{language}.txt").write_text("\n".join(sentences(language, 60, seed=1)) + "\n", encoding="utf-8")
    return tmp_path


def graph(text: str):
    from pathlib import Path

    Path("xlalign.toml").write_text(text, encoding="utf-8")
    return load(Path("xlalign.toml")).graph()


def test_a_vocabulary_stage_is_a_model_like_any_other(model):
    nodes = graph(FILE)
    assert nodes["small"].inputs == {"bitext 0": "prepare"}
    assert str(nodes["small"].models["model"]) == "model"
    assert nodes["large"].inputs == {"bitext 0": "prepare", "alignments": "align-words", "model": "small"}
    assert nodes["after"].inputs["model"] == "large"
    assert nodes["eval.tatoeba.small.0"].inputs["model"] == "small"


def test_tokens_are_those_of_the_new_vocabulary(model):
    nodes = graph(FILE)
    tokens = [node for node in nodes.values() if node.kind.name == "tokens"]
    assert tokens
    assert {node.inputs["model"] for node in tokens} == {"large"}


def test_a_dictionary_file_needs_no_word_links(model):
    (model / "words.tsv").write_text("haus\thouse\n")
    nodes = graph(FILE.replace('languages = ["de"]', 'languages = ["de"]\ndictionary = "words.tsv"'))
    assert "alignments" not in nodes["large"].inputs


def test_options_of_a_part_are_validated_by_the_part(model):
    from xlalign.stages.vocabulary import VocabularyStage

    table = {"method": "extend", "from": "m", "languages": ["de"], "text": {"de": ["x"]}}
    made = VocabularyStage.model_validate({**table, "initialisation": {"kind": "focus", "window": 3}})
    assert made.initialisation == Focus(window=3)
    with pytest.raises(ValueError, match="windw"):
        VocabularyStage.model_validate({**table, "initialisation": {"kind": "focus", "windw": 3}})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('method = "extend"', 'method = "trim"'), "trim has no `initialisation`"),
        (('languages = ["de"]\nbitext', "bitext"), "extend needs `languages`"),
        (('from = "small"', 'from = "smal"'), "smal"),
        (('from = "./model"', 'from = "scratch:nano"'), "no vocabulary yet"),
        (('bitext = ["prepare"]\n[vocabulary.large]', "[vocabulary.large]"), "no text"),
        (('kind = "wechsel"', 'kind = "wexel"'), "wexel"),
        (('method = "trim"', 'method = "trimm"'), "vocabulary.small.method"),
        (('from = "./model"', ""), "no model"),
    ],
)
def test_mistakes_are_said_before_anything_runs(model, change, said):
    from pathlib import Path

    assert change[0] in FILE
    Path("xlalign.toml").write_text(FILE.replace(*change), encoding="utf-8")
    with pytest.raises(XlalignError, match=said):
        load(Path("xlalign.toml")).check(["after"])


def run(*arguments: str):
    return CliRunner().invoke(app, ["vocab", *arguments, "--cache", "cache"])


def test_trim_without_a_file_then_extend_what_came_out(model):
    texts = ["--text", "en=en.txt"]
    done = run("trim", "--model", "model", *texts, "--out", "made", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads((model / "made/trim/vocabulary.json").read_text())
    assert report["pieces"]["after"] < report["pieces"]["before"]
    assert report["languages"]["en"]["changed"] == 0
    assert "hit trim" in run("trim", "--model", "model", *texts).output
    more = ["--text", "ru=ru.txt", "--languages", "ru", "--set", "vocabulary.extend.add.minimum_count=2"]
    done = run("extend", "--model", "made/trim", *texts, *more, "--out", "made")
    assert done.exit_code == 0, done.output
    grown = json.loads((model / "made/extend/vocabulary.json").read_text())["languages"]
    assert grown["ru"]["after"]["pieces_per_word"] < grown["ru"]["before"]["pieces_per_word"]


def test_text_without_language_is_refused(model):
    done = run("trim", "--model", "model", "--text", "en.txt")
    assert done.exit_code == 2
    assert "--text de=en.txt" in done.output
