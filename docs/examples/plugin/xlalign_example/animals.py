"""Animals: does the second sentence name an animal of the first?"""

from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.scorers import ACCURACY

TASK = Task(
    name="animals",
    kind="classification",
    group="extension",
    scorer=ACCURACY,
    languages=("en", "de", "hi"),
    labels=("yes", "no"),
    reader="pairs",  # sentence, tab, sentence, tab, label
    files={split: ((f"animals/{split}-{{lang}}.tsv",),) for split in ("train", "dev", "test")},
    license="CC0-1.0",
    citation="an example",
)
