"""PAWS-X: do two sentences with nearly the same words mean the same?"""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import ACCURACY

TASK = Task(
    name="pawsx",
    kind="classification",
    group="classification",
    scorer=ACCURACY,
    languages=codes("de en es fr ja ko zh"),
    labels=("0", "1"),
    reader="pairs",
    files={split: ((f"pawsx/{split}-{{lang}}.tsv",),) for split in ("train", "dev", "test")},
    test_items=2000,
    license="free for any purpose (Google LLC)",
    citation="Yang et al. 2019, PAWS-X: A Cross-lingual Adversarial Dataset, EMNLP",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="PAWS-X.{lang}",
        columns={"first": "sentence1", "second": "sentence2", "label": "label"},
        splits={"train": "train", "dev": "validation", "test": "test"},
    ),
)
