"""An exported model makes, in sentence-transformers alone, the vectors that its retrieval task scored."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import LAYERS, model

from xlalign.evaluation.cell import GridCell, TestSet
from xlalign.evaluation.compare import Compared
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.options import RetrievalOptions
from xlalign.evaluation.results import CellResult
from xlalign.modeling import loading, scratch
from xlalign.modeling.sentence_files import SentenceSetup, read_setup, write_setup
from xlalign.stages.measured import measured_setup

TEXTS = ["The dog sees a small house.", "The dog sees.", "A red train", "dog " * 60]


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": ["query: the dog sees a small house, a red train"] * 20}, "nano")


def scored(folder: Path, **options: Any) -> tuple[CellResult, np.ndarray]:
    """A cell as `run_cell` records it, and the vectors of TEXTS as it compares them."""
    test = TestSet(task="tatoeba", data="micro:1", languages=("de",), test_examples=5)
    cell = GridCell(test=test, retrieval=RetrievalOptions(**options), device="cpu")
    solver = Compared(cell, TestData(cell.test, None), folder)
    settings = {"retrieval": options}
    result = CellResult(
        task="tatoeba", seed=0, dev=None, settings=settings, setup=solver.setup, languages={}, curve=solver.curve
    )
    return result, solver._vectors(TEXTS)


def theirs(folder: Path) -> np.ndarray:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    with loading.quiet():
        loaded = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
        found: np.ndarray = loaded.encode(TEXTS)
    return found


@pytest.mark.parametrize("family", ["bert", "modernbert", "qwen3", "distilbert"])
@pytest.mark.parametrize("layer", range(LAYERS + 1))
def test_every_layer_is_exported_as_it_was_scored(tmp_path, tokenizer, family, layer):
    loading.save(model(family, headed=False, vocab_size=len(tokenizer)), tokenizer, tmp_path)
    pooling = ("mean", "cls", "last", "mean")[layer % 4]
    cell, vectors = scored(tmp_path, layer=layer, pooling=pooling, prompt="query: ", max_length=40)
    found = measured_setup(tmp_path, cell)
    assert (found.differs, found.setup.layer) == ("", layer if layer < LAYERS else -1)
    write_setup(tmp_path, found.setup)
    np.testing.assert_allclose(theirs(tmp_path), vectors, atol=1e-5)


def test_the_point_chosen_on_held_out_pairs_is_exported(tmp_path, tokenizer):
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, tmp_path)
    cell, vectors = scored(tmp_path, max_length=40)
    found = measured_setup(tmp_path, cell)
    chosen = max(cell.curve, key=cell.curve.__getitem__)
    assert cell.setup["point"] == chosen
    write_setup(tmp_path, found.setup)
    if "content" in chosen:
        assert "no pooling `content`" in found.differs
    else:
        np.testing.assert_allclose(theirs(tmp_path), vectors, atol=1e-5)


def test_a_sentence_encoder_keeps_its_own_point_with_the_prompt_of_the_task(tmp_path, tokenizer):
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, tmp_path)
    write_setup(tmp_path, SentenceSetup(2, "cls", prompts={"query": "query: ", "passage": "passage: "}))
    cell, vectors = scored(tmp_path, prompt="passage: ")
    write_setup(tmp_path, measured_setup(tmp_path, cell).setup)
    now = read_setup(tmp_path)
    assert now is not None
    assert (now.layer, now.pooling, now.prompt, now.prompts["query"]) == (2, "cls", "passage: ", "query: ")
    np.testing.assert_allclose(theirs(tmp_path), vectors, atol=1e-5)


def test_what_sentence_transformers_cannot_do_is_said_and_the_next_best_taken(tmp_path, tokenizer):
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, tmp_path)
    cell, _ = scored(tmp_path, layer=1, pooling="content")
    assert measured_setup(tmp_path, cell)[::2] == (
        SentenceSetup(1, "mean", max_length=measured_setup(tmp_path, cell).setup.max_length),
        "sentence-transformers has no pooling `content` (layer 1)",
    )
    by_curve = cell.model_copy(
        update={"curve": {"layer=1,pool=content": 9, "layer=0,pool=cls": 8, "layer=2,pool=mean": 7}}
    )
    setup = measured_setup(tmp_path, by_curve).setup
    assert (setup.layer, setup.pooling) == (0, "cls")
    centred, _ = scored(tmp_path, layer=1, pooling="mean", centre=True)
    assert "mean of each language" in measured_setup(tmp_path, centred).differs
