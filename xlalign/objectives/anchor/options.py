"""Options of the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions, Widths
from xlalign.objectives.requests import DataRequest, Layers, Pass

if TYPE_CHECKING:
    from xlalign.modeling.encoder import Encoder
    from xlalign.objectives.anchor.loss import Anchor


class AnchorOptions(ObjectiveOptions):
    """Anchor: the encoder stays near where it began."""

    kind: Literal["anchor"] = "anchor"
    to: Literal["parameters", "states"] = Field("parameters", description="what is held to its first value")
    on: str = Field("source", description="view whose states are held")
    layer: int = Field(-1, description="layer whose states are held")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The view now and by the initial encoder."""
        if self.to == "parameters":
            return ()
        return Pass(self.on), Pass(self.on, model="init"), Layers("layer", (self.layer,))

    def build(self, encoder: Encoder, widths: Widths) -> Anchor:
        """The loss, with a copy of the parameters where those are held."""
        from xlalign.objectives.anchor.loss import Anchor

        return Anchor(self, encoder)
