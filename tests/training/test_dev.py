"""Dev retrieval, and early stopping by it."""

import json

import numpy as np

from xlalign.training import pretrain as domain
from xlalign.training.dev import retrieval_accuracy
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
