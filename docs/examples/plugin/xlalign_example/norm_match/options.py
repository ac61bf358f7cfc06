"""Options of norm match: light, so that a pipeline file is checked without torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Layers, Pass


class NormMatchOptions(ObjectiveOptions):
    """Norm match: a sentence and its translation get vectors of the same length."""

    implementation: ClassVar[str] = "xlalign_example.norm_match.loss:NormMatch"

    kind: Literal["norm_match"] = "norm_match"
    layer: int = Field(-1, description="layer of the token vectors")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """Both sides of a pair, unmasked."""
        return Pass("source"), Pass("target"), Layers("layer", (self.layer,))
