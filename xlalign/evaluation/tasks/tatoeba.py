"""Tatoeba: for each English sentence, the nearest of the foreign sentences; the row is the answer.

Files in LASER's form hold the gold order; XTREME's copy has sorted English lines and no labels.
"""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import ACCURACY

TASK = Task(
    name="tatoeba",
    kind="retrieval",
    group="retrieval",
    scorer=ACCURACY,
    languages=codes(
        "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl tr ur vi zh"
    ),
    reader="parallel",
    files={
        "dev": (  # no part of the benchmark: held-out pairs that choose layer and pooling
            ("tatoeba/{lang3}-eng.dev.{lang3}", "tatoeba/{lang3}-eng.dev.eng"),
            ("ntrex/newstest2019.{lang3}.txt", "ntrex/newstest2019.eng.txt"),
        ),
        "test": (
            ("tatoeba/v1/tatoeba.{lang3}-eng.{lang3}", "tatoeba/v1/tatoeba.{lang3}-eng.eng"),
            ("tatoeba/tatoeba.{lang3}-eng.{lang3}", "tatoeba/tatoeba.{lang3}-eng.eng"),
            ("tatoeba/{lang3}-eng.{lang3}", "tatoeba/{lang3}-eng.eng"),
        ),
    },
    license="CC BY 2.0 FR",
    citation="Artetxe and Schwenk 2019, Massively Multilingual Sentence Embeddings, TACL",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="tatoeba.{lang3}",
        columns={"source": "source_sentence", "target": "target_sentence"},
        splits={"test": "validation"},
    ),
)
