"""Aligners of other people, for comparison: the programs fast_align and eflomal, and the simalign package."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from xlalign.alignment import pharaoh
from xlalign.alignment.base import EMPTY, AlignerInputs, AlignerSettings
from xlalign.alignment.encoder.settings import encoder_of
from xlalign.alignment.sample import digest
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.bitext.readers.lines import lines
from xlalign.config import operational
from xlalign.errors import DataError, MissingExtraError
from xlalign.progress import task, track
from xlalign.types import Alignment, Link, WordPair


class Remembered:
    """Alignments found before, by the words of the pair."""

    def __init__(self, known: dict[bytes, Alignment]) -> None:
        self._known = known

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """What was found for each pair; nothing for a pair with an empty side.

        Raises:
            DataError: a pair was not part of the training text.
        """
        return [self._find(pair) if all(pair) else EMPTY for pair in pairs]

    def _find(self, pair: WordPair) -> Alignment:
        try:
            return self._known[digest(pair)]
        except KeyError:
            message = f"pair not seen in training: {' '.join(pair[0])[:60]} ||| {' '.join(pair[1])[:60]}"
            raise DataError(message, "this aligner cannot align new text; use aligner `hmm`") from None


class BinaryAligner:
    """Base of the programs: writes the text, runs the program for both directions, combines the links.

    Class attributes `program` (name on PATH), `install` (what to do when it is missing).
    """

    program: ClassVar[str]
    install: ClassVar[str]

    def __init__(self, heuristic: Heuristic) -> None:
        self.heuristic = heuristic
        found = shutil.which(self.program)
        if found is None:
            raise MissingExtraError(f"`{self.program}` is not on the PATH", f"{self.install}, or use aligner `hmm`")
        self.path = found

    def commands(self, text: Path, forward: Path, reverse: Path) -> list[tuple[list[str], Path | None]]:
        """The command lines to run, and the file that takes the standard output of each."""
        raise NotImplementedError

    def train(self, pairs: Iterable[WordPair]) -> Remembered:
        """Run the program on `pairs`, which are read once; scores are all 1.

        Raises:
            DataError: the program fails or does not write one line per pair.
        """
        with tempfile.TemporaryDirectory(prefix="xlalign-") as folder:
            text, forward, reverse = (Path(folder) / name for name in ("text", "forward", "reverse"))
            keys = _write(pairs, text)
            with task(self.program, unit="runs") as running:
                for command, output in self.commands(text, forward, reverse):
                    self._run(command, output)
                    running.advance()
            return Remembered(self._combine(keys, forward, reverse))

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """Train on `pairs` and align them."""
        return self.train(pairs).align(pairs)

    def _run(self, command: Sequence[str], output: Path | None) -> None:
        result = subprocess.run(command, capture_output=True, check=False)
        if result.returncode:
            last = result.stderr.decode(errors="replace").strip().split("\n")[-1]
            raise DataError(f"`{' '.join(command)}` failed ({result.returncode}): {last}")
        if output is not None:
            output.write_bytes(result.stdout)

    def _combine(self, keys: Sequence[bytes], forward: Path, reverse: Path) -> dict[bytes, Alignment]:
        ahead, back = self._read(forward), self._read(reverse)
        if not len(ahead) == len(back) == len(keys):
            raise DataError(f"`{self.program}` wrote {len(ahead)} and {len(back)} lines for {len(keys)} pairs")
        found = (symmetrize(f, r, self.heuristic) for f, r in zip(ahead, back, strict=True))
        return {key: Alignment(links, (1.0,) * len(links)) for key, links in zip(keys, found, strict=True)}

    def _read(self, path: Path) -> list[tuple[Link, ...]]:
        return [pharaoh.parse(line, where=f"{self.program}:{n}").sure for n, line in enumerate(lines(path), 1)]


def _write(pairs: Iterable[WordPair], path: Path) -> list[bytes]:
    """Write `source ||| target` lines of the pairs with words on both sides; returns their keys."""
    keys = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for pair in pairs:
            if all(pair):
                keys.append(digest(pair))
                file.write(f"{' '.join(pair[0])} ||| {' '.join(pair[1])}\n")
    return keys


class FastAlign(BinaryAligner):
    """fast_align (Dyer et al. 2013): both directions with the recommended options -d -o -v."""

    program = "fast_align"
    install = "build it from github.com/clab/fast_align"

    def commands(self, text: Path, forward: Path, reverse: Path) -> list[tuple[list[str], Path | None]]:
        """One run per direction; links come on the standard output."""
        command = [self.path, "-i", str(text), "-d", "-o", "-v"]
        return [(command, forward), ([*command, "-r"], reverse)]


class Eflomal(BinaryAligner):
    """eflomal (Östling and Tiedemann 2016) draws random samples, so runs differ slightly."""

    program = "eflomal-align"
    install = "pip install eflomal (needs a C compiler)"

    def commands(self, text: Path, forward: Path, reverse: Path) -> list[tuple[list[str], Path | None]]:
        """One run; links go to the two files."""
        return [([self.path, "-i", str(text), "-f", str(forward), "-r", str(reverse)], None)]


class SimAlign:
    """itermax links of `simalign.SentenceAligner`, one pair at a time, scores all 1."""

    def __init__(self, encoder: str, settings: SimAlignSettings) -> None:
        import simalign

        self._aligner = simalign.SentenceAligner(
            encoder,
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


class FastAlignSettings(AlignerSettings):
    """The fast_align program, which the user has installed."""

    kind: Literal["fast_align"] = "fast_align"
    heuristic: Heuristic = Field("grow-diag-final-and", description="how the two directions are combined")

    def make(self, inputs: AlignerInputs) -> FastAlign:
        """The untrained aligner."""
        return FastAlign(self.heuristic)


class EflomalSettings(AlignerSettings):
    """The eflomal program, which the user has installed."""

    kind: Literal["eflomal"] = "eflomal"
    heuristic: Heuristic = Field("grow-diag-final-and", description="how the two directions are combined")

    def make(self, inputs: AlignerInputs) -> Eflomal:
        """The untrained aligner."""
        return Eflomal(self.heuristic)


class SimAlignSettings(AlignerSettings):
    """The simalign package itself: the reference for our own encoder aligners."""

    takes: ClassVar[frozenset[str]] = frozenset({"encoder"})

    kind: Literal["simalign"] = "simalign"
    layer: int = Field(8, description="hidden layer of the encoder; 0 is the embedding output, -1 the last layer")
    pooling: Literal["subword", "word"] = Field("subword", description="compare subwords, or mean states of words")
    device: str | None = operational(None, "torch device of the encoder; unset is the CPU")

    def make(self, inputs: AlignerInputs) -> SimAlign:
        """The aligner, with its encoder loaded."""
        return SimAlign(encoder_of(self.kind, inputs), self)
