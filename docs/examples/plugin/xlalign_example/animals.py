"""Animals: does the second sentence name an animal of the first?"""

from xlalign.evaluation.tasks.base import Task

TASK = Task(
    name="animals",
    kind="classification",
    languages=("en", "de", "hi"),
    labels=("yes", "no"),
    reader="pairs",  # sentence, tab, sentence, tab, label
    files={"*": (("animals/{split}-{lang}.tsv",),)},
    license="CC0-1.0",
    citation="an example",
)
