"""The statistical aligner guided by an encoder, before and after training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from xlalign.alignment import lexicon as lexicons
from xlalign.alignment.base import AlignerInputs
from xlalign.alignment.hmm.arrays import ArraySpool
from xlalign.alignment.hmm.guidance import SimilarityGuidance
from xlalign.alignment.hmm.model import HmmModel
from xlalign.alignment.hmm.train import LexiconRows, train
from xlalign.alignment.hybrid.settings import HybridSettings
from xlalign.alignment.hybrid.similarity import WordSimilarity, agreements
from xlalign.alignment.sample import WatchedSample
from xlalign.errors import UserError
from xlalign.modeling.reference import Folder, parse
from xlalign.types import Alignment, WordPair

LAYER_PAIRS = 256
"""Pairs on which layers are compared."""

LAYER_TOLERANCE = 0.02
"""A deeper layer may agree less by this: what it knows of the context is what counting cannot know (docs/log.md)."""


class HybridAligner:
    """Trains IBM model 1 and an HMM whose emissions are multiplied by factors from the similarities of words.

    Args:
        encoder: model directory or hub id.
        settings: its options.
        lexicon: word pairs known before, as prior: (source, target) -> p(target | source), p(source | target).
        certain: pairs that are guided whether or not they are in the sample, such as those to be scored.
        workers: threads; the result does not depend on them.
        languages: "<source>-<target>", for encoders that are told them.
    """

    def __init__(
        self,
        encoder: str,
        settings: HybridSettings | None = None,
        lexicon: LexiconRows | None = None,
        certain: Iterable[WordPair] = (),
        workers: int = 1,
        languages: str = "",
    ) -> None:
        self.encoder = encoder
        self.settings = settings or HybridSettings()
        self.lexicon = lexicon
        self.certain = list(certain)
        self.workers = workers
        self.languages = languages

    @classmethod
    def given(cls, encoder: str, inputs: AlignerInputs, settings: HybridSettings) -> HybridAligner:
        """With lexicon TSVs and MUSE dictionaries as prior, and the gold pairs guided."""
        entries = chain.from_iterable(map(lexicons.read_any, inputs.priors))
        gold = ((row.source_words, row.target_words) for row in inputs.gold)
        return cls(encoder, settings, lexicons.probabilities(entries) or None, gold, inputs.workers, inputs.languages)

    def train(self, pairs: Iterable[WordPair]) -> HybridModel:
        """Train on `pairs`, which are read once.

        Raises:
            DataError: no pair has words on both sides.
            UserError: the encoder does not load, or does not have the layer.
        """
        sample = WatchedSample(self.settings.guided_pairs, self.certain)
        similarity: list[WordSimilarity] = []

        def guide() -> SimilarityGuidance:
            rows, chosen = zip(*sample.picked().items(), strict=True)
            layer = self._layer(chosen)
            similarity.append(WordSimilarity(self.encoder, layer, self.settings, self.workers, self.languages))
            arrays, places = similarity[0](chosen)
            return _guidance(arrays, {rows[pair]: place for pair, place in places.items()}, self.settings)

        trained = train(sample.watch(pairs), self.settings, self.lexicon, self.workers, guide)
        settings = self.settings.model_copy(update={"layer": similarity[0].layer})
        return HybridModel(HmmModel(*trained, settings, origin_of(self.encoder)), similarity[0])

    def _layer(self, pairs: Sequence[WordPair]) -> int:
        """The layer asked for, or the deepest one with nearly the highest agreement on some of `pairs`."""
        if self.settings.layer != "auto":
            return self.settings.layer
        some = pairs[:: len(pairs) // LAYER_PAIRS or 1]
        found = agreements(self.encoder, self.settings, some, self.workers, self.languages)
        least = max(found.values()) - LAYER_TOLERANCE
        return max(layer for layer, agreement in found.items() if agreement >= least)

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """Train on `pairs` and align them."""
        return self.train(pairs).align(pairs)


class HybridModel:
    """A trained table and HMM, and the encoder that goes with it.

    Args:
        statistics: what counting gave.
        similarity: what the encoder gives.
    """

    def __init__(self, statistics: HmmModel, similarity: WordSimilarity) -> None:
        self.statistics = statistics
        self.similarity = similarity

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in order."""
        return self.statistics.align(pairs, self.guidance(pairs))

    def guidance(self, pairs: Sequence[WordPair]) -> SimilarityGuidance:
        """What the encoder says of some pairs."""
        settings = self.statistics.settings
        assert isinstance(settings, HybridSettings)
        return _guidance(*self.similarity(pairs), settings)

    def save(self, path: Path) -> None:
        """Write one .npz file, without the encoder, whose digest or hub id it holds."""
        self.statistics.save(path)

    @classmethod
    def load(cls, path: Path, inputs: AlignerInputs) -> HybridModel:
        """Read what `save` wrote.

        Raises:
            DataError: the file is missing, damaged or of another format.
            UserError: it needs an encoder and is given none, or another one.
        """
        statistics = HmmModel.load(path, HybridSettings)
        settings, origin = statistics.settings, statistics.origin
        assert isinstance(settings, HybridSettings)
        assert isinstance(settings.layer, int)
        encoder = str(inputs.encoder or origin.get("hub", ""))
        if not encoder or origin_of(encoder) != origin:
            found = f"`{encoder}` is another one" if encoder else "none is given"
            raise UserError(
                f"{path} was trained with the encoder {''.join(origin.values())}, and {found}",
                "set `encoder` in [align-words] to the one it was trained with, or train again",
            )
        similarity = WordSimilarity(encoder, settings.layer, settings, inputs.workers, inputs.languages)
        return cls(statistics, similarity)


def _guidance(arrays: ArraySpool, places: dict[int, int], settings: HybridSettings) -> SimilarityGuidance:
    return SimilarityGuidance(arrays, places, settings.temperature, settings.weight)


def origin_of(encoder: str) -> dict[str, str]:
    """What identifies an encoder in a saved model: a hub id, or the digest of a folder; no path of this machine."""
    reference = parse(encoder)
    return {"digest": reference.identity()} if isinstance(reference, Folder) else {"hub": str(reference)}
