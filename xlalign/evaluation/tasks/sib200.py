"""SIB-200: the topic of a sentence, the same sentences in 200 languages."""

from xlalign.evaluation.tasks.base import Task, codes
from xlalign.evaluation.tasks.scorers import ACCURACY

LABELS = (
    "entertainment",
    "geography",
    "health",
    "politics",
    "science/technology",
    "sports",
    "travel",
)

TASK = Task(
    name="sib200",
    kind="classification",
    group="extension",
    scorer=ACCURACY,
    languages=codes(
        "af ar bg bn de el en es et eu fa fi fr he hi ht hu id it ja jv ka kk ko ml mr ms my nl pt qu ru sw ta te th"
        " tl tr ur vi yo zh"
    ),
    labels=LABELS,
    reader="table",
    columns={"first": "text", "label": "category"},
    files={split: ((f"sib200/{{flores}}.{split}.tsv",),) for split in ("train", "dev", "test")},
    test_items=204,
    license="CC BY-SA 4.0",
    citation="Adelani et al. 2024, SIB-200: A Simple, Inclusive, and Big Evaluation Dataset, EACL",
)
