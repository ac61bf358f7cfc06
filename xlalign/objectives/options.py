"""What the options of every objective have; light, so that listing presets imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from xlalign.config import Settings
from xlalign.objectives.requests import DataRequest, Teacher

if TYPE_CHECKING:
    from xlalign.modeling.encoder import Encoder
    from xlalign.objectives.base import Objective

Rate = Annotated[float, Field(ge=0, le=1)]
Widths = Mapping[Teacher, int]
"""Width P of the vectors of each teacher of the recipe."""


class ObjectiveOptions(Settings):
    """The settings model of an objective: what it asks for, and how its loss is made.

    A subclass has a field `kind` whose default is its name in the registry.
    """

    kind: str
    weight: float = Field(1.0, ge=0, description="factor of this loss in the sum")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """What the objective reads: encodings, layers, links, dictionaries, teachers."""
        return ()

    def build(self, encoder: Encoder, widths: Widths) -> Objective:
        """The loss, with new heads for this encoder; torch is imported here and not before."""
        raise NotImplementedError
