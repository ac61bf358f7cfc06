"""SICK: English sentence pairs; small NLI training data where MultiNLI is not at hand."""

from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.scorers import ACCURACY
from xlalign.evaluation.tasks.xnli import LABELS

TASK = Task(
    name="sick",
    kind="classification",
    group="extension",
    scorer=ACCURACY,
    languages=("en",),
    labels=LABELS,
    spellings={label.upper(): label for label in LABELS},
    reader="table",
    columns={"first": "sentence_A", "second": "sentence_B", "label": "entailment_judgment"},
    files={
        "train": (("nli/SICK_train.txt",),),
        "dev": (("nli/SICK_trial.txt",),),
        "test": (("nli/SICK_test_annotated.txt",),),
    },
    license="believed CC BY-NC-SA 3.0; not stated by the origin",
    citation="Marelli et al. 2014, A SICK cure for the evaluation of compositional distributional models, LREC",
)
