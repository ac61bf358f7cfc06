"""AER of aligners on every gold set at hand: the statistical one, an encoder's argmax, the two joined, and programs.

    python benchmarks/align_quality.py --encoder DIR [--shared DIR] [--sets NAME ...] [--gold PAIR=TEXT ...] [--bitext]

Each aligner that learns is trained on the words of the gold pairs alone, or with `--bitext` also on real pairs of the
same languages (their links, where they have some, are never read). Each row is printed when it is known. The encoder is
used as it is; argmax reads the layer that `hybrid` chose. fast_align and eflomal take part where they are installed.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import Aligner, AlignerInputs, TrainableAligner
from xlalign.alignment.calibration import reliability
from xlalign.alignment.gold import GoldSet
from xlalign.alignment.hybrid.aligner import HybridModel
from xlalign.bitext.corpus import GoldPair
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.segment import words
from xlalign.errors import XlalignError
from xlalign.types import WordPair

SHARED = Path(__file__).parents[2] / "shared/data"
PROGRAMS = ("fast_align", "eflomal")
LONGEST = 80
"""Words of a side of a pair of bitext."""


class Standard(NamedTuple):
    """A gold set: its name, "<source>-<target>", and its pairs with links."""

    name: str
    languages: str
    pairs: GoldSet


class Measured(NamedTuple):
    """AER and expected calibration error in percent, seconds to train and to align."""

    aer: float
    ece: float
    training: float
    aligning: float


def standards(folder: Path, more: Sequence[str], chosen: Sequence[str]) -> Iterator[Standard]:
    """The gold sets of a folder laid out as ../shared/data/wordalign, and others by their specification."""
    for text in sorted(folder.glob("*.src-tgt*")):
        name = text.name.split(".")[0]
        if not chosen or name in chosen:
            yield Standard(name, f"{name[:2]}-{name[2:]}", gold.read(text))
    for text in sorted(folder.glob("xlwa/*.tsv*")):
        name = text.name.split(".tsv")[0]
        if (name in chosen) if chosen else not name.endswith("train"):
            yield Standard(name, name.split(".")[0], gold.read(text))
    for spec in more:
        languages, found = gold.read_spec(spec)
        yield Standard(f"{languages} {found.name}", languages, found)


def bitext(shared: Path, languages: str) -> list[WordPair]:
    """Real pairs of two languages, cut into words."""
    source, target = languages.split("-")
    parallel = shared / "parallel"
    raw: list[tuple[str, str]] = []
    for file in sorted(parallel.glob(f"*/*{languages}.tsv*")):
        raw += [(row[0], row[1]) for row in (line.split("\t") for line in lines(file)) if len(row) > 1]
    captions = [parallel / f"multi30k/train.{lang}.gz" for lang in (source, target)]
    if all(path.exists() for path in captions):
        raw += zip(*map(lines, captions), strict=True)
    pairs = [(words(left, source), words(right, target)) for left, right in raw]
    tokenised = [parallel / f"enja-small/train.{lang}.xz" for lang in (source, target)]
    if all(path.exists() for path in tokenised):
        pairs += [(left.split(), right.split()) for left, right in zip(*map(lines, tokenised), strict=True)]
    for file in sorted((shared / "wordalign/xlwa").glob(f"{languages}.train.tsv*")):
        pairs += [(row[0].split(), row[1].split()) for row in (line.split("\t") for line in lines(file))]
    return [pair for pair in pairs if 0 < max(map(len, pair)) <= LONGEST]


def measure(kind: str, standard: Standard, text: Sequence[WordPair], inputs: AlignerInputs, layer: int | None) -> tuple[
    Measured, Aligner
]:  # fmt: skip
    """Train where the aligner learns, align the gold pairs, score."""
    pairs, began = standard.pairs.pairs, time.perf_counter()
    made = ALIGNERS.get(kind)(**({"layer": layer} if layer is not None else {})).make(inputs)
    aligner = made.train([*text, *pairs]) if isinstance(made, TrainableAligner) else made
    trained = time.perf_counter()
    found = aligner.align(pairs)
    ended = time.perf_counter()
    error = standard.pairs.score([alignment.links for alignment in found]).aer
    calibration = reliability(found, standard.pairs.sure, standard.pairs.possible)
    return Measured(100 * error, 100 * calibration.ece, trained - began, ended - trained), aligner


def row(standard: Standard, text: Sequence[WordPair], encoder: str, kinds: Sequence[str], workers: int) -> str:
    """A line of the table: AER / ECE of every aligner, then seconds."""
    rows = [GoldPair(str(n), s, t, (), ()) for n, (s, t) in enumerate(standard.pairs.pairs)]
    cells, times, layer = [], [], None
    for kind in kinds:
        needs = "encoder" in ALIGNERS.get(kind).takes
        inputs = AlignerInputs(standard.languages, encoder if needs else None, rows, workers=workers)
        result, aligner = measure(kind, standard, text, inputs, layer if needs and kind != "hybrid" else None)
        if isinstance(aligner, HybridModel):
            layer = aligner.similarity.layer
        cells.append(f"{result.aer:.2f} / {result.ece:.1f}")
        times.append(f"{result.training:.0f} + {result.aligning:.1f}")
    about = [standard.name, str(len(rows)), str(len(text)), *cells, str(layer), ", ".join(times)]
    return f"| {' | '.join(about)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="model folder or hub id")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with wordalign/ and parallel/")
    parser.add_argument("--sets", nargs="*", default=[], help="names of gold sets, as enfr or en-bg.dev; all")
    parser.add_argument("--gold", nargs="*", default=[], help="more gold sets: SOURCE-TARGET=TEXT[,LINKS]")
    parser.add_argument(
        "--aligners", nargs="*", default=["hybrid", "hmm", "argmax"], help="hybrid first, for its layer"
    )
    parser.add_argument("--bitext", action="store_true", help="train on real pairs too")
    parser.add_argument("--workers", type=int, default=1, help="threads")
    options = parser.parse_args()
    kinds = [*options.aligners, *(name for name in PROGRAMS if shutil.which(name) or shutil.which(f"{name}-align"))]
    titles = [f"{kind} AER / ECE" for kind in kinds]
    print(f"| set | pairs | bitext | {' | '.join(titles)} | layer | seconds: training + aligning |")
    print("|---" * (len(kinds) + 5) + "|", flush=True)
    try:
        for standard in standards(options.shared / "wordalign", options.gold, options.sets):
            text = bitext(options.shared, standard.languages) if options.bitext else []
            print(row(standard, text, options.encoder, kinds, options.workers), flush=True)
    except XlalignError as error:
        parser.error(f"{error.message} ({error.hint})")


if __name__ == "__main__":
    main()
