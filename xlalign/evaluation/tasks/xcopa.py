"""XCOPA: which of two sentences is the cause or the effect of another."""

from xlalign.evaluation.tasks.base import Task, codes
from xlalign.evaluation.tasks.scorers import ACCURACY

TASK = Task(
    name="xcopa",
    kind="choice",
    group="extension",
    scorer=ACCURACY,
    languages=codes("et ht id it qu sw ta th tr vi zh"),
    labels=("0", "1"),
    reader="choices",
    columns={
        "first": "premise",
        "choice1": "choice1",
        "choice2": "choice2",
        "question": "question",
        "label": "label",
    },
    files={
        "train": (("xcopa/train.{lang}.jsonl",),),
        "dev": (("xcopa/val.{lang}.jsonl",),),
        "test": (("xcopa/test.{lang}.jsonl",),),
    },
    test_items=500,
    license="CC BY 4.0",
    citation="Ponti et al. 2020, XCOPA: A Multilingual Dataset for Causal Commonsense Reasoning, EMNLP",
)
