"""Models that are refused: one message, the next step, at plan time for a folder; nobody is asked, no code runs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import model
from typer.testing import CliRunner

from xlalign.cli.main import app
from xlalign.modeling import loading, scratch
from xlalign.modeling.inspection import weight_files

CODE = """
with open({mark!r}, "w") as file:
    file.write("ran")
from transformers import BertConfig, BertModel
class OwnConfig(BertConfig):
    model_type = "own-bert"
class OwnModel(BertModel):
    config_class = OwnConfig
"""
PIPELINE = """
[execution]
workers = 1
[prepare]
dev_size = 5
sources = [{ uri = "micro:5", pairs = 60 }]
languages = ["en", "de"]
[pretrain.mine]
preset = "cao-l2"
from = "./model"
steps = 1
batch_size = 4
device = "cpu"
[align-words]
aligner = "hmm"
"""


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": ["a small house"] * 20, "de": ["ein kleines Haus"] * 20}, "nano")


@pytest.fixture
def folder(tmp_path, tokenizer, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("a prompt"))
    (tmp_path / "xlalign.toml").write_text(PIPELINE)
    loading.save(model("bert", vocab_size=len(tokenizer)), tokenizer, tmp_path / "model")
    return tmp_path / "model"


def xlalign(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output + (result.stderr if result.stderr_bytes else "")


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    weights = load_file(folder / weight_files(folder)[0].name)
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def configure(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def truncated(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def foreign(folder: Path) -> None:
    (folder / "modeling_own.py").write_text(CODE.format(mark=str(folder.parent / "ran")))
    own = {"AutoConfig": "modeling_own.OwnConfig", "AutoModel": "modeling_own.OwnModel"}
    configure(folder, model_type="own-bert", auto_map=own, architectures=["OwnModel"])


def elsewhere(folder: Path) -> None:
    configure(folder, model_type="own-bert", auto_map={"AutoModel": "some/where--modeling_own.OwnModel"})


def elsewhere_in_the_tokenizer(folder: Path) -> None:
    foreign(folder)
    path = folder / "tokenizer_config.json"
    named = {"AutoTokenizer": [None, "some/where--tokenization_own.OwnTokenizer"]}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": named}))


LOST, BENT = "bert.encoder.layer.0.output.dense.weight", "bert.encoder.layer.1.output.dense.bias"
CASES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "pickle": (pickled, "can run code when read", "convert it once"),
    "remote code": (foreign, "needs Python code", "trust_remote_code = true"),
    "remote code of another repository": (elsewhere, "another repository (some/where)", "use a repository"),
    "tokenizer of another repository": (
        elsewhere_in_the_tokenizer,
        "another repository (some/where)",
        "use a repository",
    ),
    "truncated": (truncated, "is damaged", "download or save it again"),
    "missing weights": (lambda f: rewrite(f, lambda w: w.pop(LOST)), "lacks weights", "use a checkpoint saved whole"),
    "NaN": (lambda f: rewrite(f, lambda w: w[BENT].fill_(torch.nan)), "not finite", "use a sound checkpoint"),
    "wrong shapes": (lambda f: rewrite(f, lambda w: w.update({BENT: torch.zeros(7)})), "mismatch", "save model and"),
    "another vocabulary": (lambda f: configure(f, vocab_size=61), "vocab_size 61", "save model and configuration"),
    "unknown type": (lambda f: configure(f, model_type="bart-ender"), "unknown model_type", "newer transformers"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_folder_is_refused_before_anything_runs(case, folder):
    spoil, what, step = CASES[case]
    spoil(folder)
    code, said = xlalign("check")
    assert code == 3, said
    assert what in said
    assert step in said
    assert "Traceback" not in said
    code, said = xlalign("pretrain", "mine")
    assert code in (2, 3), said
    assert what in said
    assert step in said
    assert not (folder.parent / "ran").exists()


def test_an_encoder_without_head_is_refused_where_tokens_are_predicted(folder, tokenizer):
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, folder)
    code, said = xlalign("check", "--set", "pretrain.mine.preset=mlm")
    assert code == 2
    assert "has no head" in said
    assert 'head = "new"' in said
    assert xlalign("check")[0] == 0


def test_code_runs_where_the_file_says_so_and_its_digest_is_in_the_key(folder):
    foreign(folder)
    allowed = ("--set", "execution.trust_remote_code=true", "--json")
    code, said = xlalign("pretrain", "mine", *allowed)
    assert code == 0, said
    assert (folder.parent / "ran").read_text() == "ran"
    first = json.loads(said[said.index("{") :])["mine"]
    assert first["info"]["training"]["rows"].startswith("padded")
    assert Path(first["path"], "modeling_own.py").is_file(), "what was trained can be loaded again"
    (folder / "modeling_own.py").write_text((folder / "modeling_own.py").read_text() + "# another\n")
    again = json.loads(xlalign("run", "xlalign.toml", "--dry-run", *allowed)[1])
    assert next(line for line in again if line["stage"] == "mine")["state"] != "hit"
