"""Part-of-speech tagging on Universal Dependencies.

The benchmark's "F1" is chunk F1 of unprefixed tags (see `metrics.chunks`); token accuracy stands beside it.
"""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import CHUNK_F1

# `_` stands in treebanks for a word without analysis; the benchmark keeps it as a tag.
LABELS = codes("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X _")

TASK = Task(
    name="udpos",
    kind="tagging",
    group="tagging",
    scorer=CHUNK_F1,
    languages=codes(
        "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr ur vi yo zh"
    ),
    labels=LABELS,
    reader="pos",
    files={
        split: (
            (f"udpos/{split}-{{lang}}.tsv",),
            (f"udpos/{{lang}}_*-ud-{split}.conllu",),
            (f"ud/{{lang}}_*-ud-{split}.conllu",),
        )
        for split in ("train", "dev", "test")
    },
    license="per treebank, mostly CC BY-SA 4.0",
    citation="Nivre et al. 2018, Universal Dependencies 2.2; XTREME uses release 2.5",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="udpos.{name}",
        columns={"words": "tokens", "tags": "pos_tags"},
        splits={"train": "train", "dev": "validation", "test": "test"},
    ),
)
