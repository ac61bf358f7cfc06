"""Options of word alignment."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Layers, LinkedWords, Pass


class WordAlignmentOptions(ObjectiveOptions):
    """Word alignment: linked words get like vectors, or point at each other."""

    implementation: ClassVar[str] = "xlalign.objectives.word_alignment.loss:WordAlignment"

    kind: Literal["word-alignment"] = "word-alignment"
    layer: int = Field(-1, description="layer of the word vectors")
    source: Literal["file", "argmax", "itermax", "sinkhorn", "softmax"] = Field(
        "file", description="where links come from: the alignments artifact, or the encoder itself"
    )
    label_layer: int = Field(-1, description="layer from which the encoder labels links itself")
    threshold: float = Field(1e-3, ge=0, lt=1, description="smallest probability of a link under softmax")
    form: Literal["pointer", "nce", "joint", "l2", "so", "co"] = Field("nce", description="the loss")
    projection: Literal["none", "linear", "mlp"] = Field("none", description="head on the word vectors")
    projection_size: int = Field(0, ge=0, description="output units of the head; 0 = as its input")
    temperature: float = Field(0.1, gt=0, description="divisor of the cosines of nce and joint")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The two sides, or the masked concatenation; links are labelled without mask and dropout."""
        wanted = (Pass("concat", masked=True),) if self.form == "pointer" else (Pass("source"), Pass("target"))
        layers = (Layers("layer", (self.layer,)), Layers("label_layer", (self.label_layer,)))
        if self.source == "file":
            return (*wanted, LinkedWords(), *layers)
        return (*wanted, *(Pass(p.view, model="label") for p in wanted), *layers)
