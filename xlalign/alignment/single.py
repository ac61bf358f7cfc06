"""Aligning one sentence pair that the user types."""

from __future__ import annotations

from pathlib import Path

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import Trainable
from xlalign.alignment.hmm.model import HmmModel
from xlalign.alignment.settings import AlignSettings
from xlalign.errors import UserError
from xlalign.types import Alignment, WordPair


def align_text(
    pair: WordPair, settings: AlignSettings, encoder: str | Path | None = None, artifact: Path | None = None
) -> Alignment:
    """Align one pair with an encoder, or with the statistical model that an alignments artifact holds.

    Args:
        pair: the words of both sides.
        settings: the aligner and its options.
        encoder: model directory or hub id for an encoder aligner.
        artifact: an alignments artifact made with a statistical aligner, of one language pair; or its model file.

    Raises:
        UserError: a statistical aligner without a model, or a choice of several.
    """
    aligner = ALIGNERS.get(settings.aligner)(settings, encoder or settings.encoder or None)
    if not isinstance(aligner, Trainable):
        return aligner.align([pair])[0]
    if settings.aligner != "hmm":
        raise UserError(f"aligner `{settings.aligner}` cannot align a single pair", "use `hmm` or an encoder aligner")
    return HmmModel.load(_model_file(artifact)).align([pair])[0]


def _model_file(artifact: Path | None) -> Path:
    if artifact is None:
        raise UserError("aligner `hmm` needs a trained model", "run `xlalign align-words` first, or choose an encoder")
    if artifact.is_file():
        return artifact
    found = sorted((artifact / "models").glob("*.npz"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise UserError(f"{artifact}: one trained model wanted, found {names}", "give the model file itself")
    return found[0]
