"""What `[align-words]` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from xlalign.alignment.symmetrize import Heuristic
from xlalign.config import Settings, late, operational


class HmmSettings(Settings):
    """The statistical aligner; the defaults were chosen once for all language pairs (docs/log.md)."""

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


class AlignSettings(Settings):
    """Word alignment of a bitext."""

    aligner: str = Field("hmm", description="name of an aligner: hmm, itermax, argmax, ... (`xlalign list aligners`)")
    heuristic: Heuristic = Field(
        "grow-diag-final-and", description="how a statistical aligner's two directions are combined"
    )
    hmm: HmmSettings = Field(default_factory=HmmSettings, description="the statistical aligner")
    layer: int = Field(8, description="hidden layer of the encoder; 0 is the embedding output, -1 the last layer")
    pooling: Literal["subword", "word"] = Field(
        "subword", description="compare subwords and link their words, or compare mean states of words"
    )
    precision: Literal["float32", "bfloat16", "float16"] = Field("float32", description="number format of the encoder")
    itermax_rounds: int = Field(2, ge=1, description="rounds of itermax")
    itermax_alpha: float = Field(0.9, gt=0, le=1, description="weight of a similarity with one linked side (itermax)")
    softmax_threshold: float = Field(1e-3, ge=0, lt=1, description="least probability in both directions (softmax)")
    sinkhorn_iterations: int = Field(2, ge=0, description="column and row normalisations (sinkhorn)")
    transport_regularisation: float = Field(0.1, gt=0, description="entropy weight (transport)")
    transport_marginal: float | None = Field(
        None, gt=0, description="strength of the marginals in unbalanced transport; unset keeps them exactly"
    )
    lexicon_min_count: float = Field(2.0, ge=0, description="least number of links of a lexicon entry")
    lexicon_min_probability: float = Field(0.02, ge=0, le=1, description="least p(t|s) and p(s|t) of a lexicon entry")
    words: Literal["segment", "spaces", "mecab"] = Field(
        "segment",
        description="cut text into words by its script; or only at spaces (tokenised text); or Japanese with MeCab, "
        "the rest by script (extra `ja`)",
    )
    max_words: int = Field(1000, ge=1, description="pairs with more words on a side get no links and are counted")
    encoder: str = Field("", description="model folder or hub id for an encoder aligner")
    only_gold: bool = late(False, "align and score the gold standards only, not the whole bitext")
    gold: tuple[str, ...] = Field(
        (), description="gold standards to score on: SOURCE-TARGET=TEXT or SOURCE-TARGET=TEXT,LINKS"
    )
    models: tuple[str, ...] = late(
        (), "trained hmm models to apply instead of training: SOURCE-TARGET=FILE, FILE being models/....npz"
    )
    priors: tuple[str, ...] = late(
        (), "lexicons that hmm starts from: SOURCE-TARGET=FILE, lexicon TSV or MUSE dictionary"
    )
    dictionaries: tuple[str, ...] = late(
        (), "dictionaries to check the lexicon against (precision at 1): SOURCE-TARGET=FILE, MUSE or lexicon TSV"
    )
    pharaoh: Literal["links", "scores", "sure"] = late(
        "links", "Pharaoh lines hold i-j; or i-j:score; or i-j (sure) and ipj (possible) by `sure_from`"
    )
    sure_from: float = late(0.5, "least score of a sure link (pharaoh = sure)", ge=0, le=1)
    muse_translations: int = late(1, "translations of a word in the MUSE dictionaries, best first", ge=1)
    device: str | None = operational(None, "torch device of the encoder; unset takes a GPU where there is one")
    token_budget: int | None = operational(None, "subwords in an encoder batch", ge=64)
