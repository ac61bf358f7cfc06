"""Fine-tuning against transformers' Trainer: the same encoder, data, hyperparameters and output layer.

    python benchmarks/eval_trainer.py MODEL --data folder:../shared/data --train xnli:dev --steps 300 --seeds 1 2 3
    python benchmarks/eval_trainer.py MODEL --data folder:../shared/data --task udpos --steps 300 --seeds 1 2 3

Prints for each way seconds (wall and CPU), steps a second, and accuracy on test; the ways are run in turn, seed by
seed, so that a busy machine hurts all alike. `trainer` draws batches at random, `trainer-grouped` by length.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from racing import begin
from torch import nn

from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.data.sets import EnglishData, TestData, TrainingData
from xlalign.evaluation.finetune import FineTuner, predict
from xlalign.evaluation.kinds.base import Example, TunedKind
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.model import initialise
from xlalign.evaluation.options import Regime
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks.base import Task
from xlalign.modeling import loading
from xlalign.modeling.pooling import pool_padded

Outcome = tuple[float, float, float]
"""Wall seconds, CPU seconds, accuracy."""

TokenRows = list[dict[str, Any]]


class BenchCell(GridCell):
    """A cell with its model."""

    model: str = ""


class Peer(nn.Module):
    """The stock encoder with our output layer on mean states (or, for tags, on every state), as Trainer wants it."""

    def __init__(self, cell: BenchCell, task: Task) -> None:
        super().__init__()
        with_head, self.tokenizer = loading.load(cell.model)
        self.encoder = with_head.base_model
        self.tags = task.kind == "tagging"
        self.output = nn.Linear(with_head.config.hidden_size, len(task.labels))
        initialise(self.output, cell.seed)

    def forward(self, labels: torch.Tensor | None = None, **inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Loss and logits."""
        states = self.encoder(**inputs).last_hidden_state
        logits = self.output(states if self.tags else pool_padded(states, inputs["attention_mask"], "mean"))
        if labels is None:
            return {"loss": logits.sum(), "logits": logits}
        return {"loss": nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten()), "logits": logits}


def peer_rows(examples: list[Example], peer: Peer, task: Task, longest: int) -> TokenRows:
    """What Trainer's collator pads: token ids and labels, for tags at the first piece of each word (-100 elsewhere)."""
    if not peer.tags:
        pairs = cast("list[LabelledSentences]", examples)
        texts = [[e.first for e in pairs], [e.second for e in pairs]]
        batch = peer.tokenizer(*texts, truncation="longest_first", max_length=longest)
        labels: list[Any] = [task.labels.index(e.label) for e in pairs]
    else:
        tagged = cast("list[TaggedWords]", examples)
        batch = peer.tokenizer(
            [list(e.words) for e in tagged], is_split_into_words=True, truncation=True, max_length=longest
        )
        labels = [
            tag_labels(batch.word_ids(i), [task.labels.index(tag) for tag in example.tags])
            for i, example in enumerate(tagged)
        ]
    return [{**{k: batch[k][i] for k in batch}, "labels": label} for i, label in enumerate(labels)]


def tag_labels(words: list[int | None], tags: list[int]) -> list[int]:
    return [-100 if w is None or w == before else tags[w] for before, w in zip([None, *words[:-1]], words, strict=True)]


def collator(peer: Peer) -> Any:
    from transformers import DataCollatorForTokenClassification, DataCollatorWithPadding

    return (DataCollatorForTokenClassification if peer.tags else DataCollatorWithPadding)(peer.tokenizer)


def trainer(cell: BenchCell, english: EnglishData, test: list[Example], *, grouped: bool) -> Outcome:
    """(wall seconds, CPU seconds, accuracy) of transformers' Trainer."""
    from transformers import Trainer, TrainingArguments

    task, tuning = cell.test.resolved(), cell.tuning
    assert tuning is not None
    assert tuning.regime is not None
    options = tuning.options
    peer = Peer(cell, task)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            max_steps=options.steps,
            per_device_train_batch_size=options.batch_size,
            per_device_eval_batch_size=128,
            learning_rate=tuning.regime.learning_rate,
            warmup_steps=round(options.warmup * options.steps),
            weight_decay=options.weight_decay,
            max_grad_norm=1.0,
            seed=cell.seed,
            train_sampling_strategy="group_by_length" if grouped else "random",
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_strategy="no",
            remove_unused_columns=False,
        )
        wall, cpu = time.perf_counter(), time.process_time()
        data = peer_rows(english.train, peer, task, options.max_length)
        run = Trainer(peer, arguments, train_dataset=data, data_collator=collator(peer))
        run.train()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        found = run.predict(peer_rows(test, peer, task, options.max_length))
    real = found.label_ids != -100
    return wall, cpu, 100 * float((found.predictions.argmax(-1) == found.label_ids)[real].mean())


def ours(cell: BenchCell, english: EnglishData, test: list[Example]) -> Outcome:
    """(wall seconds, CPU seconds, accuracy) of xlalign."""
    assert cell.tuning is not None
    assert cell.tuning.regime is not None
    task = cell.test.resolved()
    tuner = FineTuner(cell.model, task, cell.tuning, cell.tuning.regime)
    # Trainer keeps the last weights and evaluates nothing, so neither do we.
    quick = EnglishData(english.train, english.train[:1], held_out=True)
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        tuner.train(quick, Path(folder))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = tuner.answers(test)
    if task.kind == "tagging":
        golds = [e.tags for e in cast("list[TaggedWords]", test)]
        hits = [
            tag == gold for tags, own in zip(found, golds, strict=True) for tag, gold in zip(tags, own, strict=True)
        ]
    else:
        hits = [answer == e.label for answer, e in zip(found, cast("list[LabelledSentences]", test), strict=True)]
    return wall, cpu, 100 * float(np.mean(hits))


def scratch_model(english: EnglishData) -> str:
    """A tiny encoder with random weights and the vocabulary of the training text."""
    from xlalign.modeling import scratch

    texts = [text for example in english.train for text in example.texts()]
    tokenizer = scratch.train_tokenizer({"en": texts}, "tiny")
    folder = Path(tempfile.mkdtemp())
    loading.save(scratch.create("tiny", tokenizer, seed=0), tokenizer, folder)
    return str(folder)


def check_same(cell: BenchCell, examples: list[Example]) -> None:
    """Both give the same scores before training, from the same output layer; ends the program otherwise."""
    assert cell.tuning is not None
    assert cell.tuning.regime is not None
    task = cell.test.resolved()
    assert isinstance(task.handler, TunedKind)
    tuner = FineTuner(cell.model, task, cell.tuning, cell.tuning.regime)
    peer = Peer(cell, task).eval()
    batch = collator(peer)(peer_rows(examples, peer, task, cell.tuning.options.max_length))
    labels = batch.pop("labels")
    with torch.no_grad():
        scores = peer(**batch)["logits"]
    theirs = (scores[labels != -100] if peer.tags else scores).numpy()
    ours = np.concatenate([np.atleast_2d(x) for x in predict(tuner.model, task.handler, tuner.encode(examples))])
    print(f"largest difference of untrained scores: {np.abs(ours - theirs).max():.1e}")
    if not np.allclose(ours, theirs, atol=1e-4):
        raise SystemExit("xlalign and transformers do not compute the same: no times")


def warm_up(cell: BenchCell, english: EnglishData, test: list[Example], ways: list[str]) -> None:
    """Take two steps each way: what is imported and allocated first belongs to no race."""
    assert cell.tuning is not None
    short = cell.model_copy(update={"tuning": cell.tuning.model_copy(update={"steps": 2})})
    for way in ways:
        WAYS[way](short, english, test)


WAYS: dict[str, Callable[..., Outcome]] = {
    "xlalign": ours,
    "trainer": partial(trainer, grouped=False),
    "trainer-grouped": partial(trainer, grouped=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="", help="folder; without one a tiny encoder with random weights")
    parser.add_argument("--task", default="xnli", choices=["xnli", "pawsx", "udpos", "panx"])
    parser.add_argument("--data", default="micro:")
    parser.add_argument("--train", default="", help="TASK:SPLIT to train on")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    options = parser.parse_args()
    begin(options.threads)
    torch.set_num_threads(options.threads)
    tuning = {
        "steps": options.steps,
        "batch_size": options.batch,
        "evaluations": 1,
        "dropout": 0.0,
        "max_length": 128,
        "hidden": 0,
    }
    settings = EvalSettings(
        tasks=(options.task,),
        data=options.data,
        train_from={options.task: options.train} if options.train else {},
        fine_tuning={options.task: {**tuning, "regimes": [{"learning_rate": options.rate}]}},
        device="cpu",
    )
    (cell, *_) = settings.cells()
    assert cell.tuning is not None
    english, test = TrainingData(cell.tuning.data).english(), TestData(cell.test).tested(options.lang)
    found: dict[str, list[Outcome]] = {way: [] for way in options.ways}
    model = options.model or scratch_model(english)
    for seed in options.seeds:
        regime = Regime(learning_rate=options.rate)
        tuned = cell.tuning.model_copy(update={"seed": seed, "regime": regime})
        bench = BenchCell(**{**dict(cell), "tuning": tuned, "model": model})
        if seed == options.seeds[0]:
            check_same(bench, test[:16])
            warm_up(bench, english, test[:16], options.ways)
        for way in options.ways:
            found[way].append(WAYS[way](bench, english, test))
            print(way, "seed", seed, *(f"{value:.2f}" for value in found[way][-1]), flush=True)
    print(f"{'way':16} {'wall s':>8} {'cpu s':>8} {'steps/s':>8} {'accuracy':>9} {'sd':>6} {'ratio':>6}")
    for way, runs in found.items():
        wall, cpu, score = np.mean(runs, axis=0)
        deviation = np.std([run[2] for run in runs], ddof=1) if len(runs) > 1 else float("nan")
        print(
            f"{way:16} {wall:8.1f} {cpu:8.1f} {options.steps / wall:8.1f} {score:9.2f} {deviation:6.2f}"
            f" {wall / np.mean(found[options.ways[0]], axis=0)[0]:6.2f}"
        )


if __name__ == "__main__":
    main()
