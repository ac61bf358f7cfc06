"""A package with one part of every kind, installed as pip installs it, runs from a pipeline file as ours do."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "docs/examples/plugin"
FILE = """
[prepare]
languages = ["en", "de"]
sources = [{ uri = "phrasebook:240", first = 7 }]
transforms = ["nfc", { kind = "straight_quotes" }]
filters = { langid = false, question = { max = 0 } }
dev_size = 20

[align-words]
aligner = "same_word"
letters = 3

[pretrain.own]
preset = "norm-match"
from = "megatron"
steps = 2
batch_size = 8
data.max_length = 32
data.reset_positions = false
objectives.norms.weight = 0.2

[eval]
tasks = ["animals", "essays"]
data = "folder:data"
seeds = [1]
fine_tuning.all = { steps = 2, max_length = 32 }

[eval.custom.essays]
kind = "grading"
files = "essays/{split}.{lang}.tsv"
languages = ["en", "de"]
"""


@pytest.fixture
def site(tmp_path):
    """A folder of packages with the example in it: what pip would write, which needs no network."""
    site = tmp_path / "site"
    shutil.copytree(PLUGIN / "xlalign_example", site / "xlalign_example")
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = site / f"xlalign_example-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))
    return site


def test_the_package_has_a_part_of_every_kind():
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bitext, models = {"sources", "transforms", "filters", "aligners"}, {"families", "objectives", "presets"}
    kinds = bitext | models | {"kinds", "tasks", "renderers"}
    assert set(project["entry-points"]) == {f"xlalign.{kind}" for kind in kinds}


def test_every_part_runs_from_a_pipeline_file(site, tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "xlalign.toml").write_text(FILE, encoding="utf-8")
    _write_data(folder / "data")
    _write_megatron(folder / "megatron")
    answer = _xlalign(site, folder, "run", "--workers", "1", "--out", "out")
    assert answer.returncode == 0, answer.stderr + answer.stdout
    assert "animals" in answer.stdout
    assert "essays" in answer.stdout
    report = _xlalign(site, folder, "report", "--format", "org", "--out", "report", "--workers", "1")
    assert report.returncode == 0, report.stderr + report.stdout
    assert any(path.read_text().startswith("#+CAPTION") for path in (folder / "report").rglob("*.org"))
    text = next((folder / "out").rglob("*.en")).read_text(encoding="utf-8")
    assert '"open"' in text
    assert "“" not in text


def _xlalign(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(site), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "xlalign.cli.main", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _write_data(folder: Path) -> None:
    for lang, (animal, none) in {"en": ("a dog", "rain"), "de": ("ein Hund", "Regen"), "hi": ("कुत्ता", "बारिश")}.items():
        for split in ("train", "dev", "test"):
            rows = [(animal, "yes", 5), (none, "no", 1)] * 8
            animals = "".join(f"{text} here\tthere is {text}\t{label}\n" for text, label, _ in rows)
            essays = "text\tgrade\n" + "".join(f"{text}\t{grade}\n" for text, _, grade in rows)
            for path, content in ((f"animals/{split}-{lang}.tsv", animals), (f"essays/{split}.{lang}.tsv", essays)):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(content, encoding="utf-8")


def _write_megatron(folder: Path) -> None:
    """A tiny encoder of the family that the package adds."""
    import torch
    from transformers import MegatronBertConfig, MegatronBertForMaskedLM

    from xlalign.modeling import scratch

    texts = ["Where is the museum, number 3, open on Monday?", "Wo ist das Hotel am Freitag?", "a dog", "कुत्ता"]
    tokenizer = scratch.train_tokenizer({"en": texts * 20}, "tiny")
    torch.manual_seed(0)
    config = MegatronBertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    config.pad_token_id = tokenizer.pad_token_id
    MegatronBertForMaskedLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
