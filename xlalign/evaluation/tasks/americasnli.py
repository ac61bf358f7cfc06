"""AmericasNLI: XNLI in ten indigenous languages of the Americas; trained on English NLI."""

from xlalign.evaluation.tasks.base import Task, codes
from xlalign.evaluation.tasks.scorers import ACCURACY
from xlalign.evaluation.tasks.xnli import LABELS

TASK = Task(
    name="americasnli",
    kind="classification",
    group="extension",
    scorer=ACCURACY,
    languages=codes("aym bzd cni gn hch nah oto quy shp tar"),
    labels=LABELS,
    spellings={"contradictory": "contradiction"},
    reader="table",
    columns={"first": "premise", "second": "hypothesis", "label": "label"},
    files={split: ((f"americasnli/{split}/{{lang}}.tsv",),) for split in ("dev", "test")},
    train="xnli",
    license="CC BY-SA 4.0",
    citation="Ebrahimi et al. 2022, AmericasNLI, ACL",
)
