"""Options of distillation."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.config import late
from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Layers, Pass, Pooling, Teacher


class DistillationOptions(ObjectiveOptions):
    """Distillation: sentences and their translations move to a frozen teacher's vectors."""

    implementation: ClassVar[str] = "xlalign.objectives.distillation.loss:Distillation"

    kind: Literal["distillation"] = "distillation"
    teacher: str = Field("init", description="`init` (the encoder as it starts), a model directory or a hub id")
    loss: Literal["mse", "cosine"] = Field("mse", description="distance to the teacher's vector")
    prompt: str | None = late(
        None,
        'what a teacher of its own gets before each text, as in "query: "; none = what it says itself, if anything',
    )
    layer: int = Field(-1, description="layer that is pooled in the student, and in a teacher that says nothing itself")
    pooling: Pooling = Field("mean", description="as in sequence-contrast")
    sides: Literal["both", "target"] = Field("both", description="which sides are pulled to the teacher's source")

    @property
    def vectors(self) -> Teacher:
        """What the sides are pulled to."""
        return Teacher(self.teacher, self.layer, self.pooling, self.prompt)

    @property
    def on(self) -> tuple[str, ...]:
        """The views that are pulled."""
        return ("source", "target") if self.sides == "both" else ("target",)

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The sides that are pulled, and the teacher."""
        return (*map(Pass, self.on), self.vectors, Layers("layer", (self.layer,)))
