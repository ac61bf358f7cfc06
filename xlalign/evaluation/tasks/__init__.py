"""The table of tasks; a row names a `Task`, and nothing is imported until a task is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.evaluation.tasks.base import Task

XTREME = ("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "tydiqa", "bucc", "tatoeba")
"""The nine tasks of the benchmark, in the order of its table."""

EXTENSIONS = ("sib200", "xcopa", "americasnli", "masakhaner", "sick", "ocnli")
"""More tasks; the last two hold training data for NLI."""

TASKS: Registry[Task] = Registry(
    "task",
    {
        **{name: f"xlalign.evaluation.tasks.xtreme:{name.upper()}" for name in XTREME},
        **{name: f"xlalign.evaluation.tasks.extensions:{name.upper()}" for name in EXTENSIONS},
    },
    group="xlalign.tasks",
)
