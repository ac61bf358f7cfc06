"""What the aligners that compare the hidden states of an encoder may be told.

A rule is one class with its fields, and a function of `rules` that is called like it. A plug-in's rule derives from
`EncoderSettings` too, and brings its own `choose`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from pydantic import Field

from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.config import Settings, operational
from xlalign.errors import UserError
from xlalign.registry import imported

if TYPE_CHECKING:
    from torch import Tensor

    from xlalign.alignment.base import Aligner
    from xlalign.alignment.encoder.rules import Chosen


NO_ENCODER = 'set encoder = "google-bert/bert-base-multilingual-cased", a folder or a stage, in [align-words]'


class EncoderOptions(Settings):
    """How an encoder is run."""

    precision: Literal["float32", "bfloat16", "float16"] = Field("float32", description="number format of the encoder")
    device: str | None = operational(None, "torch device of the encoder; unset takes a GPU where there is one")
    token_budget: int | None = operational(None, "subwords in an encoder batch", ge=64)


class EncoderSettings(AlignerSettings, EncoderOptions):
    """An encoder, a layer, and what is compared.

    Attributes:
        compares: what `choose` is given: cosines, or dot products.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"encoder"})
    compares: ClassVar[Literal["cosine", "dot"]] = "cosine"

    layer: int = Field(8, description="hidden layer of the encoder; 0 is the embedding output, -1 the last layer")
    pooling: Literal["subword", "word"] = Field(
        "subword", description="compare subwords and link their words, or compare mean states of words"
    )

    def make(self, inputs: AlignerInputs) -> Aligner:
        """The aligner; the encoder is loaded when it is first needed."""
        aligner = imported("xlalign.alignment.encoder.aligner:EncoderAligner")
        return cast("Aligner", aligner(encoder_of(self.kind, inputs), self, inputs.workers, inputs.languages))

    def choose(self, similarity: Tensor, real: Tensor) -> Chosen:
        """Links and scores of padded pairs.

        Args:
            similarity: (B, S, T) of S source and T target units, as `compares` says.
            real: (B, S, T) bool, false in padding.

        Here by the function of `encoder.rules` that is called like the aligner; the fields that a rule's class adds are
        its arguments.
        """
        from xlalign.alignment.encoder import rules

        own = [name for name in type(self).model_fields if name not in EncoderSettings.model_fields]
        chosen: Chosen = getattr(rules, self.kind)(similarity, real, **{name: getattr(self, name) for name in own})
        return chosen


def encoder_of(kind: str, inputs: AlignerInputs) -> str:
    """The encoder that an aligner is given.

    Raises:
        UserError: there is none.
    """
    if not inputs.encoder:
        raise UserError(f"aligner `{kind}` needs an encoder", NO_ENCODER)
    return str(inputs.encoder)


class ArgmaxSettings(EncoderSettings):
    """Mutual argmax (`inter` of SimAlign)."""

    kind: Literal["argmax"] = "argmax"


class ForwardSettings(EncoderSettings):
    """The best target of every source unit (`fwd`)."""

    kind: Literal["forward"] = "forward"


class ReverseSettings(EncoderSettings):
    """The best source of every target unit (`rev`)."""

    kind: Literal["reverse"] = "reverse"


class ItermaxSettings(EncoderSettings):
    """Mutual argmax, repeated on what is left (Jalili Sabet et al. 2020)."""

    kind: Literal["itermax"] = "itermax"
    rounds: int = Field(2, ge=1, description="rounds of mutual argmax")
    alpha: float = Field(0.9, gt=0, le=1, description="weight of a similarity with one linked side")


class MatchSettings(EncoderSettings):
    """The assignment of maximal total similarity (`mwmf`)."""

    kind: Literal["match"] = "match"


class SoftmaxSettings(EncoderSettings):
    """Probable in both directions (Dou and Neubig 2021, awesome-align)."""

    compares: ClassVar[Literal["cosine", "dot"]] = "dot"

    kind: Literal["softmax"] = "softmax"
    threshold: float = Field(1e-3, ge=0, lt=1, description="least probability in both directions")


class SinkhornSettings(EncoderSettings):
    """Mutual argmax of a Sinkhorn plan (Chi et al. 2021, XLM-Align)."""

    compares: ClassVar[Literal["cosine", "dot"]] = "dot"

    kind: Literal["sinkhorn"] = "sinkhorn"
    iterations: int = Field(2, ge=0, description="column and row normalisations")


class TransportSettings(EncoderSettings):
    """Mutual argmax of an optimal transport plan (Arase et al. 2023, OTAlign)."""

    kind: Literal["transport"] = "transport"
    regularisation: float = Field(0.1, gt=0, description="entropy weight")
    marginal: float | None = Field(
        None, gt=0, description="strength of the marginals in unbalanced transport; unset keeps them exactly"
    )
