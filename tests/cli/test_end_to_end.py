"""The whole pipeline on a very small micro-world, as a user runs it."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlalign.artifacts.store import Store
from xlalign.cli.main import app

PIPELINE = """
title = "tiny world"
[prepare]
languages = ["en", "de"]
sources = [{ uri = "micro:world=1", pairs = 120 }]
mono = [{ uri = "micro:world=1", documents = 60 }]
dev_size = 20
[align-words.links]
aligner = "hmm"
[pretrain.base]
preset = "mlm"
from = "scratch:nano"
steps = 6
batch_size = 8
checkpoint_every = 2
[pretrain.ml-ctl]
preset = "ml-ctl"
from = "base"
steps = 4
batch_size = 8
[align-words.itermax]
aligner = "itermax"
encoder = "ml-ctl"
layer = 2
[eval]
tasks = ["udpos", "tatoeba"]
seeds = [1, 2]
data = "micro:1"
languages = ["en", "de"]
train_examples = 40
dev_examples = 20
test_examples = 20
fine_tuning = { all = { steps = 4, regime_steps = 2, evaluations = 1 } }
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xlalign.toml").write_text(PIPELINE)
    return tmp_path


def xlalign(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--workers", "1"], env={"COLUMNS": "100", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.stdout


def contents() -> dict[str, str]:
    return {f"{a.manifest.stage} {a.manifest.name}": a.manifest.content for a in Store().artifacts()}


def test_the_four_commands_in_order_then_only_hits(here):
    assert "made prepare" in xlalign("prepare")
    second = xlalign("align-words", "links")
    assert "hit prepare" in second
    assert "made links" in second
    assert "AER" in second
    third = xlalign("pretrain", "--out", "models")
    assert "made base" in third
    assert (here / "models" / "ml-ctl" / "model.safetensors").is_file()
    assert (here / "models" / "ml-ctl" / "README.md").is_file()
    fourth = xlalign("eval", "udpos", "tatoeba")
    assert "made eval" in fourth
    assert "udpos" in fourth.lower() or "pos" in fourth.lower()
    again = xlalign("run", "--json")
    tables = json.loads(again)
    assert {entry["state"] for name, entry in tables["stages"].items() if name != "itermax"} == {"hit"}
    changed = xlalign("pretrain", "ml-ctl", "--set", "pretrain.ml-ctl.steps=5")
    assert "run ml-ctl" in changed
    assert "steps 4 -> 5" in changed
    assert "hit base" in changed
    page = xlalign("report", "--out", "page")
    assert "report.html" in page
    assert (here / "page" / "report.html").stat().st_size > 20_000
    matrix = xlalign("align-words", "links", "--text", "the dog sleeps ||| der Hund schläft")
    assert "■" in matrix


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_undisturbed(here, monkeypatch):
    dice = random.Random(5)
    command = [sys.executable, "-m", "xlalign.cli.main", "pretrain", "--workers", "2", "--quiet"]
    for _ in range(2):
        process = subprocess.Popen(command, env={**os.environ})
        time.sleep(dice.uniform(2, 6))
        process.kill()
        process.wait()
    subprocess.run(command, check=True, env={**os.environ})
    disturbed = contents()
    monkeypatch.setenv("XLALIGN_CACHE", str(here / "other-cache"))
    xlalign("pretrain")
    assert contents() == disturbed
    assert {"prepare prepare", "pretrain base", "pretrain ml-ctl"} <= set(disturbed)
