"""The simalign package itself, one pair at a time: the reference for our own encoder aligners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlalign.alignment.base import EMPTY
from xlalign.alignment.settings import AlignSettings
from xlalign.errors import UserError
from xlalign.progress import track
from xlalign.types import Alignment, WordPair


class SimAlign:
    """itermax links of `simalign.SentenceAligner`, scores all 1."""

    def __init__(self, settings: AlignSettings | None = None, encoder: str | Path | None = None) -> None:
        settings = settings or AlignSettings()
        if encoder is None:
            raise UserError("aligner `simalign` needs an encoder", "name a model directory or a hub id")
        import simalign

        self._aligner = simalign.SentenceAligner(
            str(encoder),
            token_type="bpe" if settings.pooling == "subword" else "word",
            matching_methods="i",
            device=settings.device or "cpu",
            layer=settings.layer,
        )

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in order."""
        return [self._one(pair) if all(pair) else EMPTY for pair in track(pairs, "simalign", len(pairs), "pairs")]

    def _one(self, pair: WordPair) -> Alignment:
        links = tuple((int(i), int(j)) for i, j in self._aligner.get_word_aligns(*pair)["itermax"])
        return Alignment(links, (1.0,) * len(links))
