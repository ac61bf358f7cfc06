"""The hyperparameters of each objective and of a recipe; light, so that listing presets imports no torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from xlalign.config import Settings

Weight = Annotated[float, Field(ge=0, description="factor of this loss in the sum")]
Rate = Annotated[float, Field(ge=0, le=1)]
Need = Literal["pairs", "mono", "links", "dictionary"]

MONO_VIEWS = ("mono", "mono-switched")


class ObjectiveOptions(Settings):
    """What all objectives have."""

    weight: Weight = 1.0

    def needs(self) -> set[Need]:
        """The kinds of data that the objective reads."""
        return {"pairs"}

    def views(self) -> set[str]:
        """The views that the objective reads."""
        return set()

    def masked_views(self) -> set[str]:
        """The views of which the objective reads the masked form."""
        return set()


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
    def views(self) -> set[str]:
        return set(self.on)

    @override
    def masked_views(self) -> set[str]:
        return set(self.on)


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

    @override
    def views(self) -> set[str]:
        return set(self.on)

    @override
    def masked_views(self) -> set[str]:
        return set(self.on) if self.masked else set()


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
    def views(self) -> set[str]:
        pointer = self.form == "pointer"
        return {"concat"} if pointer else {"source", "target"}

    @override
    def masked_views(self) -> set[str]:
        return {"concat"} if self.form == "pointer" else set()


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
    def views(self) -> set[str]:
        return {"entry-source", "entry-target"} if self.form == "contrast" else set()


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
    def views(self) -> set[str]:
        return {"source", "target"}


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
    def views(self) -> set[str]:
        return {self.on} if self.to == "states" else set()


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
