"""The first hour: a file for one's own job, a check with an estimate, one job without a file."""

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlalign.cli.complete import aligners, pipelines, presets, stages, tasks
from xlalign.cli.console import amount, duration, fitting, pace
from xlalign.cli.main import app
from xlalign.stages.pipeline import builtin_files
from xlalign.stages.schema import schema

PAIRS = [("the dog sleeps", "der Hund schläft"), ("a cat sleeps", "eine Katze schläft"), ("", "leer")] * 10


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for place, lang in enumerate(("en", "de")):
        (tmp_path / f"a.{lang}").write_text("".join(f"{pair[place]}\n" for pair in PAIRS), encoding="utf-8")
    return tmp_path


def xlalign(*arguments: str, typed: str | None = None, code: int = 0) -> str:
    result = CliRunner().invoke(app, [*arguments], input=typed, env={"COLUMNS": "80", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


def test_init_writes_a_file_for_the_job_that_passes_check(here):
    (here / "sub").mkdir()
    xlalign(
        "init", "--encoder", "scratch:nano", "--bitext", "a.en", "a.de", "--languages", "en-de", "-p", "sub/my.toml"
    )
    text = (here / "sub" / "my.toml").read_text()
    assert text.startswith("#:schema ./.xlalign-schema.json\n")
    assert json.loads((here / "sub" / ".xlalign-schema.json").read_text()) == schema()
    assert tomllib.loads(text)["prepare"]["sources"] == ["file:../a.{lang}"], "paths begin at the file's folder"
    said = xlalign("check", "sub/my.toml")
    assert "no mistakes in sub/my.toml" in said
    assert "memory" in said


def test_init_takes_several_pairs(here):
    for lang in ("de", "fr"):
        (here / f"t.en-{lang}.tsv").write_text("a\tb\n")
    files = ("t.en-de.tsv", "t.en-fr.tsv")
    xlalign("init", "--encoder", "scratch:nano", "--bitext", *files, "--languages", "en-de,en-fr", "-p", "my.toml")
    written = tomllib.loads((here / "my.toml").read_text())["prepare"]
    assert written["languages"] == ["en", "de", "fr"]
    assert written["sources"] == ["file:t.{source}-{target}.tsv"]
    assert "no mistakes" in xlalign("check", "my.toml", "--quiet")


def test_init_own_data_passes_check_and_names_are_known(here):
    xlalign("init", "own-data")
    assert "no mistakes" in xlalign("check", "--quiet")
    assert "exists" in xlalign("init", "own-data", code=2)
    assert "own-daat" in xlalign("init", "own-daat", "-p", "b.toml", code=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--encoder", "x"), "--bitext"),
        (("--bitext", "a.en", "--languages", "en-de"), "a.de"),
        (("--bitext", "b.en", "b.de", "--languages", "en-de"), "no such file"),
        (("--bitext", "a.en", "a.de", "--languages", "en"), "en-de"),
        (("--bitext", "a.en", "a.de", "--languages", "en-de,fr-es"), "do not begin with the same language"),
    ],
)
def test_init_asks_for_what_is_missing(here, arguments, said):
    assert said in xlalign("init", *arguments, code=2)


@pytest.mark.parametrize("path", builtin_files().values(), ids=lambda path: path.stem)
def test_the_schema_fits_every_built_in_file_and_sees_mistakes(path):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema())
    table = tomllib.loads(path.read_text())
    assert not list(validator.iter_errors(table))
    assert list(validator.iter_errors({**table, "prepair": {}}))
    assert list(validator.iter_errors({**table, "execution": {"workers": "many"}}))


def test_a_plan_tells_what_each_stage_costs(here):
    plan = {line["stage"]: line for line in json.loads(xlalign("run", "quickstart", "--dry-run", "--json"))}
    for name in ("prepare", "links", "base", "ppa", "eval"):
        assert plan[name]["seconds"] > 0
        assert plan[name]["memory"] > 1e7
    assert plan["mlm"]["seconds"] > plan["base"]["seconds"], "more steps of the same"
    text = xlalign("run", "quickstart", "--dry-run").splitlines()
    assert max(map(len, text[1:])) <= 80
    assert "on one core" in text[-2] + text[-1]


def test_links_of_two_files_line_by_line(here):
    lines = xlalign("align-words", "--input", "a.en", "a.de", "--workers", "1").splitlines()
    assert len(lines) == len(PAIRS)
    assert lines[0] == lines[3] == "0-0 1-1 2-2"
    assert lines[2] == "", "a line without words keeps its place"


def test_links_of_standard_input(here):
    typed = "".join(f"{source} ||| {target}\n" for source, target in PAIRS)
    assert xlalign("align-words", "-i", "-", "-q", "--workers", "1", typed=typed).splitlines()[0] == "0-0 1-1 2-2"
    assert "line 1" in xlalign("align-words", "-i", "-", typed="no bars\n", code=3)
    assert "--input -" in xlalign("align-words", "-i", "-", typed="", code=3)


def test_prepare_and_pretrain_without_a_file(here):
    Path("own.en-de.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS), encoding="utf-8")
    job = ["prepare", "--source", "own.en-de.tsv", "--languages", "en-de"]
    made = json.loads(xlalign(*job, "--set", "prepare.dev_size=2", "--json"))
    assert made["prepare"]["info"]["kept"] > 0
    assert "--languages" in xlalign("prepare", "--source", "micro:5", code=2)
    assert "--from" in xlalign("pretrain", "mlm", "--source", "micro:5", code=2)
    assert "did you mean `mlm`" in xlalign(
        "pretrain", "mlmm", "--source", "micro:5", "--from", "x", "--languages", "en-de", code=2
    )
    plan = json.loads(
        xlalign(
            "pretrain",
            "ml-ctl",
            "--source",
            "micro:5",
            "--from",
            "scratch:nano",
            "--languages",
            "en-de",
            "-n",
            "--json",
        )
    )
    assert {"prepare", "links", "ml-ctl"} <= {line["stage"] for line in plan}, "links are made where they are needed"


def test_prepare_says_what_happened_to_the_text(here):
    pairs = [(f"Sentence number {n} about old trees", f"Satz Nummer {n} über alte Bäume") for n in range(40)]
    pairs += [(f"Trees {n}", f"Bäume {n}") for n in range(60)]
    Path("a.en-de.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in pairs), encoding="utf-8")
    job = ["prepare", "--source", "file:a.en-de.tsv", "--languages", "en-de", "--set", "prepare.dev_size=5"]
    answer = xlalign(*job, "--set", "prepare.filters.length.min=4")
    for wanted in ("what was kept of the text", "en-de", "100", "length 60", "warning: ", "removed 60 of 100"):
        assert wanted in " ".join(answer.split())
    assert "--show 5" in answer


def test_prepare_shows_pairs_and_scores(here):
    pairs = [(f"Sentence number {n} about old trees", f"Satz Nummer {n} über alte Bäume") for n in range(40)]
    pairs += [
        ("Trees  and\u200b birds and very old houses", "Bäume und Vögel und sehr alte Häuser"),
        ("Trees", "Bäume"),
    ]
    Path("a.en-de.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in pairs), encoding="utf-8")
    job = ["prepare", "--source", "file:a.en-de.tsv", "--languages", "en-de", "--set", "prepare.dev_size=5"]
    lines = xlalign(*job, "--set", "prepare.filters.length.min=4", "--show", "2").splitlines()
    assert max(map(len, lines[:-1])) <= 80, "all but the artifact's folder"
    (scores,) = [line for line in lines if line.startswith("length ")]
    assert "|" in scores, "the threshold"
    assert lines[lines.index("kept") + 1].startswith("  a.en-de.tsv:")
    place = lines.index("changed and kept")
    assert lines[place + 1 : place + 4] == [
        "  a.en-de.tsv:41, changed by white space",
        "  - Trees  and\\u200b birds and very old houses",
        "  + Trees and birds and very old houses",
    ]
    assert "removed by length" in lines
    assert any("score 1 1" in line for line in lines)
    assert "removed by" not in xlalign(*job, "--set", "prepare.filters.length.min=4", "--show", "0", "-q")


def test_eval_of_a_model_without_a_file(here):
    assert "--model needs" in xlalign("eval", "--model", "x/y", code=2)
    assert "no folder" in xlalign("eval", "tatoeba", "--model", "./missing", "--data", "micro:7", code=3)


def test_words_for_the_shell(here):
    (here / "xlalign.toml").write_text("[pretrain.mine]\n[pretrain.other]\n")
    assert stages("pretrain")("m") == ["mine"]
    assert "ml-ctl" in presets("ml")
    assert tasks("tat") == ["tatoeba"]
    assert aligners("it") == ["itermax"]
    assert pipelines("xl") == ["xlalign.toml"]


def test_figures_for_people():
    assert [pace(0.24, "steps"), pace(12.4, "pairs"), pace(None, "steps")] == ["4.2 s/step", "12/s", ""]
    assert [duration(3.21), duration(300), duration(9000)] == ["3.2 s", "5 min", "2.5 h"]
    assert [amount(2.5e9), amount(21e6), amount(900)] == ["2.5 GB", "21 MB", "1 kB"]
    assert fitting("abcdef", 4) == "abc…"
