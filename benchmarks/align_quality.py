"""AER of aligners on every gold set at hand: the statistical one, an encoder's argmax, the two joined, and programs.

    python benchmarks/align_quality.py --encoder DIR [--shared DIR] [--sets NAME ...] [--gold PAIR=TEXT ...]
        [--aligners NAME ...] [--bitext] [--cells DIR]

Each aligner that learns is trained on the words of the gold pairs alone, or with `--bitext` also on real pairs of the
same languages (their links, where they have some, are never read). Each row is printed when it is known, each cell
kept in a file (`--cells`), so that a run that was stopped goes on where it was. The encoder is used as it is; its other
rules read the layer that `hybrid` chose. fast_align, eflomal and SIL Thot take part where they are installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import AlignerInputs, AlignerSettings, TrainableAligner
from xlalign.alignment.calibration import reliability
from xlalign.alignment.gold import GoldSet
from xlalign.alignment.hybrid.aligner import HybridModel, origin_of
from xlalign.artifacts.digest import digest
from xlalign.bitext.corpus import GoldPair
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.segment import words as words_of
from xlalign.config import identity
from xlalign.errors import XlalignError
from xlalign.files import write_json
from xlalign.stages.align_words import ALIGN
from xlalign.types import WordPair

SHARED = Path(__file__).parents[2] / "shared/data"
OURS = ("hybrid", "hmm", "argmax", "itermax", "softmax")
PROGRAMS = ("fast_align", "eflomal")
LONGEST = 80
"""Words of a side of a pair of bitext."""


class Standard(NamedTuple):
    """A gold set: its name, "<source>-<target>", and its pairs with links."""

    name: str
    languages: str
    pairs: GoldSet


class Measured(NamedTuple):
    """AER and expected calibration errors in percent, seconds to train and to align, the layer that `hybrid` chose.

    `ece` takes a possible link as neither right nor wrong, `ece_possible` as right: `calibration.reliability`.
    """

    aer: float
    ece: float
    ece_possible: float
    training: float
    aligning: float
    layer: int | None = None


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
    pairs = [(words_of(left, source), words_of(right, target)) for left, right in raw]
    tokenised = [parallel / f"enja-small/train.{lang}.xz" for lang in (source, target)]
    if all(path.exists() for path in tokenised):
        pairs += [(left.split(), right.split()) for left, right in zip(*map(lines, tokenised), strict=True)]
    for file in sorted((shared / "wordalign/xlwa").glob(f"{languages}.train.tsv*")):
        pairs += [(row[0].split(), row[1].split()) for row in (line.split("\t") for line in lines(file))]
    return [pair for pair in pairs if 0 < max(map(len, pair)) <= LONGEST]


class Cells:
    """Measurements by what they depend on, each in a file of its own: a stopped run goes on where it was.

    Args:
        folder: of the files; removed by hand to measure anew after a change of the code.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def measured(self, about: dict[str, Any], measure: Callable[[], Measured]) -> Measured:
        """What was measured before, or is now."""
        path = self.folder / f"{digest(about)[:24]}.json"
        if path.exists():
            return Measured(**json.loads(path.read_text(encoding="utf-8"))["measured"])
        found = measure()
        write_json(path, {"about": about, "measured": found._asdict()})
        return found


def measure(maker: AlignerSettings, standard: Standard, text: Sequence[WordPair], inputs: AlignerInputs) -> Measured:
    """Train where the aligner learns, align the gold pairs, score."""
    pairs, began = standard.pairs.pairs, time.perf_counter()
    made = maker.make(inputs)
    aligner = made.train([*text, *pairs]) if isinstance(made, TrainableAligner) else made
    trained = time.perf_counter()
    found = aligner.align(pairs)
    ended = time.perf_counter()
    error = standard.pairs.score([alignment.links for alignment in found]).aer
    calibration = reliability(found, standard.pairs.sure, standard.pairs.possible)
    layer = aligner.similarity.layer if isinstance(aligner, HybridModel) else None
    errors = 100 * error, 100 * calibration.ece, 100 * calibration.ece_possible
    return Measured(*errors, trained - began, ended - trained, layer)


def row(standard: Standard, text: Sequence[WordPair], options: argparse.Namespace, cells: Cells) -> str:
    """A line of the table: AER / ECE (and with possible links as right) of every aligner, then seconds."""
    rows = [GoldPair(str(n), s, t, (), ()) for n, (s, t) in enumerate(standard.pairs.pairs)]
    words, times, layer = [], [], None
    content = digest([standard.pairs.pairs, standard.pairs.sure, standard.pairs.possible, text])
    for kind in options.aligners:
        model = ALIGNERS.get(kind)
        encoder = options.encoder if "encoder" in model.takes else None
        fields: dict[str, Any] = {"guided_pairs": options.guided_pairs} if kind == "hybrid" else {}
        if encoder and kind != "hybrid" and layer is not None:
            fields["layer"] = layer
        maker = model(**fields)
        inputs = AlignerInputs(standard.languages, encoder, rows, workers=options.workers)
        about = {"set": standard.name, "content": content, "aligner": identity(maker), "version": ALIGN.version}
        about |= {"encoder": origin_of(str(encoder))} if encoder else {}
        found = cells.measured(about, partial(measure, maker, standard, text, inputs))
        layer = found.layer or layer
        print(f"  {standard.name} {kind} {found.aer:.2f}", file=sys.stderr, flush=True)
        errors = f"{found.aer:.2f} / {found.ece:.1f}"
        words.append(errors + (f" ({found.ece_possible:.1f})" if found.ece_possible > found.ece + 0.05 else ""))
        times.append(f"{found.training:.0f} + {found.aligning:.1f}")
    about_set = [standard.name, str(len(rows)), str(len(text)), *words, str(layer), ", ".join(times)]
    return f"| {' | '.join(about_set)} |"


def installed() -> list[str]:
    """The aligners of others that are here."""
    programs = [name for name in PROGRAMS if shutil.which(name) or shutil.which(f"{name}-align")]
    return programs + (["thot"] if find_spec("thot") else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="model folder or hub id")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with wordalign/ and parallel/")
    parser.add_argument("--sets", nargs="*", default=[], help="names of gold sets, as enfr or en-bg.dev; all")
    parser.add_argument("--gold", nargs="*", default=[], help="more gold sets: SOURCE-TARGET=TEXT[,LINKS]")
    parser.add_argument("--aligners", nargs="*", default=[*OURS, *installed()], help="hybrid first, for its layer")
    parser.add_argument("--bitext", action="store_true", help="train on real pairs too")
    parser.add_argument("--guided-pairs", type=int, default=20_000, help="pairs of bitext that guide hybrid")
    parser.add_argument("--cells", type=Path, default=Path("align-quality"), help="folder of what was measured before")
    parser.add_argument("--workers", type=int, default=1, help="threads")
    options = parser.parse_args()
    titles = [f"{kind} AER / ECE" for kind in options.aligners]
    print(f"| set | pairs | bitext | {' | '.join(titles)} | layer | seconds: training + aligning |")
    print("|---" * (len(options.aligners) + 5) + "|", flush=True)
    try:
        for standard in standards(options.shared / "wordalign", options.gold, options.sets):
            text = bitext(options.shared, standard.languages) if options.bitext else []
            print(row(standard, text, options, Cells(options.cells)), flush=True)
    except XlalignError as error:
        parser.error(f"{error.message} ({error.hint})")


if __name__ == "__main__":
    main()
