"""MasakhaNER: names in ten African languages; dates are found only if the training data mark them."""

from xlalign.evaluation.tasks.base import Task, codes
from xlalign.evaluation.tasks.panx import LABELS
from xlalign.evaluation.tasks.scorers import CHUNK_F1

TASK = Task(
    name="masakhaner",
    kind="tagging",
    group="extension",
    scorer=CHUNK_F1,
    languages=codes("amh hau ibo kin lug luo pcm swa wol yor"),
    labels=(*LABELS, "B-DATE", "I-DATE"),
    reader="iob",
    files={split: ((f"masakhaner/{{lang}}/{split}.txt",),) for split in ("train", "dev", "test")},
    train="panx",
    license="CC BY-NC 4.0",
    citation="Adelani et al. 2021, MasakhaNER: Named Entity Recognition for African Languages, TACL",
)
