"""TyDiQA-GoldP: questions asked in each language; its dev set is the test, so dev is held out from train."""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import SQUAD
from xlalign.evaluation.tasks.squad import HUB_COLUMNS

_TEST = (
    ("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{name}.json",),
    ("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.{lang}.dev.json",),
    ("tydiqa/tydiqa.goldp.{lang}.dev.json",),
)
_TRAIN = (
    ("tydiqa/tydiqa-goldp-v1.1-train/tydiqa.goldp.{lang}.train.json",),
    ("tydiqa/tydiqa.goldp.{lang}.train.json",),
)

TASK = Task(
    name="tydiqa",
    kind="qa",
    group="qa",
    scorer=SQUAD,
    languages=codes("ar bn en fi id ko ru sw te"),
    reader="squad",
    files={"train": _TRAIN, "test": _TEST},
    license="Apache-2.0",
    citation="Clark et al. 2020, TyDi QA, TACL",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="tydiqa",
        columns=HUB_COLUMNS,
        splits={"train": "train", "test": "validation"},
        where={"id": "{name}-"},
    ),
)
