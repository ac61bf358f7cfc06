"""What a fine-tuning, a comparison of vectors and a mixing of languages may be told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from xlalign.config import Settings, late
from xlalign.modeling.precision import Precision

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Pooling = Annotated[
    Literal["mean", "content", "cls", "last"], BeforeValidator(lambda name: "content" if name == "inner" else name)
]
"""How the tokens of a sentence become one vector; `inner` is the old spelling of `content`."""
HeadPooling = Literal["mean", "cls", "last", "pair"]
PROBE = "all"
"""`frozen = "all"`: the encoder stays as it is and only the output layer is trained."""


class Regime(Settings):
    """One way to fine-tune; for each model the best on English dev of the grid is taken."""

    frozen: Count | Literal["all"] = Field(
        0,
        description="layers kept as they are: 0 none, 1 embeddings, 2 embeddings and block 1, ...; all = probe: only "
        "the output layer is trained",
    )
    learning_rate: float = Field(2e-5, gt=0, description="peak learning rate of AdamW, per step")
    pooling: HeadPooling = Field(
        "mean",
        description="input of the classification head: mean of all tokens, cls, last (of decoders: the one that has "
        "seen all), or pair = u, v, |u - v|, u * v of the "
        "two sentences' means",
    )

    @property
    def frozen_layers(self) -> float:
        """How many layers are kept as they are; infinity for all."""
        return float("inf") if self.frozen == PROBE else float(self.frozen)

    @property
    def label(self) -> str:
        """The regime in a signature: `frozen=2,lr=0.002,pool=mean`."""
        return f"frozen={self.frozen},lr={self.learning_rate:g},pool={self.pooling}"


class FineTuning(Settings):
    """Fine-tuning of one task. Defaults come from the preset (`presets.toml`)."""

    steps: Count = Field(0, description="optimizer steps; 0 = as many as the epochs need")
    epochs: float = Field(5.0, gt=0, description="passes over the English training data, when steps is 0")
    batch_size: Positive = Field(32, description="examples in a logical batch")
    max_length: Positive = Field(128, description="pieces of one input, special tokens included")
    stride: Count = Field(128, description="pieces that neighbouring windows of a long context share")
    warmup: Annotated[float, Field(ge=0, le=1)] = Field(0.0, description="fraction of the steps with a rising rate")
    weight_decay: float = Field(0.0, ge=0, description="decoupled weight decay")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.1, description="dropout before the output layer")
    hidden: Count = Field(0, description="width of a hidden layer in the classification head; 0 = none")
    evaluations: Positive = Field(10, description="evaluations on English dev; the best checkpoint is kept")
    regimes: tuple[Regime, ...] = Field((Regime(),), min_length=1, description="the grid, the same for every model")
    regime_steps: Count = Field(0, description="optimizer steps of a trial run of the grid; 0 = as many as a full run")
    regime_seed: Count = Field(1, description="seed of the trial runs")
    precision: Precision = late("fp32", "arithmetic of matrix products, as in [pretrain]: fp32, bf16 or auto")


class RetrievalOptions(Settings):
    """How sentences are embedded and compared."""

    layer: int | Literal["dev"] = Field(
        "dev",
        description="hidden state: 0 embeddings, 1 .. L blocks, -1 last; dev = what a sentence encoder says of itself; "
        "for others the best on held-out pairs, else -1",
    )
    pooling: Pooling | Literal["dev"] = Field(
        "dev",
        description="mean of all tokens, content = without special tokens, cls, last; dev = best on held-out pairs",
    )
    prompt: str | None = late(None, 'put before every text, as in "query: "; none = the encoder\'s own, if any')
    centre: bool = Field(False, description="subtract the mean vector of each side (XTREME's shift) before comparing")
    score: Literal["cosine", "margin", "csls"] = Field("cosine", description="similarity of nearest-neighbour search")
    mining_score: Literal["cosine", "margin", "csls"] = Field("margin", description="similarity of mined pairs (BUCC)")
    neighbours: Positive = Field(4, description="neighbours in the margin or CSLS denominator")
    max_length: Positive = Field(128, description="pieces of one sentence, special tokens included")
    precision: Precision = late("fp32", "arithmetic of matrix products, as in [pretrain]: fp32, bf16 or auto")


class Mixing(Settings):
    """Training data in other languages than English: results with it are not zero-shot, and say so."""

    languages: tuple[str, ...] = Field((), description="languages with translated training data")
    code_switch: Literal["none", "sentence", "word"] = Field("none", description="what is mixed in an example")
    rate: float = Field(0.5, description="share of sentences or words that are replaced")
    lexicons: dict[str, str] = Field(default_factory=dict, description="language -> TSV file")
    projection: str = late("", "aligner that carries the English labels into the translations; empty: their own labels")

    @property
    def setting(self) -> str:
        """The mixing in the caption of a table: `translate-train (de, ru), sentence-level code-switching`."""
        if self.code_switch == "word":
            return f"word-level code-switching ({', '.join(self.lexicons)})"
        words = f"translate-train ({', '.join(self.languages)})"
        words += f" by projection ({self.projection})" if self.projection else ""
        return words if self.code_switch == "none" else f"{words}, sentence-level code-switching"

    @property
    def label(self) -> str:
        """The mixing in a signature: `de+ru(sentence)`."""
        languages = "+".join([*self.languages, *self.lexicons])
        languages += f":{self.projection}" if self.projection else ""
        return languages if self.code_switch == "none" else f"{languages}({self.code_switch})"
