"""How large things are that a plan only names: encoders, bitexts, and how fast this machine multiplies."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xlalign.bitext.check import LOCAL
from xlalign.bitext.settings import PrepareSettings, SourceSettings
from xlalign.bitext.sources import open_source
from xlalign.errors import XlalignError
from xlalign.modeling import scratch
from xlalign.modeling.inspection import configuration
from xlalign.modeling.reference import Folder, Reference, Scratch, origin
from xlalign.stages.base import Stages, model_stages

LOOK = 0.3
"""Seconds spent on looking into one source, and on measuring the machine."""
MICRO_LETTERS = 35
EXPANSION = {".gz": 3.0, ".xz": 4.0, ".zst": 3.5, ".bz2": 4.0, ".parquet": 2.5}
"""Letters in a byte of a compressed file."""


@dataclass(frozen=True)
class EncoderSize:
    """An encoder: weights of its blocks and of all of it, width, pieces of its vocabulary, layers."""

    blocks: int
    parameters: int
    hidden: int
    pieces: int
    layers: int

    def flops(self, tokens: float, layers: int | None = None) -> float:
        """Floating-point operations of a forward pass: two for each weight of the blocks and each token."""
        return 2 * self.blocks * tokens * (1 if layers is None else max(layers, 1) / max(self.layers, 1))


@dataclass(frozen=True)
class TextSize:
    """A bitext: pairs, and letters of a mean sentence."""

    pairs: int
    letters: float

    @property
    def words(self) -> float:
        """Words of a mean sentence, at six letters with the space."""
        return max(self.letters / 6, 1)

    def tokens(self, encoder: EncoderSize) -> float:
        """Pieces of a mean sentence with its special tokens; a small vocabulary has short pieces."""
        return self.letters / (4.2 if encoder.pieces > 30_000 else 3.0) + 2


def encoder_size(model: Reference, stages: Stages, languages: int) -> EncoderSize | None:
    """The size of an encoder from its config.json and the header of its weights; None for the hub.

    Args:
        model: stage, folder, size or repository.
        stages: the stages of the file.
        languages: how many languages a vocabulary from scratch is made for.
    """
    first = origin(model, model_stages(stages))
    config = configuration(first)
    if not config.get("num_hidden_layers"):
        return None
    hidden, layers = int(config.get("hidden_size", 0)), int(config["num_hidden_layers"])
    pieces = int(config.get("vocab_size", 0))
    if isinstance(first, Scratch):
        pieces = scratch.size(first.size).pieces * languages
    # A gated feed-forward layer has three matrices (gate, up, down), a plain one two; attention has four of width^2.
    gates = 3 if "modernbert" in str(config.get("model_type", "")) or isinstance(first, Scratch) else 2
    blocks = layers * (4 * hidden**2 + gates * hidden * int(config.get("intermediate_size", 4 * hidden)))
    stored = sum(map(_stored, first.path.glob("*.safetensors"))) if isinstance(first, Folder) else 0
    return EncoderSize(blocks, stored or blocks + pieces * hidden, hidden, pieces, layers)


def _stored(path: Path) -> int:
    """Numbers in a safetensors file, from its header: length in 8 bytes, then JSON with the shape of each."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(_product(entry["shape"]) for name, entry in header.items() if name != "__metadata__")


def _product(shape: Sequence[int]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def text_size(settings: PrepareSettings) -> TextSize | None:
    """The size of what the sources of a prepare stage hold; None where one of them is not on this machine."""
    found = [_source_size(source, settings.language_pairs()) for source in settings.sources]
    if not found or any(size is None for size in found):
        return None
    sizes = [size for size in found if size is not None]
    pairs = sum(size.pairs for size in sizes)
    return TextSize(pairs, sum(size.pairs * size.letters for size in sizes) / max(pairs, 1))


def _source_size(source: SourceSettings, pairs: list[tuple[str, str]]) -> TextSize | None:
    scheme = source.uri.partition(":")[0]
    try:
        if scheme == "micro":
            opened: Any = open_source(source.uri, source.options)
            served = len(list(opened.bitexts(pairs)))
            return TextSize(served * min(opened.pairs, source.limit or opened.pairs), MICRO_LETTERS)
        if scheme in LOCAL:
            return _file_size(source, pairs)
    except (XlalignError, OSError):
        return None
    return TextSize(source.limit * len(pairs), 100) if source.limit else None


def _file_size(source: SourceSettings, pairs: list[tuple[str, str]]) -> TextSize:
    """Read for a moment; where that is not enough, the bytes of the files say how much there is more."""
    opened = open_source(source.uri, source.options)
    count = letters = 0
    whole, until = True, time.monotonic() + LOOK
    for bitext in opened.bitexts(pairs):
        for row in bitext.rows():
            count, letters = count + 1, letters + len(row.source) + len(row.target)
            if time.monotonic() > until:
                whole = False
                break
    mean = letters / max(2 * count, 1)
    if not whole:
        size = sum(path.stat().st_size * EXPANSION.get(path.suffix, 1.0) for path in opened.inputs(pairs))
        count = max(count, int(size / max(2 * mean, 1)))
    return TextSize(min(count, (source.limit or count) * len(pairs)), mean)


@cache
def multiplications() -> float:
    """Floating-point operations a second of one matrix product of this machine, measured for a moment."""
    import numpy as np

    side, count = 512, 0
    one = np.ones((side, side), dtype=np.float32)
    one @ one
    began = time.monotonic()
    while time.monotonic() - began < LOOK:
        one @ one
        count += 1
    return 2 * side**3 * count / (time.monotonic() - began)
