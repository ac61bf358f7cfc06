"""What a prepare stage takes from the rest of the pipeline: test sets to keep out, models to filter and mine with."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from tiny import LAYERS, model

from xlalign.artifacts.store import Store
from xlalign.bitext import corpus
from xlalign.config import identity
from xlalign.errors import UserError
from xlalign.modeling import loading, scratch
from xlalign.modeling.embed import Point, text_vectors, unit_rows
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.sentence_files import SentenceSetup, write_setup
from xlalign.progress import Event
from xlalign.stages import prepare
from xlalign.stages.base import Node
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.models import StageModels
from xlalign.stages.pipeline import load
from xlalign.stages.runner import Outcome, make_current

WORDS = {
    "en": ["dog", "cat", "tree", "house", "sees", "likes", "big", "small", "red", "garden", "river", "window"],
    "de": ["hund", "katze", "baum", "haus", "sieht", "mag", "gross", "klein", "rot", "garten", "fluss", "fenster"],
}


class Quiet:
    def planned(self, nodes: list[Node]) -> None: ...
    def started(self, node: Node, why: str) -> None: ...
    def finished(self, node: Node, outcome: Outcome) -> None: ...
    def progressed(self, name: str, event: Event) -> None: ...


def pair(number: int) -> tuple[str, str]:
    chosen = random.Random(number).choices(range(12), k=6)
    return " ".join(WORDS["en"][i] for i in chosen), " ".join(WORDS["de"][i] for i in chosen)


def run(folder: Path, config: str, *targets: str) -> dict[str, Outcome]:
    (folder / "xlalign.toml").write_text(config, encoding="utf-8")
    graph = load(folder / "xlalign.toml").graph()
    return make_current(graph, targets, Store(folder / "cache"), ExecutionSettings(workers=1), Quiet())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.tsv").write_text("".join("\t".join(pair(i)) + "\n" for i in range(300)))
    return tmp_path


PREPARE = """
languages = ["en", "de"]
sources = ["file:a.tsv"]
dev_size = 10
filters = { langid = false }
"""


def test_test_sets_of_the_pipeline_are_kept_out(here: Path):
    """The tasks of [eval] and the gold links of [align-words] count without being named in [prepare]."""
    for name, number in {"deu-eng.deu": 7, "deu-eng.eng": 8}.items():
        (here / "data/tatoeba").mkdir(parents=True, exist_ok=True)
        (here / f"data/tatoeba/{name}").write_text(pair(number)[name.endswith("deu")] + "\n")
    (here / "gold.src-tgt").write_text(" ||| ".join(pair(9)) + "\n")
    (here / "gold.gold").write_text("1-1\n")
    rest = """
[align-words]
gold = ["en-de=gold.src-tgt,gold.gold"]
[eval]
tasks = ["tatoeba"]
models = ["nowhere/model"]
languages = ["de"]
data = "folder:data"
"""
    report = run(here, f"[prepare]\n{PREPARE}\n{rest}", "prepare")["prepare"].artifact.manifest.info
    assert report["licences"] == {"a": "not stated"}
    assert report["dropped"] == {"evaluation:tatoeba": 2, "evaluation:gold links en-de": 1}
    alone = run(here, f"[prepare]\nkeep_out_evaluation = false\n{PREPARE}\n{rest}", "prepare")
    assert alone["prepare"].artifact.manifest.info["dropped"] == {}


def test_more_test_examples_run_neither_bitext_nor_links_nor_training_again(here: Path):
    """A bitext is kept apart from all that was published, whatever sample is tested on."""
    (here / "data/tatoeba").mkdir(parents=True)
    for side in ("deu", "eng"):
        lines = "".join(f"{side} sentence {i} that is in no corpus\n" for i in range(30))
        (here / f"data/tatoeba/deu-eng.{side}").write_text(lines)
    config = f"""
[prepare]
{PREPARE}
[align-words]
aligner = "hmm"
[pretrain.base]
preset = "mlm"
from = "scratch:nano"
steps = 1
batch_size = 4
[eval]
tasks = ["tatoeba"]
models = ["base"]
languages = ["de"]
data = "folder:data"
test_examples = 10
"""
    before = run(here, config, "align-words", "base")
    after = run(here, config.replace("test_examples = 10", "test_examples = 20"), "align-words", "base")
    states = {name: outcome.state for name, outcome in after.items()}
    assert set(states.values()) == {"hit"}
    assert {"eval.tatoeba.all", "prepare", "align-words", "base"} <= set(states)
    assert set(before) == set(after)
    (here / "g.src-tgt").write_text("that is in no corpus ||| das steht in keinem korpus\n")
    (here / "g.gold").write_text("1-1\n")
    more = config.replace("dev_size", 'gold = ["en-de=g.src-tgt,g.gold"]\ndev_size')  # another report, no other bitext
    again = {name: outcome.state for name, outcome in run(here, more, "align-words", "base").items()}
    assert [name for name, state in again.items() if state == "made"] == ["prepare"]


def test_the_micro_world_keeps_its_own_splits_apart():
    config = load(Path(__file__).parents[2] / "pipelines/quickstart.toml").graph()["prepare"]
    assert config.inputs == {}
    assert {"encoder", "links", "gold", "mine"}.isdisjoint(identity(config.settings)), "old artifacts still hit"


def test_filtering_by_the_links_of_another_stage(here: Path):
    wrong = "".join(f"{pair(i)[0]}\t{pair(i + 1)[1]} ganz anders\n" for i in range(1000, 1020))
    (here / "b.tsv").write_text((here / "a.tsv").read_text() + wrong)
    config = f"""
[prepare.raw]
{PREPARE}
[align-words]
bitext = "raw"
[prepare.clean]
{PREPARE.replace("a.tsv", "b.tsv").replace("langid = false", "langid = false, links = { min = 0.6 }")}
links = "align-words"
"""
    outcomes = run(here, config, "clean")
    assert list(outcomes) == ["raw", "align-words", "clean"]
    dropped = outcomes["clean"].artifact.manifest.info["dropped"]
    assert 18 <= dropped["links"] <= 24, dropped


@pytest.fixture
def nano(tmp_path: Path) -> Path:
    """An encoder without training."""
    from xlalign.modeling import loading, scratch

    texts = {lang: [pair(i)[side] for i in range(200)] for side, lang in enumerate(WORDS)}
    tokenizer = scratch.train_tokenizer(texts, "nano")
    loading.save(scratch.create("nano", tokenizer, seed=0), tokenizer, tmp_path / "nano")
    return tmp_path / "nano"


def test_filtering_by_the_links_of_a_hybrid_model(here: Path, nano: Path):
    """Its trained model needs the encoder of its own stage, not that of [prepare]."""
    filters = PREPARE.replace("langid = false", "langid = false, links = { min = 0.0 }")
    aligner = f"aligner = 'hybrid'\nencoder = '{nano}'\nlayer = 1\nibm1_iterations = 2\nhmm_iterations = 1"
    config = f"""
[prepare.raw]
{PREPARE}
[align-words]
bitext = "raw"
{aligner}
[prepare.clean]
links = "align-words"
{filters}
"""
    outcomes = run(here, config, "clean")
    assert outcomes["clean"].artifact.manifest.info["kept"] == outcomes["raw"].artifact.manifest.info["kept"]


def test_mining_with_an_encoder(here: Path, nano: Path):
    """A vocabulary model without training knows equal words: what is mined are near copies."""
    (here / "mono.en").write_text("".join(f"{pair(i)[0]}\n" for i in range(60)))
    (here / "mono.de").write_text("".join(f"{pair(i)[0]} haus\n" for i in range(59, 19, -1)))
    mine = '[prepare.mine]\nsources = ["file:mono.{lang}"]\nmin = 1.0\n'
    filters = "langid = false, identical = false, copied = false, embedding = { min = 0.5 }"
    config = f"[prepare]\nencoder = '{nano}'\nlayer = 0\n{PREPARE.replace('langid = false', filters)}\n{mine}"
    artifact = run(here, config, "prepare")["prepare"].artifact.data
    found = [p for split in ("train", "dev") for p in corpus.read_pairs(artifact / split) if p.corpus == "mined"]
    right = [p for p in found if p.target == f"{p.source} haus"]
    assert len(right) >= 0.9 * len(found) > 20
    assert len((artifact / "mined/en-de.tsv").read_text().splitlines()) >= len(found)


def test_stages_that_wait_for_each_other(here: Path):
    config = f'[prepare]\nlinks = "align-words"\n{PREPARE}\n[align-words]\nbitext = "prepare"\n'
    with pytest.raises(UserError, match="stages wait for each other"):
        run(here, config, "prepare")


def test_filters_and_mining_embed_as_the_encoder_means_it(tmp_path: Path):
    """Its own layer, pooling and prompt, unless the stage names others."""
    texts = {"en": ["the red dog sees a small house", "query: a house"] * 20}
    tokenizer = scratch.train_tokenizer(texts, "nano")
    folder = tmp_path / "encoder"
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, folder)
    write_setup(folder, SentenceSetup(1, "cls", prompt="query: ", max_length=12))
    net, _ = loading.load(folder)
    wanted = ["a small red house", "the dog " * 9]

    def vectors(layer: int, pooling: str, prompt: str, longest: int | None) -> np.ndarray:
        point = Point(layer, pooling)
        encoder = Encoder(net.eval())
        return unit_rows(text_vectors(encoder, tokenizer, [prompt + t for t in wanted], [point], longest)[point])

    own = StageModels(str(folder)).vectors(wanted)
    np.testing.assert_allclose(own, vectors(1, "cls", "query: ", 12), atol=1e-6)
    asked = StageModels(str(folder), layer=-1, pooling="mean", prompt="").vectors(wanted)
    np.testing.assert_allclose(asked, vectors(LAYERS, "mean", "", 12), atol=1e-6)
    for path in [*folder.glob("*entence*.json"), folder / "modules.json"]:
        path.unlink()
    plain = StageModels(str(folder), prompt="query: ").vectors(wanted)
    np.testing.assert_allclose(plain, vectors(LAYERS, "mean", "query: ", None), atol=1e-6)
    with pytest.raises(UserError, match="need an encoder"):
        StageModels("").vectors(wanted)


def test_a_sentence_setup_is_in_the_key_of_what_it_embeds():
    settings = {"languages": ["en", "de"], "sources": ["micro:"], "encoder": "somewhere"}
    keys = [
        (identity(stage), prepare.pins(stage))
        for more in ({}, {"prompt": "query: "}, {"layer": -1, "pooling": "mean"}, {"layer": 3})
        for stage in [prepare.PrepareStage.model_validate(settings | more)]
    ]
    assert all(keys[i] != keys[j] for i in range(4) for j in range(i))
