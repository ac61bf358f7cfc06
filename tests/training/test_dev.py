"""Dev retrieval, and early stopping by it."""

import json

import numpy as np
import pytest
from tiny import model

from xlalign.errors import UserError
from xlalign.modeling import loading, scratch
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.sentence import SentenceEncoder
from xlalign.modeling.sentence_files import SentenceSetup, read_setup, write_setup
from xlalign.training import pretrain as domain
from xlalign.training.dev import embedder_of, retrieval_accuracy
from xlalign.training.settings import PretrainSettings
from xlalign.training.tokens import Tokens


def test_retrieval_accuracy_is_the_mean_of_both_directions():
    x = np.eye(4, dtype=np.float32)
    assert retrieval_accuracy(x, x * 3) == 1.0
    assert retrieval_accuracy(x, x[[1, 0, 2, 3]]) == 0.5
    one_hub = np.array([[1, 1], [1, 0], [0, 1]], np.float32)
    assert retrieval_accuracy(one_hub, one_hub) == 1.0


def test_select_gathers_texts():
    tokens = Tokens(
        np.arange(9, dtype=np.int32), np.array([0, 2, 5, 9]), np.empty(0, np.int32), np.arange(3).astype("u8")
    )
    chosen = tokens.select(np.array([2, 0]))
    assert chosen.ids.tolist() == [5, 6, 7, 8, 0, 1]
    assert chosen.borders.tolist() == [0, 4, 6]
    assert chosen.hashes.tolist() == [2, 0]


def test_the_best_dev_weights_are_kept(artifacts, tmp_path):
    table = {"preset": "ml-ctl", "from": "scratch:nano", "steps": 8, "batch_size": 8, "learning_rate": 3e-3}
    table |= {"device": "cpu", "evaluate_every": 2, "patience": 2, "select": "retrieval", "trackers": ["tensorboard"]}
    summary = domain.pretrain(
        PretrainSettings.model_validate(table), artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out"
    )
    lines = (tmp_path / "out/metrics.jsonl").read_text().splitlines()
    scores = {r["step"]: r["dev/retrieval"] for r in map(json.loads, lines) if "dev/retrieval" in r}
    assert summary["chosen_step"] == max(scores, key=lambda step: (scores[step], -step))
    assert list((tmp_path / "out/trackers").rglob("events.out.tfevents*"))


@pytest.fixture(scope="module")
def sentence_encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sentence-encoder")
    tokenizer = scratch.train_tokenizer({"en": ["query: the red dog sees a small house"] * 20}, "nano")
    loading.save(model("bert", vocab_size=len(tokenizer)), tokenizer, folder)
    write_setup(folder, SentenceSetup(1, "cls", prompts={"query": "query: "}))
    return folder


def test_dev_retrieval_embeds_as_the_sentence_encoder_that_comes_out(sentence_encoder, artifacts, tmp_path):
    table = {"preset": "mlm", "from": str(sentence_encoder), "steps": 1, "batch_size": 8, "device": "cpu"}
    settings = PretrainSettings.model_validate({**table, "sentence_prompt": "query: "})
    start = domain.sentence_setup(settings, None)
    assert start is not None
    assert (start.layer, start.pooling, start.prompt) == (1, "cls", "query: ")
    net, tokenizer = loading.load(sentence_encoder)
    embed = embedder_of(Encoder(net), tokenizer, settings.recipe.data, start)(["a house", "the dog"])
    expected = SentenceEncoder(Encoder(net), tokenizer, start).vectors(["a house", "the dog"])
    np.testing.assert_array_equal(embed(), expected)
    domain.pretrain(settings, artifacts[0], None, None, tmp_path / "work", tmp_path / "out")
    assert read_setup(tmp_path / "out") == start
    plain = PretrainSettings.model_validate({**table, "from": "scratch:nano"})
    assert domain.sentence_setup(plain, None) is None


def test_a_loss_of_no_weight_asks_for_nothing(artifacts):
    with_head = PretrainSettings.model_validate({"preset": "cz-snt"})
    without = PretrainSettings.model_validate({"preset": "cz-snt", "mlm": {"weight": 0}})
    assert (with_head.predicting, without.predicting) == (["mlm"], [])
    assert "mono" not in without.recipe.needs()
    with pytest.raises(UserError, match="every loss has weight 0"):
        PretrainSettings.model_validate({"preset": "mlm", "mlm": {"weight": 0}})
