"""Options of masked-token prediction."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Labels, Layers, OutputLayer, Pass


class TokenPredictionOptions(ObjectiveOptions):
    """Predict masked tokens: MLM, TLM, conditional MLM, dictionary and aligned-word targets."""

    implementation: ClassVar[str] = "xlalign.objectives.token_prediction.loss:TokenPrediction"

    kind: Literal["token-prediction"] = "token-prediction"
    on: tuple[str, ...] = Field(("mono",), description="views whose masked tokens are predicted")
    attend: Literal["full", "cross"] = Field("full", description="cross: masked tokens see the other side only")
    target: Literal["original", "dictionary", "aligned"] = Field(
        "original", description="what a masked token's label is: itself, a translation, the linked word"
    )

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The masked views, and their other labels."""
        labels = () if self.target == "original" else tuple(self.labels(view) for view in self.on)
        return (*(Pass(view, True, self.attend) for view in self.on), *labels, OutputLayer(), Layers("on", (-1,)))

    def labels(self, view: str) -> Labels:
        """The request for the labels of a view, where they are not the tokens themselves."""
        return Labels(view, "dictionary" if self.target == "dictionary" else "links")
