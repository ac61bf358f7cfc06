"""BUCC 2018: find the translated sentence pairs in two large sets; the threshold is tuned on dev."""

from xlalign.evaluation.tasks.base import Task, codes
from xlalign.evaluation.tasks.scorers import MINING

TASK = Task(
    name="bucc",
    kind="mining",
    group="retrieval",
    scorer=MINING,
    languages=codes("de fr ru zh"),
    reader="mining",
    files={
        split: tuple(
            (f"bucc2018/{name}.{{lang}}", f"bucc2018/{name}.en", f"bucc2018/{name}.gold")
            for name in (f"{{lang}}-en.{split}", f"{{lang}}-en.{other}")
        )
        for split, other in (("dev", "sample"), ("test", "training"))
    },
    license="research use; not stated by the origin",
    citation="Zweigenbaum et al. 2018, Overview of the Third BUCC Shared Task",
    submission="bucc2018",
)
