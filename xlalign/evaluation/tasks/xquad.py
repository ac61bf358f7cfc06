"""XQuAD: SQuAD questions translated into ten languages; trained on SQuAD."""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import SQUAD
from xlalign.evaluation.tasks.squad import FILES, HUB_COLUMNS

TASK = Task(
    name="xquad",
    kind="qa",
    group="qa",
    scorer=SQUAD,
    languages=codes("ar de el en es hi ru th tr vi zh"),
    reader="squad",
    files={**FILES, "test": (("xquad/xquad.{lang}.json",),)},
    test_items=1190,
    license="CC BY-SA 4.0",
    citation="Artetxe et al. 2020, On the Cross-lingual Transferability of Monolingual Representations, ACL",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="XQuAD.{lang}",
        columns=HUB_COLUMNS,
        splits={"train": "train", "dev": "validation", "test": "validation"},
        configs={"train": "SQuAD", "dev": "SQuAD"},
    ),
)
