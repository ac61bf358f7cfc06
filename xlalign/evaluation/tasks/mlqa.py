"""MLQA: questions and contexts in the same language; the model fine-tuned on SQuAD for XQuAD is tested."""

from xlalign.evaluation.tasks.base import Hub, Task, codes
from xlalign.evaluation.tasks.hub import REVISION, XTREME
from xlalign.evaluation.tasks.scorers import MLQA
from xlalign.evaluation.tasks.squad import HUB_COLUMNS

_TEST = (
    ("mlqa/MLQA_V1/test/test-context-{lang}-question-{lang}.json",),
    ("mlqa/test-context-{lang}-question-{lang}.json",),
)
_DEV = (
    ("mlqa/MLQA_V1/dev/dev-context-{lang}-question-{lang}.json",),
    ("mlqa/dev-context-{lang}-question-{lang}.json",),
)

TASK = Task(
    name="mlqa",
    kind="qa",
    group="qa",
    scorer=MLQA,
    languages=codes("ar de en es hi vi zh"),
    only=True,
    reader="squad",
    files={"dev": _DEV, "test": _TEST},
    train="xquad",
    license="CC BY-SA 3.0",
    citation="Lewis et al. 2020, MLQA: Evaluating Cross-lingual Extractive Question Answering, ACL",
    hub=Hub(
        dataset=XTREME,
        revision=REVISION,
        config="MLQA.{lang}.{lang}",
        columns=HUB_COLUMNS,
        splits={"dev": "validation", "test": "test"},
    ),
)
