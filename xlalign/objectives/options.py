"""The hyperparameters of each objective and of a recipe; light, so that listing presets imports no torch."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from typing_extensions import override

from xlalign.config import Settings

Weight = Annotated[float, Field(ge=0, description="factor of this loss in the sum")]
Rate = Annotated[float, Field(ge=0, le=1)]
Need = Literal["pairs", "mono", "links", "dictionary"]

MONO_VIEWS = ("mono", "mono-switched")

SENTENCES = {"mono": 2, "mono-switched": 2, "concat": 2, "concat-romanised": 2, "mixed-source": 2, "mixed-target": 2}
"""Sentences in a row of each view, where it is not one."""


class Pass(NamedTuple):
    """One encoding of one view: `attend` is full or cross, `model` query, momentum, init or label (no dropout)."""

    view: str
    masked: bool = False
    attend: str = "full"
    model: str = "query"

    @property
    def cost(self) -> float:
        """Sentences encoded for one example; without a backward pass each counts one third."""
        sentences = 0.1 if self.view.startswith("entry") else SENTENCES.get(self.view, 1)
        return sentences if self.model == "query" else sentences / 3


class ObjectiveOptions(Settings):
    """What all objectives have."""

    weight: Weight = 1.0

    def needs(self) -> set[Need]:
        """The kinds of data that the objective reads."""
        return {"pairs"}

    def passes(self) -> tuple[Pass, ...]:
        """The encodings that the objective reads."""
        return ()

    def views(self) -> set[str]:
        """The views that the objective reads."""
        return {p.view for p in self.passes()}

    def masked_views(self) -> set[str]:
        """The views of which the objective reads the masked form."""
        return {p.view for p in self.passes() if p.masked}


class TokenPredictionOptions(ObjectiveOptions):
    """Options of `token-prediction`."""

    kind: Literal["token-prediction"] = "token-prediction"
    on: tuple[str, ...] = Field(("mono",), description="views whose masked tokens are predicted")
    attend: Literal["full", "cross"] = Field("full", description="cross: masked tokens see the other side only")
    target: Literal["original", "dictionary", "aligned"] = Field(
        "original", description="what a masked token's label is: itself, a translation, the linked word"
    )

    @override
    def needs(self) -> set[Need]:
        data: set[Need] = {"mono" if view in MONO_VIEWS else "pairs" for view in self.on}
        extra: dict[str, set[Need]] = {"dictionary": {"dictionary"}, "aligned": {"links"}}
        switched: set[Need] = {"dictionary"} if any("switched" in view for view in self.on) else set()
        return data | extra.get(self.target, set()) | switched

    @override
    def passes(self) -> tuple[Pass, ...]:
        return tuple(Pass(view, True, self.attend) for view in self.on)


class SequenceContrastOptions(ObjectiveOptions):
    """Options of `sequence-contrast`."""

    kind: Literal["sequence-contrast"] = "sequence-contrast"
    on: tuple[str, str] = Field(("source", "target"), description="the two views of a pair")
    masked: bool = Field(False, description="contrast the masked inputs")
    layers: tuple[int, ...] = Field((-1,), description="layers that are pooled; 0 = embeddings, -1 = last")
    combine: Literal["mean", "sum"] = Field("mean", description="how the layers are put together")
    pooling: Literal["cls", "mean", "content"] = Field(
        "mean", description="first token, mean of all tokens, or mean without special tokens"
    )
    span: bool = Field(False, description="append the mean of one linked word a pair to the sentence vector")
    similarity: Literal["cos", "dot"] = Field("cos", description="cosine or plain dot product")
    temperature: float = Field(0.07, gt=0, description="divisor of the similarities")
    form: Literal["infonce", "decoupled"] = Field("infonce", description="decoupled: no positive in the denominator")
    negatives: Literal["cross", "joint", "none"] = Field(
        "cross", description="in the batch: the other language, both languages, or none (queue only)"
    )
    directions: Literal["both", "forward"] = Field("both", description="which sides are anchors")
    queue: int = Field(0, ge=0, description="momentum keys of earlier batches kept as negatives; 0 = no queue")
    prefill: bool = Field(True, description="fill the queue with keys before the first step")
    momentum: Rate = Field(0.0, description="momentum of the key encoder per step; 0 = one encoder for both sides")
    projection: Literal["none", "linear", "mlp"] = Field("none", description="head before the similarity")
    projection_size: int = Field(0, ge=0, description="output units of the head; 0 = as its input")
    skip_equal: bool = Field(True, description="equal sentences are no negatives of each other")

    @override
    def needs(self) -> set[Need]:
        return {"pairs", "links"} if self.span else {"pairs"}

    @property
    def key_model(self) -> str:
        """The encoder of the keys."""
        return "momentum" if self.momentum else "query"

    @override
    def passes(self) -> tuple[Pass, ...]:
        """Anchors by the query encoder, keys by the key encoder; both of both sides when both are anchors."""
        first, second = self.on
        wanted = [Pass(first, self.masked), Pass(second, self.masked, model=self.key_model)]
        if self.directions == "both" and self.momentum:
            wanted += [Pass(second, self.masked), Pass(first, self.masked, model=self.key_model)]
        return tuple(wanted)


class WordAlignmentOptions(ObjectiveOptions):
    """Options of `word-alignment`."""

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

    @override
    def needs(self) -> set[Need]:
        return {"pairs", "links"} if self.source == "file" else {"pairs"}

    @override
    def passes(self) -> tuple[Pass, ...]:
        """The two sides, or the masked concatenation; links are labelled without mask and dropout."""
        pointer = self.form == "pointer"
        wanted = (Pass("concat", masked=True),) if pointer else (Pass("source"), Pass("target"))
        labels = tuple(Pass(p.view, model="label") for p in wanted) if self.source != "file" else ()
        return wanted + labels


class EmbeddingAlignmentOptions(ObjectiveOptions):
    """Options of `embedding-alignment`."""

    kind: Literal["embedding-alignment"] = "embedding-alignment"
    form: Literal["cosine", "l2", "contrast"] = Field("cosine", description="contrast: multi-layer InfoNCE of PreAlign")
    temperature: float = Field(0.1, gt=0, description="divisor of the cosines of `contrast`")
    sample: int = Field(0, ge=0, description="dictionary entries a step; 0 = all")
    single_piece_only: bool = Field(False, description="leave out entries with several pieces (strict ALIGN-MLM)")

    @override
    def needs(self) -> set[Need]:
        return {"dictionary"}

    @override
    def passes(self) -> tuple[Pass, ...]:
        """The entries on their own, for `contrast`."""
        return (Pass("entry-source"), Pass("entry-target")) if self.form == "contrast" else ()


class DistillationOptions(ObjectiveOptions):
    """Options of `distillation`."""

    kind: Literal["distillation"] = "distillation"
    teacher: str = Field("init", description="`init` (the encoder as it starts), a model directory or a hub id")
    loss: Literal["mse", "cosine"] = Field("mse", description="distance to the teacher's vector")
    layer: int = Field(-1, description="layer that is pooled, in student and teacher")
    pooling: Literal["cls", "mean", "content"] = Field("mean", description="as in sequence-contrast")
    teacher_size: int = Field(0, ge=0, description="width of the teacher's vectors; 0 = as the encoder's")
    sides: Literal["both", "target"] = Field("both", description="which sides are pulled to the teacher's source")

    @override
    def passes(self) -> tuple[Pass, ...]:
        """The sides that are pulled."""
        return (Pass("source"), Pass("target")) if self.sides == "both" else (Pass("target"),)


class AnchorOptions(ObjectiveOptions):
    """Options of `anchor`."""

    kind: Literal["anchor"] = "anchor"
    to: Literal["parameters", "states"] = Field("parameters", description="what is held to its first value")
    on: str = Field("source", description="view whose states are held")
    layer: int = Field(-1, description="layer whose states are held")

    @override
    def needs(self) -> set[Need]:
        return {"pairs"} if self.to == "states" else set()

    @override
    def passes(self) -> tuple[Pass, ...]:
        """The view now and by the initial encoder."""
        return (Pass(self.on), Pass(self.on, model="init")) if self.to == "states" else ()


AnyOptions = Annotated[
    TokenPredictionOptions
    | SequenceContrastOptions
    | WordAlignmentOptions
    | EmbeddingAlignmentOptions
    | DistillationOptions
    | AnchorOptions,
    Field(discriminator="kind"),
]


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


class Recipe(Settings):
    """A preset with every value filled in."""

    title: str = Field(description="what it is, in one line")
    paper: str = Field("", description="authors, venue, identifier")
    equation: str = Field("", description="the total loss")
    reduction: Literal["mean_each", "sum_over_all"] = Field(
        "mean_each", description="sum_over_all: every loss weighs as many predictions as it has"
    )
    deviations: tuple[str, ...] = Field((), description="what differs from the paper")
    unverified: tuple[str, ...] = Field((), description="values the paper's readable sources do not state")
    data: DataOptions = Field(default_factory=DataOptions)
    objectives: dict[str, AnyOptions] = Field(description="losses by name", min_length=1)

    def needs(self) -> set[Need]:
        """The kinds of data that the recipe reads."""
        return set().union(*(options.needs() for options in self.objectives.values()))

    def passes(self) -> tuple[Pass, ...]:
        """The encodings of one step, each once."""
        return tuple(dict.fromkeys(p for options in self.objectives.values() for p in options.passes()))

    def views(self) -> set[str]:
        """The views that are read."""
        return {p.view for p in self.passes()}

    def cost(self) -> float:
        """Sentences that the encoder is trained on for one pair (or document)."""
        return sum(p.cost for p in self.passes())
