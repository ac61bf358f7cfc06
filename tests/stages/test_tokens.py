"""Tokens are a stage: shared by all that train from one tokenizer, and read by the stage that asked for them."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from xlalign.artifacts.store import Store
from xlalign.errors import DataError
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.pipeline import load
from xlalign.stages.runner import make_current
from xlalign.training.pretrain import pretrain
from xlalign.training.settings import PretrainSettings

PIPELINE = """
[prepare]
languages = ["en", "de"]
sources = [{ uri = "micro:world=1", pairs = 60 }]
dev_size = 10
[pretrain.base]
preset = "mlm"
steps = 1
device = "cpu"
[pretrain.ppa]
preset = "ppa"
from = "base"
steps = 2
batch_size = 4
queue = 8
device = "cpu"
[pretrain.tlm]
preset = "xlm-tlm"
from = "ppa"
[pretrain.snt]
preset = "cz-snt"
from = "base"
data.max_length = 32
[pretrain.other]
preset = "ppa"
from = "scratch:nano"
"""


@pytest.fixture
def graph(tmp_path: Path):
    path = tmp_path / "xlalign.toml"
    path.write_text(PIPELINE, encoding="utf-8")
    return load(path).graph()


def test_the_name_of_a_tokens_stage_holds_no_folder_of_this_machine(tmp_path: Path):
    """It goes into manifests; two folders of one name are two stages all the same."""
    for place in ("one", "two"):
        (tmp_path / "secret" / place / "bert").mkdir(parents=True)
    start = f'from = "{tmp_path}/secret/one/bert"\n'
    first = f'[pretrain.a]\npreset = "cz-snt"\n{start}[pretrain.b]\npreset = "cz-snt"\n{start.replace("one", "two")}'
    path = tmp_path / "xlalign.toml"
    path.write_text(PIPELINE.partition("[pretrain.base]")[0] + first, encoding="utf-8")
    names = [name for name, node in load(path).graph().items() if node.kind.name == "tokens"]
    assert len(names) == 2
    assert all(name.startswith("bert-") and "secret" not in name for name in names)


def test_all_that_train_from_one_tokenizer_share_their_tokens(graph):
    names = [name for name, node in graph.items() if node.kind.name == "tokens"]
    assert names == ["base.tokens.prepare.pairs", "base.tokens.prepare.mono-auto"]
    for name in ("ppa", "tlm", "snt"):
        assert graph[name].inputs["tokens-pairs"] == "base.tokens.prepare.pairs"
    assert graph["tlm"].inputs["tokens-mono"] == "base.tokens.prepare.mono-auto"
    assert graph["base.tokens.prepare.pairs"].inputs == {"bitext": "prepare", "model": "base"}


def test_an_encoder_from_scratch_makes_its_own(graph):
    for name in ("base", "other"):
        assert graph[name].inputs == {"bitext": "prepare"}


class Quiet:
    def planned(self, nodes: object) -> None: ...
    def started(self, node: object, why: object) -> None: ...
    def finished(self, node: object, outcome: object) -> None: ...
    def progressed(self, name: object, event: object) -> None: ...


def test_tokens_of_the_stage_give_the_weights_that_own_tokens_give(graph, tmp_path):
    done = make_current(graph, ["ppa"], Store(tmp_path / "cache"), ExecutionSettings(workers=1), Quiet())
    bitext, base = done["prepare"].artifact.data, done["base"].artifact.data
    pretrain(graph["ppa"].settings, bitext, None, base, tmp_path / "work", tmp_path / "out")
    own, shared = (load_file(path / "model.safetensors") for path in (tmp_path / "out", done["ppa"].artifact.data))
    assert all(torch.equal(own[name], shared[name]) for name in own)
    assert (tmp_path / "work/tokens/pairs").is_dir()
    assert not list(done["ppa"].artifact.data.rglob("*.npy"))


def test_tokens_of_another_tokenizer_are_refused(graph, tmp_path):
    done = make_current(
        graph, ["base.tokens.prepare.pairs"], Store(tmp_path / "cache"), ExecutionSettings(workers=1), Quiet()
    )
    tokens = {"pairs": done["base.tokens.prepare.pairs"].artifact.data}
    settings = PretrainSettings.model_validate({"preset": "ppa", "steps": 1, "device": "cpu", "lowercase": True})
    with pytest.raises(DataError, match="another tokenizer"):
        pretrain(settings, done["prepare"].artifact.data, None, None, tmp_path / "w", tmp_path / "o", tokens)
