"""A recipe: objectives by name, and how text becomes their views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, field_validator

from xlalign.config import Settings, operational
from xlalign.errors import UserError
from xlalign.objectives import OBJECTIVES
from xlalign.objectives.options import ObjectiveOptions, Rate
from xlalign.objectives.requests import DataRequest, Layers, Need, Pass
from xlalign.registry import OneOf


class DataOptions(Settings):
    """How text becomes views."""

    max_length: int = Field(128, ge=8, description="tokens of a row, special tokens included; longer text is cut")
    mask_rate: Rate = Field(0.15, description="probability that a token is to be predicted")
    mask_token: Rate = Field(0.8, description="of those, replaced by the mask token")
    random_token: Rate = Field(0.1, description="of those, replaced by a random token")
    shuffle_sides: bool = Field(False, description="draw for each pair which sentence comes first")
    reset_positions: bool = Field(False, description="positions of a pair's second sentence restart at 0")
    segment_types: bool = Field(True, description="second sentences have token type 1 where the encoder has types")
    document_pairs: bool | Literal["auto"] = Field(
        "auto",
        description="documents are given as two segments, cut at a sentence end; auto: where the tokenizer joins two "
        "sentences by one separator, as BERT's does",
    )
    language_temperature: Rate = Field(
        1.0, description="exponent of language sampling: 1 = in proportion to size, 0 = all languages alike"
    )
    repeat_cap: float = Field(
        0, ge=0, description="UniMax: passes over a language's text at the most, equal shares otherwise; 0 = off"
    )
    skip_frequent: int = Field(
        0, ge=0, description="most frequent words of a language that are never chosen as a pair's linked word"
    )
    switch_rate: Rate = Field(0.05, description="probability that a known word of a switched view is translated")
    dictionary_rate: Rate = Field(
        0.5, description="probability that a selected token with a one-token translation uses it"
    )
    dictionary_input: bool = Field(
        False, description="DICT-MLM as in ALIGN-MLM's code: the input is translated, the label stays"
    )
    dictionary_share: Rate = Field(1.0, description="fraction of the dictionary that is used")


class TrainingRecipe(Settings):
    """A preset with every value filled in. What only describes it does not identify a result."""

    title: str = operational(..., "what it is, in one line")
    paper: str = operational("", "authors, venue, identifier")
    equation: str = operational("", "the total loss")
    reduction: Literal["mean_each", "sum_over_all"] = Field(
        "mean_each", description="sum_over_all: every loss weighs as many predictions as it has"
    )
    deviations: tuple[str, ...] = operational((), "what differs from the paper")
    unverified: tuple[str, ...] = operational((), "values the paper's readable sources do not state")
    data: DataOptions = Field(default_factory=DataOptions)
    objectives: dict[str, Annotated[SerializeAsAny[ObjectiveOptions], OneOf(OBJECTIVES)]] = Field(
        description="losses by name", min_length=1
    )

    @field_validator("objectives")
    @classmethod
    def _servable(cls, objectives: dict[str, ObjectiveOptions]) -> dict[str, ObjectiveOptions]:
        # A loss that weighs nothing is left out with all that it asks for: without MLM no head over the vocabulary.
        objectives = {name: options for name, options in objectives.items() if options.weight > 0}
        if not objectives:
            raise ValueError("every loss has weight 0")
        for name, options in objectives.items():
            for reason in filter(None, (request.refusal() for request in options.requests())):
                raise ValueError(f"objective `{name}`: {reason}")
        return objectives

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """What all objectives ask for, each once, in their order."""
        return tuple(dict.fromkeys(request for own in self.objectives.values() for request in own.requests()))

    def needs(self) -> set[Need]:
        """The kinds of data that the recipe reads."""
        return {need for request in self.requests() for need in request.needs}

    def passes(self) -> tuple[Pass, ...]:
        """The encodings of one step, each once."""
        return tuple(dict.fromkeys(p for own in self.objectives.values() for p in own.passes()))

    def cost(self) -> float:
        """Sentences that the encoder is trained on for one pair (or document)."""
        return sum(p.cost for p in self.passes())

    def layers(self) -> frozenset[int] | None:
        """The layers that are read of encodings; None = all."""
        found = [request.numbers for request in self.requests() if isinstance(request, Layers)]
        return None if None in found else frozenset(number for own in found for number in own or ())

    def refuse_missing_layers(self, depth: int) -> None:
        """Check the recipe against an encoder of `depth` layers.

        Raises:
            UserError: an objective reads a layer that the encoder does not have.
        """
        for name, option, layer in self._named_layers():
            if not -depth - 1 <= layer <= depth:
                near = max(1, round(layer * depth / 12))
                value = f"[{near}]" if option == "layers" else f"{near}"
                raise UserError(
                    f"{name}.{option} reads layer {layer}, and the encoder has {depth} layers",
                    f"set {name}.{option} = {value}, the same depth as layer {layer} of 12",
                )

    def _named_layers(self) -> Iterator[tuple[str, str, int]]:
        for name, own in self.objectives.items():
            for request in own.requests():
                if isinstance(request, Layers):
                    yield from ((name, request.option, number) for number in request.numbers or ())
