"""What the hybrid aligner may be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from pydantic import Field

from xlalign.alignment.base import AlignerInputs
from xlalign.alignment.calibration import Calibration
from xlalign.alignment.encoder.settings import EncoderOptions, encoder_of
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.symmetrize import Heuristic
from xlalign.config import late
from xlalign.registry import imported

if TYPE_CHECKING:
    from xlalign.alignment.base import Aligner, TrainableAligner


class HybridSettings(HmmSettings, EncoderOptions):
    """IBM model 1 and the HMM, guided by an encoder; the same defaults for all language pairs (docs/log.md)."""

    takes: ClassVar[frozenset[str]] = frozenset({"encoder", "models", "priors"})
    calibration: ClassVar[Calibration] = Calibration(posterior=0.109, coverage=3.987, similarity=0.509, offset=-2.418)

    kind: Literal["hybrid"] = "hybrid"  # type: ignore[assignment]
    heuristic: Heuristic = Field("grow-diag", description="how the two directions are combined")
    layer: int | Literal["auto"] = Field(
        "auto", description="hidden layer of the encoder; auto: the deepest whose two directions agree well on the text"
    )
    temperature: float = Field(0.06, ge=0.025, description="difference of cosine that is worth a factor of e")
    weight: float = Field(1.0, ge=0, description="power of the factor that a similarity makes; 0 is `hmm`")
    guided_pairs: int = late(
        20_000, "pairs whose similarities guide the training, gold pairs besides; the rest trains by counts", ge=1
    )

    def make(self, inputs: AlignerInputs) -> TrainableAligner:
        """An untrained aligner that starts from the given lexicons; the encoder is loaded when it is first needed."""
        aligner = imported("xlalign.alignment.hybrid.aligner:HybridAligner")
        return cast("TrainableAligner", aligner.given(encoder_of(self.kind, inputs), inputs, self))

    @classmethod
    def load(cls, path: Path, inputs: AlignerInputs) -> Aligner:
        """The model that an earlier training saved, with the settings of that time and the encoder of `inputs`."""
        return cast("Aligner", imported("xlalign.alignment.hybrid.aligner:HybridModel").load(path, inputs))
