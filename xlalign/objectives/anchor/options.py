"""Options of the anchor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Layers, Pass


class AnchorOptions(ObjectiveOptions):
    """Anchor: the encoder stays near where it began."""

    implementation: ClassVar[str] = "xlalign.objectives.anchor.loss:Anchor"

    kind: Literal["anchor"] = "anchor"
    to: Literal["parameters", "states"] = Field("parameters", description="what is held to its first value")
    on: str = Field("source", description="view whose states are held")
    layer: int = Field(-1, description="layer whose states are held")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The view now and by the initial encoder."""
        if self.to == "parameters":
            return ()
        return Pass(self.on), Pass(self.on, model="init"), Layers("layer", (self.layer,))
