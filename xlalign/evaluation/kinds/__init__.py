"""The table of kinds of tasks. A kind is one object with all that depends on it: from reading an example to scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.evaluation.kinds.base import TaskKind

KINDS: Registry[TaskKind[Any]] = Registry(
    "kind of task",
    {
        "classification": "xlalign.evaluation.kinds.classification:CLASSIFICATION",
        "choice": "xlalign.evaluation.kinds.choice:CHOICE",
        "tagging": "xlalign.evaluation.kinds.tagging:TAGGING",
        "qa": "xlalign.evaluation.kinds.qa:QA",
        "retrieval": "xlalign.evaluation.kinds.retrieval:RETRIEVAL",
        "mining": "xlalign.evaluation.kinds.mining:MINING",
    },
    group="xlalign.kinds",
)
