"""What each kind of task does with its examples: encode, predict, decode, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.evaluation.kinds.base import TunedKind

KINDS: Registry[TunedKind] = Registry(
    "kind of task",
    {
        "classification": "xlalign.evaluation.kinds.classification:KIND",
        "choice": "xlalign.evaluation.kinds.choice:KIND",
        "tagging": "xlalign.evaluation.kinds.tagging:KIND",
        "qa": "xlalign.evaluation.kinds.qa:KIND",
    },
    group="xlalign.kinds",
)
"""Kinds that are fine-tuned; retrieval and mining are not."""
