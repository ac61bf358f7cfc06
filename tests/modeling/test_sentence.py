"""Sentence encoders: what their files say is done, what is not known is refused, and sentence-transformers agrees."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny import model

from xlalign.errors import UserError
from xlalign.evaluation.retrieval import precision_at_1
from xlalign.modeling import loading, scratch
from xlalign.modeling.embed import Point, text_vectors, unit_rows
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.sentence import SentenceEncoder, asked_setup, setup_of
from xlalign.modeling.sentence_files import SentenceSetup, copy_setup, read_setup, write_setup

TEXTS = ["a small house", "the house", "small", "a"]
OLD = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"},
    {"idx": 3, "name": "3", "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"},
]


@pytest.fixture(scope="module")
def tokenizer():
    return scratch.train_tokenizer({"en": ["a small house", "query: passage: the"] * 20}, "nano")


@pytest.fixture
def folder(tmp_path, tokenizer):
    loading.save(model("bert", headed=False, vocab_size=len(tokenizer)), tokenizer, tmp_path)
    return tmp_path


def write_labse(folder):
    """The layout of LaBSE: cls, Dense with tanh, prompts of our own."""
    torch.manual_seed(3)
    weights = {"linear.weight": torch.randn(10, 24), "linear.bias": torch.randn(10)}
    dense = {
        "in_features": 24,
        "out_features": 10,
        "bias": True,
        "activation_function": "torch.nn.modules.activation.Tanh",
    }
    files = {
        "modules.json": OLD,
        "sentence_bert_config.json": {"max_seq_length": 20, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": 24, "pooling_mode_cls_token": True},
        "2_Dense/config.json": dense,
        "config_sentence_transformers.json": {"prompts": {"query": "query: "}, "default_prompt_name": "query"},
    }  # fmt: skip
    (folder / "3_Normalize").mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    save_file(weights, folder / "2_Dense/model.safetensors")


def loaded(folder):
    net, tokenizer = loading.load(folder)
    return SentenceEncoder(Encoder(net.eval()), tokenizer, setup_of(folder) or SentenceSetup())


def theirs(folder, **options):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    with loading.quiet():
        return sentence_transformers.SentenceTransformer(str(folder), device="cpu").encode(TEXTS, **options)


def test_dense_prompt_and_pooling_give_what_sentence_transformers_gives(folder):
    write_labse(folder)
    ours = loaded(folder)
    assert (ours.width, ours.setup.prompt, ours.setup.max_length, ours.setup.pooling) == (10, "query: ", 20, "cls")
    np.testing.assert_allclose(ours.vectors(TEXTS), theirs(folder), atol=1e-5)
    np.testing.assert_allclose(ours.vectors(TEXTS, prompt=""), theirs(folder, prompt=""), atol=1e-5)


@pytest.mark.parametrize(("layer", "pooling"), [(-1, "mean"), (2, "cls"), (1, "last")])
def test_what_is_exported_gives_the_vectors_of_that_layer_and_pooling(folder, layer, pooling):
    write_setup(folder, SentenceSetup(layer, pooling, prompt="query: "))
    point = Point(layer % 4, pooling)
    net, tokenizer = loading.load(folder)
    prompted = ["query: " + text for text in TEXTS]
    expected = unit_rows(text_vectors(Encoder(net.eval()), tokenizer, prompted, [point])[point])
    np.testing.assert_allclose(theirs(folder), expected, atol=1e-5)
    np.testing.assert_allclose(loaded(folder).vectors(TEXTS), expected, atol=1e-6)


def test_a_plain_folder_is_no_sentence_encoder_and_becomes_one(folder):
    assert read_setup(folder) is None
    write_setup(folder)
    assert read_setup(folder) == SentenceSetup()
    write_setup(folder, SentenceSetup(pooling="cls", max_length=9))
    write_setup(folder)  # it is one already
    assert read_setup(folder) == SentenceSetup(pooling="cls", max_length=9)
    with pytest.raises(UserError, match="no pooling `content`"):
        write_setup(folder, SentenceSetup(pooling="content"))


def test_text_is_put_into_lower_case_where_the_files_say_so(folder):
    write_setup(folder, SentenceSetup(prompt="THE ", lowercase=True, max_length=5))
    ours = loaded(folder)
    np.testing.assert_allclose(ours.vectors(TEXTS), theirs(folder), atol=1e-5)
    np.testing.assert_array_equal(ours.vectors(["SMALL"]), ours.vectors(["small"]))


def test_what_is_asked_overrides_the_files(folder):
    write_labse(folder)
    own = asked_setup(folder)
    assert own == read_setup(folder)
    asked = asked_setup(folder, layer=2, prompt="")
    assert (asked.layer, asked.pooling, asked.prompt, asked.dense) == (2, "cls", "", ())
    assert asked_setup(folder, prompt="passage: ").dense == own.dense


def test_rewritten_files_keep_the_dense_layers(folder):
    write_labse(folder)
    expected = loaded(folder).vectors(TEXTS, prompt="passage: ")
    write_setup(folder, asked_setup(folder, prompt="passage: "))
    np.testing.assert_array_equal(loaded(folder).vectors(TEXTS), expected)
    np.testing.assert_allclose(theirs(folder), expected, atol=1e-5)


def test_a_decoder_is_pooled_at_its_last_token(tmp_path, tokenizer):
    loading.save(model("qwen3", vocab_size=len(tokenizer)), tokenizer, tmp_path)
    write_setup(tmp_path)
    setup = read_setup(tmp_path)
    assert setup is not None
    assert setup.pooling == "last"
    np.testing.assert_allclose(theirs(tmp_path), loaded(tmp_path).vectors(TEXTS), atol=1e-5)


def test_dense_and_prompts_stay_with_a_trained_model(folder, tmp_path, tokenizer):
    write_labse(folder)
    child = tmp_path / "child"
    net, _ = loading.load(folder)
    loading.save(net, tokenizer, child)
    copy_setup(folder, child)
    np.testing.assert_array_equal(loaded(child).vectors(TEXTS), loaded(folder).vectors(TEXTS))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "max"}, "pooling max"),
        ("1_Pooling/config.json", {"pooling_mode": "mean", "include_prompt": False}, "include_prompt"),
        ("modules.json", [*OLD, {"idx": 4, "name": "4", "path": "4", "type": "own.Router"}], "Router"),
    ],
)
def test_what_would_make_other_vectors_is_refused(folder, name, content, word):
    write_labse(folder)
    (folder / name).write_text(json.dumps(content))
    with pytest.raises(UserError, match=word):
        read_setup(folder)


def test_a_pickled_dense_layer_is_refused(folder):
    write_labse(folder)
    (folder / "2_Dense/model.safetensors").unlink()
    with pytest.raises(UserError, match="no model"):
        loaded(folder)


@pytest.mark.slow
def test_tatoeba_by_a_real_encoder_is_what_sentence_transformers_scores(tmp_path):
    """multilingual-e5-small (4-bit weights, no head), unpacked to the folder that XLALIGN_ENCODER names."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    folder, data = os.environ.get("XLALIGN_ENCODER", ""), Path(__file__).parents[3] / "shared/data/tatoeba"
    if not Path(folder, "config.json").is_file() or not data.is_dir():
        pytest.skip("no real encoder, or no real data")
    english, chinese = ((data / f"cmn-eng.{side}").read_text().split("\n")[:300] for side in ("eng", "cmn"))
    net, tokenizer = loading.load(folder)
    ours = SentenceEncoder(Encoder(net.eval()), tokenizer, SentenceSetup(prompt="query: "))
    stock = sentence_transformers.SentenceTransformer(folder, device="cpu")
    theirs = [stock.encode(side, prompt="query: ", normalize_embeddings=True) for side in (english, chinese)]
    found = [ours.vectors(side) for side in (english, chinese)]
    for own, other in zip(found, theirs, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-5)
    ours_found = precision_at_1(found[0], found[1])
    assert ours_found == precision_at_1(theirs[0], theirs[1])
    assert min(ours_found) > 85
