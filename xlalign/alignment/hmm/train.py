"""Training: IBM model 1, then the HMM with agreement, after a first run on word prefixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm import maximise, priors, table
from xlalign.alignment.hmm.estimate import Direction, Parameters, expected_counts, hmm_counts, ibm1_counts
from xlalign.alignment.hmm.forward_backward import Doubles
from xlalign.alignment.hmm.guidance import Guidance
from xlalign.alignment.hmm.numbering import NumberedPairs, Vocabulary, encode
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.errors import DataError
from xlalign.types import WordPair

LexiconRows = Mapping[tuple[str, str], tuple[float, float]]
"""(source word, target word) -> p(target | source), p(source | target)."""


class Estimate(NamedTuple):
    """A trained table: its word pairs, both directions, and the expected counts of the pairs (entries,)."""

    table: table.PairTable
    parameters: Parameters
    joint: Doubles


class Trained(NamedTuple):
    """An estimate and the words it is about."""

    source: Vocabulary
    target: Vocabulary
    estimate: Estimate


def train(
    pairs: Iterable[WordPair],
    settings: HmmSettings,
    lexicon: LexiconRows | None = None,
    workers: int = 1,
    guide: Callable[[], Guidance] | None = None,
) -> Trained:
    """Train on `pairs`, which are read once, in `workers` threads; the result does not depend on them.

    Args:
        pairs: the text.
        settings: hyperparameters.
        lexicon: word pairs known before.
        workers: threads.
        guide: asked for what is known about pairs once all are read; the run on prefixes is guided too.

    Raises:
        DataError: no pair has words on both sides.
    """
    source, target = Vocabulary(lowercase=settings.lowercase), Vocabulary(lowercase=settings.lowercase)
    corpus = encode(pairs, source, target)
    if not np.any((corpus.source.lengths > 0) & (corpus.target.lengths > 0)):
        raise DataError("no sentence pair with words on both sides to train on", "check the bitext: `xlalign prepare`")
    guidance = guide() if guide else None
    makers = [priors.similarity(settings.similarity_weight, source.words, target.words)]
    if lexicon:
        makers.append(priors.lexicon(settings.lexicon_weight, lexicon, source, target))
    if settings.prefix_weight:
        makers.append(_prefix_prior(corpus, source, target, settings, workers, guidance))
    return Trained(source, target, estimate(corpus, makers, settings, workers, "words", guidance))


def _prefix_prior(
    corpus: NumberedPairs,
    source: Vocabulary,
    target: Vocabulary,
    settings: HmmSettings,
    workers: int,
    guidance: Guidance | None,
) -> priors.MakePrior:
    prefixes = priors.Prefixes(corpus, source.words, target.words, settings.prefix_length)
    spelt = (vocabulary.words for vocabulary in prefixes.vocabularies)
    makers = [priors.similarity(settings.similarity_weight, *spelt)]
    found = estimate(prefixes.corpus, makers, settings, workers, "prefixes", guidance)
    return prefixes.prior(settings.prefix_weight, found.table, found.joint)


def estimate(
    corpus: NumberedPairs,
    makers: list[priors.MakePrior],
    settings: HmmSettings,
    workers: int,
    name: str,
    guidance: Guidance | None = None,
) -> Estimate:
    """Run all iterations on a numbered corpus."""
    pairs, shards = table.build(corpus)
    prior = reduce(add, (make(pairs) for make in makers))
    now = maximise.start(pairs, corpus, prior)
    for iteration in range(settings.ibm1_iterations):
        title = f"IBM1 {name} {iteration + 1}/{settings.ibm1_iterations}"
        counts = expected_counts(shards, now, ibm1_counts, settings.p_null, workers, title, guidance)
        jumps = now.forward.jumps
        now = maximise.maximise(pairs, counts, prior, settings, bayes=False)
        now = Parameters(now.forward._replace(jumps=jumps), now.reverse._replace(jumps=jumps))
        if iteration + 1 == settings.prune_after and settings.prune_below:
            pairs, prior, now = prune(pairs, prior, now, shards, settings.prune_below)
    joint = np.zeros(pairs.size)
    for iteration in range(settings.hmm_iterations):
        title = f"HMM {name} {iteration + 1}/{settings.hmm_iterations}"
        counts = expected_counts(shards, now, hmm_counts, settings.p_null, workers, title, guidance)
        now = maximise.maximise(pairs, counts, prior, settings, bayes=settings.estimator == "vb")
        joint = counts.lexical[0][:-1].astype(np.float64)
    return Estimate(pairs, now, joint)


def prune(
    pairs: table.PairTable, prior: maximise.Prior, now: Parameters, shards: table.Shards, below: float
) -> tuple[table.PairTable, maximise.Prior, Parameters]:
    """Drop the entries that are less probable than `below` in both directions; their cells refer to padding."""
    kept = np.maximum(now.forward.lexical, now.reverse.lexical)[:-1] > below
    size = int(kept.sum())
    numbers = np.full(pairs.size + 1, size, dtype=np.int32)
    numbers[:-1][kept] = np.arange(size)
    shards.renumber(numbers)
    left = Parameters(*(_kept(side, np.append(kept, True)) for side in now))
    smaller = pairs._replace(source=pairs.source[kept], target=pairs.target[kept])
    return smaller, maximise.Prior(prior.forward[kept], prior.reverse[kept]), left


def _kept(side: Direction, places: NDArray[np.bool_]) -> Direction:
    return side._replace(lexical=side.lexical[places])
