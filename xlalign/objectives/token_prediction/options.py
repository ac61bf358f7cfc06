"""Options of token prediction."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Labels, Layers, OutputLayer, Pass


class TokenPredictionOptions(ObjectiveOptions):
    """Predict masked tokens (MLM, TLM, conditional MLM, dictionary and aligned-word targets), or of each the next."""

    implementation: ClassVar[str] = "xlalign.objectives.token_prediction.loss:TokenPrediction"

    kind: Literal["token-prediction"] = "token-prediction"
    on: tuple[str, ...] = Field(("mono",), description="views whose tokens are predicted")
    attend: Literal["full", "cross"] = Field("full", description="cross: masked tokens see the other side only")
    target: Literal["original", "dictionary", "aligned", "next"] = Field(
        "original",
        description="what a masked token's label is: itself, a translation, the linked word; next: nothing is masked, "
        "and the label of every token is the one after it (for decoders)",
    )

    @model_validator(mode="after")
    def _possible(self) -> TokenPredictionOptions:
        if self.target == "next" and self.attend == "cross":
            raise ValueError('target = "next" goes with attend = "full": nothing is masked')
        return self

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The views, masked unless the next token is predicted, and their other labels."""
        if self.target == "next":
            return (*map(Pass, self.on), OutputLayer("next"), Layers("on", (-1,)))
        labels = () if self.target == "original" else tuple(self.labels(view) for view in self.on)
        return (*(Pass(view, True, self.attend) for view in self.on), *labels, OutputLayer(), Layers("on", (-1,)))

    def labels(self, view: str) -> Labels:
        """The request for the labels of a view, where they are not the tokens themselves."""
        return Labels(view, "dictionary" if self.target == "dictionary" else "links")
