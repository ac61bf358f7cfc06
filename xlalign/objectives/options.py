"""What the options of every objective have; light, so that listing presets imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, cast

from pydantic import Field

from xlalign.config import Settings
from xlalign.objectives.requests import DataRequest, Pass, Teacher
from xlalign.registry import imported

if TYPE_CHECKING:
    from xlalign.modeling.encoder import Encoder
    from xlalign.objectives.base import Objective

Rate = Annotated[float, Field(ge=0, le=1)]
Widths = Mapping[Teacher, int]
"""Width P of the vectors of each teacher of the recipe."""


class ObjectiveOptions(Settings):
    """The settings model of an objective: what it asks for, and how its loss is made.

    A subclass has a field `kind` whose default is its name in the registry, and says where its loss is.
    """

    implementation: ClassVar[str]
    """"module:class" of the `Objective`, which is imported when a loss is made and not before."""

    kind: str
    weight: float = Field(1.0, ge=0, description="factor of this loss in the sum; 0 = it is left out")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """What the objective reads: encodings, layers, links, dictionaries, teachers."""
        return ()

    def fitted(self, pairs: int) -> Self:
        """The options for a corpus of some sentence pairs; 0 where there are none."""
        return self

    def passes(self) -> tuple[Pass, ...]:
        """The encodings among them."""
        return tuple(request for request in self.requests() if isinstance(request, Pass))

    def build(self, encoder: Encoder, widths: Widths) -> Objective:
        """The loss, with new heads for this encoder.

        Args:
            encoder: the encoder in training, which sizes the heads.
            widths: width of each teacher's vectors.
        """
        return cast("Objective", imported(self.implementation)(self, encoder, widths))
