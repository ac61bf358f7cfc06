"""OCNLI: natural language inference written in Chinese, not translated."""

from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.scorers import ACCURACY
from xlalign.evaluation.tasks.xnli import LABELS

TASK = Task(
    name="ocnli",
    kind="classification",
    group="extension",
    scorer=ACCURACY,
    languages=("zh",),
    labels=LABELS,
    # Pairs without a majority label are left out.
    spellings={"-": ""},
    reader="table",
    columns={"first": "sentence1", "second": "sentence2", "label": "label"},
    files={"train": (("nli/ocnli.train.10k.json",),), "test": (("nli/ocnli.dev.json",),)},
    train="xnli",
    license="CC BY-NC 2.0",
    citation="Hu et al. 2020, OCNLI: Original Chinese Natural Language Inference, Findings of EMNLP",
)
