"""`xlalign eval` as a user runs it, on a model folder and a data folder."""

import json
import os
import shutil
import subprocess
import sys
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from xlalign.artifacts.store import Store
from xlalign.cli.main import app

PIPELINE = """
title = "own model, own data"
[eval]
tasks = ["xnli", "panx", "tatoeba"]
models = ["MODEL"]
seeds = [1, 2]
data = "folder:DATA"
fine_tuning = { all = { steps = 12, batch_size = 16, evaluations = 1, regimes = [{ learning_rate = 5e-3 }] } }
"""


@pytest.fixture
def here(tmp_path, monkeypatch, nano, data):
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "xlalign.toml").write_text(PIPELINE.replace("MODEL", str(nano)).replace("DATA", "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    return result.exit_code, result.output


def xlalign(*arguments: str) -> str:
    code, output = run(*arguments)
    assert code == 0, output
    return output


def evaluate(*arguments: str) -> Any:
    return json.loads(xlalign("eval", *arguments, "--json", "--workers", "1"))


def states(document: dict[str, Any]) -> dict[str, str]:
    return {name: entry["state"] for name, entry in document["stages"].items()}


def test_another_language_or_task_leaves_the_fine_tuned_models_as_they_are(here):
    first = evaluate("xnli", "--set", 'eval.languages=["en"]')
    assert set(states(first).values()) == {"made"}
    second = states(evaluate("xnli", "tatoeba"))
    tuned = [name for name in second if ".tuned." in name]
    assert len(tuned) == 2
    assert {second[name] for name in tuned} == {"hit"}
    assert second["eval"] == "made"
    assert set(states(evaluate("xnli", "tatoeba")).values()) == {"hit"}


def test_a_number_is_traced_to_its_model_data_and_seeds(here, nano):
    evaluate("xnli")
    cell = f"xnli/{nano}/de"
    found = json.loads(xlalign("report", "--why", cell, "--set", 'eval.tasks=["xnli"]', "--json"))
    assert found["seeds"] == [1, 2]
    assert found["data"]["source"] == "folder:data"
    assert found["data"]["digests"].keys() == {"de"}
    assert [one["steps"] for one in found["setup"]] == [12, 12]
    assert "regime" in xlalign("report", "--why", cell, "--set", 'eval.tasks=["xnli"]')
    assert run("report", "--why", "xnli-de")[0] == 2


def test_a_submission_made_by_anyone_is_scored(here):
    labels = [line.split("\t")[2] for line in (here / "data/xnli/test-de.tsv").read_text().splitlines()]
    guesses = ["neutral"] * len(labels)
    for folder, answers in (("mine", guesses), ("gold", labels)):
        path = here / folder / "xnli/test-de.tsv"
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"{answer}\n" for answer in answers))
    expected = 100 * labels.count("neutral") / len(labels)
    by_data = json.loads(xlalign("eval", "--score", "mine", "--data", "data", "--json"))
    by_labels = json.loads(
        xlalign("eval", "--score", "mine", "--labels", "gold", "--set", 'eval.languages=["de"]', "--json")
    )
    assert by_data["xnli"]["accuracy"] == by_labels["xnli"]["accuracy"] == {"de": pytest.approx(expected)}
    assert "xnli accuracy" in xlalign("eval", "--score", "mine")
    code, output = run("eval", "--score", "nowhere")
    assert code == 3
    assert "nowhere: no such folder" in output


def test_diagnostics_need_no_table(here):
    document = json.loads(xlalign("eval", "diagnostics", "--workers", "1", "--json"))
    sentences, words = document["tables"]
    assert [row["cells"][1]["value"] for row in sentences["rows"]] == [0, 1, 2, 3]
    assert [column["name"] for column in words["columns"]] == ["model", "de", "en"]
    assert run("eval", "xnli", "diagnostics")[0] == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.write_text("a\tb\tmaybe\n"), "xnli/test-de.tsv:1: label `maybe`; wanted one of entailment"),
        (lambda path: path.write_text("a\tb\tneutral\na\tneutral\n"), "xnli/test-de.tsv:2: two columns and no label"),
        (lambda path: path.write_bytes(b"a\tb\tneutral\n\xff\tb\tneutral\n"), "xnli/test-de.tsv:2: not UTF-8"),
        (lambda path: path.write_text(""), "test data of xnli in 'de' are empty"),
        (lambda path: path.unlink(), "no test data of xnli in de; found: en"),
    ],
)
def test_bad_data_end_with_file_and_line(here, change, message):
    change(here / "data/xnli/test-de.tsv")
    code, output = run("eval", "xnli", "--set", 'eval.languages=["en","de"]', "--workers", "1")
    assert code == 3
    assert message in output.replace("\n", "")


def test_after_bad_data_nothing_is_lost(here, data):
    (here / "data/xnli/test-de.tsv").write_text("a\tb\tmaybe\n")
    assert run("eval", "xnli", "--workers", "1")[0] == 3
    shutil.copy(data / "xnli/test-de.tsv", here / "data/xnli/test-de.tsv")
    found = states(evaluate("xnli"))
    assert found["eval"] == "made"
    assert found["eval.xnli.english"] == "hit"


COMMAND = [sys.executable, "-m", "xlalign.cli.main", "eval", "--workers", "1", "--json"]


def contents() -> dict[str, str]:
    return {f"{a.manifest.stage} {a.manifest.name}": a.manifest.content for a in Store().artifacts()}


@pytest.mark.slow
def test_two_evaluations_at_once_compute_nothing_twice(here):
    running = [subprocess.Popen(COMMAND, stdout=subprocess.PIPE, env={**os.environ}) for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=300)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert documents[0]["tables"] == documents[1]["tables"]
    made = [a.manifest.key for a in Store().artifacts()]
    assert len(made) == len(set(made)) == len(documents[0]["stages"])


@pytest.mark.slow
def test_killed_evaluations_end_as_if_undisturbed(here, monkeypatch):
    for seconds in (5, 7):
        process = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
        time.sleep(seconds)
        process.kill()
        process.wait()
    subprocess.run(COMMAND, check=True, stdout=subprocess.DEVNULL, env={**os.environ})
    disturbed = contents()
    monkeypatch.setenv("XLALIGN_CACHE", str(here / "other"))
    evaluate()
    assert contents() == disturbed
