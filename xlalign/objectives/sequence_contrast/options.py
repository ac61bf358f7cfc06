"""Options of sentence contrast."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions, Rate
from xlalign.objectives.requests import DataRequest, Layers, Model, Momentum, Pass, Pooling, Span


class SequenceContrastOptions(ObjectiveOptions):
    """Sentence contrast: InfoNCE and its decoupled form over in-batch negatives or a momentum queue."""

    implementation: ClassVar[str] = "xlalign.objectives.sequence_contrast.loss:SequenceContrast"

    kind: Literal["sequence-contrast"] = "sequence-contrast"
    on: tuple[str, str] = Field(("source", "target"), description="the two views of a pair")
    masked: bool = Field(False, description="contrast the masked inputs")
    layers: tuple[int, ...] = Field((-1,), description="layers that are pooled; 0 = embeddings, -1 = last")
    combine: Literal["mean", "sum"] = Field("mean", description="how the layers are put together")
    pooling: Pooling = Field("mean", description="first token, mean of all tokens, or mean without special tokens")
    span: bool = Field(False, description="append the mean of one linked word a pair to the sentence vector")
    similarity: Literal["cos", "dot"] = Field("cos", description="cosine or plain dot product")
    temperature: float = Field(0.07, gt=0, description="divisor of the similarities")
    form: Literal["infonce", "decoupled"] = Field("infonce", description="decoupled: no positive in the denominator")
    negatives: Literal["cross", "joint", "none"] = Field(
        "cross", description="in the batch: the other language, both languages, or none (queue only)"
    )
    directions: Literal["both", "forward"] = Field("both", description="which sides are anchors")
    queue: int = Field(
        0,
        ge=0,
        description="momentum keys of earlier batches kept as negatives, at most as many as there are pairs; 0 = none",
    )
    prefill: bool = Field(True, description="fill the queue with keys before the first step")
    momentum: Rate = Field(0.0, description="momentum of the key encoder per step; 0 = one encoder for both sides")
    projection: Literal["none", "linear", "mlp"] = Field("none", description="head before the similarity")
    projection_size: int = Field(0, ge=0, description="output units of the head; 0 = as its input")
    skip_equal: bool = Field(True, description="equal sentences are no negatives of each other")

    @property
    def key_model(self) -> Model:
        """The encoder of the keys."""
        return Momentum(self.momentum) if self.momentum else "query"

    def fitted(self, pairs: int) -> Self:
        """A queue longer than the corpus would hold every key several times."""
        return self.model_copy(update={"queue": min(self.queue, pairs)}) if pairs else self

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """Anchors by the query encoder, keys by the key encoder; both of both sides when both are anchors."""
        first, second = self.on
        wanted = [Pass(first, self.masked), Pass(second, self.masked, model=self.key_model)]
        if self.directions == "both" and self.momentum:
            wanted += [Pass(second, self.masked), Pass(first, self.masked, model=self.key_model)]
        spans = map(Span, self.on) if self.span else ()
        return (*wanted, *spans, Layers("layers", self.layers))
