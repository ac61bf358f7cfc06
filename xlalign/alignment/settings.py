"""What `[align-words]` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from xlalign.config import Settings, operational


class HmmSettings(Settings):
    """The statistical aligner; the defaults were chosen once for all language pairs (docs/log.md)."""

    ibm1_iterations: int = Field(12, ge=1, description="EM iterations of IBM model 1")
    hmm_iterations: int = Field(5, ge=0, description="iterations of the HMM with agreement")
    estimator: Literal["map", "vb"] = Field(
        "map", description="M-step of the HMM: normalised counts plus prior, or variational Bayes"
    )
    concentration: float = Field(0.001, gt=0, description="symmetric Dirichlet parameter per word pair (vb only)")
    p_null: float = Field(0.2, gt=0, lt=1, description="probability that a word has no counterpart")
    similarity_weight: float = Field(0.5, ge=0, description="pseudo-counts of a pair of identically spelt words")
    prefix_weight: float = Field(1.0, ge=0, description="pseudo-counts per word from a first run on word prefixes")
    prefix_length: int = Field(4, ge=1, description="characters of a prefix")
    lexicon_weight: float = Field(5.0, ge=0, description="pseudo-counts per word from a given lexicon")
    lowercase: bool = Field(True, description="fold case before counting")
    prune_after: int = Field(4, ge=1, description="IBM model 1 iterations before the table is pruned")
    prune_below: float = Field(
        1e-3, ge=0, lt=1, description="word pairs less probable than this in both directions are dropped; 0 keeps all"
    )
    workers: int = operational(1, "threads; the result does not depend on them", ge=1)
