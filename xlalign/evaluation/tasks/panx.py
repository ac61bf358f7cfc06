"""PAN-X (WikiANN): names of persons, places and organisations."""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import CHUNK_F1

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

TASK = Task(
    name="panx",
    kind="tagging",
    group="tagging",
    scorer=CHUNK_F1,
    languages=codes(
        "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl"
        " tr ur vi yo zh"
    ),
    labels=LABELS,
    reader="iob",
    files={split: ((f"panx/{split}-{{lang}}.tsv",),) for split in ("train", "dev", "test")},
    license="not stated by the origin; text from Wikipedia",
    citation="Pan et al. 2017, Cross-lingual Name Tagging and Linking for 282 Languages, ACL; splits of Rahimi 2019",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="PAN-X.{lang}",
        columns={"words": "tokens", "tags": "ner_tags"},
        splits={"train": "train", "dev": "validation", "test": "test"},
        labels=LABELS,
    ),
)
