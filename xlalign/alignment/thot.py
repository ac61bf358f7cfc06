"""Aligners of SIL Thot, for comparison: HMM, fast_align and a sampler after eflomal, in wheels (extra `thot`, LGPL)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import Field

from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.alignment.programs import Remembered
from xlalign.alignment.sample import digest
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.config import late
from xlalign.errors import DataError, MissingExtraError
from xlalign.progress import track
from xlalign.types import Alignment, Link, WordPair


class ThotAligner:
    """Trains both directions in this process.

    Args:
        settings: model, iterations, and how the directions are combined.

    Raises:
        MissingExtraError: the package is not installed.
    """

    def __init__(self, settings: ThotSettings) -> None:
        self.settings = settings
        self._models = _package()

    def train(self, pairs: Iterable[WordPair]) -> Remembered:
        """Train on `pairs`, which are read once, and align them; all scores are 1.

        Raises:
            DataError: no pair has words on both sides.
        """
        text = [pair for pair in pairs if all(pair)]
        if not text:
            raise DataError("no sentence pair with words on both sides to train on", "check the bitext")
        # Thot gives p(target | source) when the source comes first.
        forward, reverse = self._trained(text), self._trained([(target, source) for source, target in text])
        known = {
            digest(pair): self._aligned(forward, reverse, pair) for pair in track(text, "thot", len(text), "pairs")
        }
        return Remembered(known)

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """Train on `pairs` and align them."""
        return self.train(pairs).align(pairs)

    def _empty(self) -> list[Any]:
        """The models of one direction, in the order in which they are trained; the last one aligns."""
        if self.settings.model == "eflomal":
            model = self._models.EflomalAlignmentModel()
            model.deterministic, model.seed = True, self.settings.seed
            return [model]
        if self.settings.model == "fast_align":
            return [self._models.FastAlignModel()]
        first = self._models.Ibm1AlignmentModel()
        return [first, self._models.HmmAlignmentModel(first)]

    def _trained(self, text: Sequence[WordPair]) -> Any:
        """The model of one direction."""
        chain = self._empty()
        for model in chain:
            for generating, generated in text if model is chain[0] else ():
                model.add_sentence_pair(generating, generated, 1)
            model.start_training()
            for _ in range(getattr(model, "scheduled_iterations", 0) or self.settings.iterations):
                model.train()
            model.end_training()
        return chain[-1]

    def _aligned(self, forward: Any, reverse: Any, pair: WordPair) -> Alignment:
        ahead = _links(forward.get_best_alignment(*pair))
        back = [(i, j) for j, i in _links(reverse.get_best_alignment(*pair[::-1]))]
        links = symmetrize(ahead, back, self.settings.heuristic)
        return Alignment(links, (1.0,) * len(links))


def _links(found: tuple[float, Any]) -> list[Link]:
    """The links of a log probability and a matrix (words that generate, words that are generated)."""
    generating, generated = found[1].to_numpy().nonzero()
    return list(zip(generating.tolist(), generated.tolist(), strict=True))


def _package() -> Any:
    try:
        import thot.alignment as models  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        raise MissingExtraError(
            "aligner `thot` needs SIL Thot", 'pip install "xlalign[thot]", or use aligner `hmm`'
        ) from None
    return models


class ThotSettings(AlignerSettings):
    """A model of the SIL Thot package."""

    kind: Literal["thot"] = "thot"
    model: Literal["eflomal", "fast_align", "hmm"] = Field("eflomal", description="what is trained")
    iterations: int = Field(5, ge=1, description="iterations of IBM model 1, HMM and fast_align; eflomal has its own")
    seed: int = late(1, "seed of the eflomal sampler", ge=0)
    heuristic: Heuristic = Field("grow-diag-final-and", description="how the two directions are combined")

    def make(self, inputs: AlignerInputs) -> ThotAligner:
        """The untrained aligner."""
        return ThotAligner(self)
