"""What the statistical aligner may be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from pydantic import Field

from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.alignment.calibration import Calibration
from xlalign.alignment.symmetrize import Heuristic
from xlalign.config import late
from xlalign.registry import imported

if TYPE_CHECKING:
    from xlalign.alignment.base import Aligner, TrainableAligner


class HmmSettings(AlignerSettings):
    """IBM model 1 and a hidden Markov model; the defaults were chosen once for all language pairs (docs/log.md)."""

    takes: ClassVar[frozenset[str]] = frozenset({"models", "priors"})
    model_suffix: ClassVar[str] = ".npz"
    calibration: ClassVar[Calibration] = Calibration(posterior=0.152, coverage=4.603, association=0.412, offset=-2.946)

    kind: Literal["hmm"] = "hmm"
    heuristic: Heuristic = Field("grow-diag-final-and", description="how the two directions are combined")
    ibm1_iterations: int = Field(12, ge=1, description="EM iterations of IBM model 1")
    hmm_iterations: int = Field(5, ge=1, description="iterations of the HMM with agreement")
    estimator: Literal["map", "vb"] = Field(
        "map", description="M-step of the HMM: normalised counts plus prior, or variational Bayes"
    )
    concentration: float = Field(0.001, gt=0, description="symmetric Dirichlet parameter per word pair (vb only)")
    p_null: float = Field(0.2, gt=0, lt=1, description="probability that a word has no counterpart")
    similarity_weight: float = Field(1.0, ge=0, description="pseudo-counts of a pair of identically spelt words")
    prefix_weight: float = Field(2.0, ge=0, description="pseudo-counts per word from a first run on word prefixes")
    prefix_length: int = Field(4, ge=1, description="characters of a prefix")
    lexicon_weight: float = Field(5.0, ge=0, description="pseudo-counts per word from a given lexicon")
    lowercase: bool = Field(True, description="fold case before counting")
    prune_after: int = Field(4, ge=1, description="IBM model 1 iterations before the table is pruned")
    prune_below: float = Field(
        1e-3, ge=0, lt=1, description="word pairs less probable than this in both directions are dropped; 0 keeps all"
    )

    train_pairs: int | None = late(
        None, "pairs of the bitext to train on, chosen by the hashes of their ids; unset trains on all", ge=1
    )

    def sample_size(self) -> int | None:
        """`train_pairs`."""
        return self.train_pairs

    def make(self, inputs: AlignerInputs) -> TrainableAligner:
        """An untrained aligner that starts from the given lexicons."""
        aligner = imported("xlalign.alignment.hmm.aligner:HmmAligner")
        return cast("TrainableAligner", aligner.starting_from(inputs.priors, self, inputs.workers))

    @classmethod
    def load(cls, path: Path, inputs: AlignerInputs) -> Aligner:
        """The model that an earlier training saved, with the settings of that time."""
        return cast("Aligner", imported("xlalign.alignment.hmm.model:HmmModel").load(path))
