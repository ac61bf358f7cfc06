"""What would go to the hub is shown, what goes is that, and models come from it; against a local imitation."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_server import COMMIT, HubServer, serving_hub
from huggingface_hub import ModelCard, constants
from tiny import model
from typer.testing import CliRunner

from xlalign.cli.main import app
from xlalign.errors import UserError
from xlalign.modeling import loading, scratch
from xlalign.modeling.reference import Hub
from xlalign.modeling.sentence import setup_of
from xlalign.modeling.sentence_files import write_setup

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PIPELINE = """
title = "pushed"
[execution]
workers = 1
[prepare]
dev_size = 5
sources = [{ uri = "micro:5", pairs = 60, licence = "CC0-1.0" }]
languages = ["en", "de"]
[pretrain.mine]
preset = "cao-l2"
from = "org/start"
steps = 1
batch_size = 4
device = "cpu"
[align-words]
aligner = "hmm"
[eval]
tasks = ["tatoeba"]
models = ["mine"]
retrieval = { layer = 1, pooling = "mean" }
data = "micro:7"
languages = ["de"]
device = "cpu"
"""


@pytest.fixture
def hub(socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with serving_hub() as server:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        yield server


@pytest.fixture
def start(hub: HubServer, tmp_path: Path) -> None:
    """A sentence encoder without head on the imitation, with a pickle and code that nobody wants."""
    tokenizer = scratch.train_tokenizer({"en": ["a small house"] * 20, "de": ["ein kleines Haus"] * 20}, "nano")
    folder = tmp_path / "start"
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, folder)
    write_setup(folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    hub.repositories["org/start"] = files | {"pytorch_model.bin": b"a pickle", "onnx/model.safetensors": b"other"}


@pytest.fixture
def here(start: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xlalign.toml").write_text(PIPELINE)
    return tmp_path


def xlalign(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    said = result.output + (result.stderr if result.stderr_bytes else "")
    assert result.exit_code == code, said
    return said


def test_a_model_of_the_hub_is_fetched_once_without_pickles_and_works_offline(start, hub, monkeypatch):
    net, _ = loading.load("org/start")
    assert net.config.model_type == "bert"
    assert setup_of("org/start") is not None
    fetched = {line for line in hub.requests if line.startswith("GET /org/start/resolve/")}
    assert any("model.safetensors" in line for line in fetched)
    assert not any(part in line for line in fetched for part in (".bin", "onnx"))
    assert Hub("org/start").identity() == f"org/start@{COMMIT}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    before = len(hub.requests)
    loading.load("org/start")
    assert Hub("org/start").identity() == f"org/start@{COMMIT}"
    assert len(hub.requests) == before
    with pytest.raises(UserError, match="not in the cache") as caught:
        loading.load("org/other")
    assert "--offline" in str(caught.value.hint)


def test_a_repository_that_is_not_there_is_one_message(hub):
    with pytest.raises(UserError, match="org/nothing") as caught:
        loading.load("org/nothing")
    assert caught.value.hint


def test_what_would_go_is_shown_and_what_goes_is_that(here, hub):
    said = xlalign("push", "mine", "me/mine", "--licence", "mit")
    assert "nothing was sent: add --yes" in said
    assert "model.safetensors" in said
    assert "base_model: org/start" in said
    assert not hub.created
    assert not hub.uploaded
    shown = json.loads(xlalign("push", "mine", "me/mine", "--licence", "mit", "--json"))
    assert not shown["sent"]
    sent = json.loads(xlalign("push", "mine", "me/mine", "--licence", "mit", "--yes", "--json"))
    assert sent["sent"]
    assert {f["path"]: f["bytes"] for f in shown["files"]} == {k: len(v) for k, v in hub.uploaded.items()}
    assert [(made["name"], made["visibility"]) for made in hub.created] == [("mine", "private")]
    card: Any = ModelCard(hub.uploaded["README.md"].decode())
    assert (card.data.base_model, card.data.license, card.data.model_name) == ("org/start", "mit", "mine")
    assert sorted(card.data.language) == ["de", "en"]
    (score,) = card.data.eval_results
    assert (score.dataset_type, score.dataset_config, score.metric_type) == ("tatoeba", "de", "accuracy")
    results = json.loads(hub.uploaded["xlalign-results.json"])
    found = results["tasks"]["tatoeba"]["models"]["mine"]["languages"]["de"]["mean"]
    assert score.metric_value == pytest.approx(found, abs=0.01)
    assert "CC0-1.0" in card.text
    assert "| tatoeba" in card.text.lower()
    assert not any("xlalign-export" in name for name in hub.uploaded)
    xlalign("pretrain", "mine", "--out", "out", "-q")
    for name in ("modules.json", "sentence_bert_config.json", "1_Pooling/config.json"):
        assert hub.uploaded[name] == Path("out/mine", name).read_bytes(), "the vectors that the table scored, as --out"


def test_a_bitext_goes_as_a_data_set(here, hub):
    xlalign("push", "prepare", "me/text", "--bitext", "--licence", "cc0-1.0", "--yes", "--public", "-q")
    assert [(made["type"], made["visibility"]) for made in hub.created] == [("dataset", "public")]
    card = hub.uploaded["README.md"].decode()
    for words in ("config_name: pairs", "path: train/*.parquet", "license: cc0-1.0", "- de"):
        assert words in card
    assert any(name.startswith("train/") for name in hub.uploaded)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mine", "mine"), "OWNER/NAME"),
        (("mime", "me/mime"), "did you mean `mine`"),
        (("mine", "me/mine", "--bitext"), "bitext to push"),
        (("mine", "me/mine", "--yes", "--offline"), "do not go together"),
        (("./empty", "me/empty"), "no model folder"),
        (("./nothing", "me/nothing"), "no folder"),
    ],
)
def test_what_cannot_be_pushed(here, arguments, said):
    (here / "empty").mkdir()
    assert said in xlalign("push", *arguments, code=2)
