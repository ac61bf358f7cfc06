"""XNLI: does the premise entail, contradict or leave open the hypothesis?"""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import ACCURACY

LABELS = ("entailment", "neutral", "contradiction")

TASK = Task(
    name="xnli",
    kind="classification",
    group="classification",
    scorer=ACCURACY,
    languages=codes("ar bg de el en es fr hi ru sw th tr ur vi zh"),
    labels=LABELS,
    spellings={"contradictory": "contradiction"},
    reader="pairs",
    files={split: ((f"xnli/{split}-{{lang}}.tsv",),) for split in ("train", "dev", "test")},
    test_items=5010,
    license="CC BY-NC 4.0",
    citation="Conneau et al. 2018, XNLI: Evaluating Cross-lingual Sentence Representations, EMNLP",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="XNLI",
        columns={"first": "sentence1", "second": "sentence2", "label": "gold_label"},
        splits={"dev": "validation", "test": "test"},
        where={"language": "{lang}"},
    ),
)
