"""Projected annotation against gold: parts of speech (PUD), named entities (Universal NER on PUD), answers (XQuAD).

    python benchmarks/projection.py [--shared DIR] [--encoder DIR] [--rows NAME ...] [--count N]

Each row carries the annotation of the first language into the second by `hmm`, and by `hybrid` where an encoder is
given, both trained on these very sentences, and scores it against the second's own. PUD has the same sentences in every
language, XQuAD the same questions; Universal NER has no English PUD, so German and Russian stand for each other.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

from xlalign.evaluation.data.projecting import LanguageCodes, project, projection_scores, read_examples
from xlalign.evaluation.data.schemes import evenly_spread
from xlalign.evaluation.tasks import TASKS

SHARED = Path(__file__).parents[2] / "shared/data"


class Direction(NamedTuple):
    """A task, its file for a language, and from which language to which."""

    task: str
    file: str
    languages: LanguageCodes

    @property
    def name(self) -> str:
        """As `udpos-en-de`."""
        return "-".join((self.task, *self.languages))


PUD, NER, XQUAD = "ud/{}_pud-ud-test.conllu.xz", "ner/{}_pud-ud-test.iob2.xz", "xquad/xquad.{}.json.xz"
DIRECTIONS = [
    *(Direction("udpos", PUD, LanguageCodes("en", lang)) for lang in ("de", "fr", "ru", "zh")),
    *(Direction("panx", NER, LanguageCodes(*pair)) for pair in (("de", "ru"), ("ru", "de"))),
    *(Direction("xquad", XQUAD, LanguageCodes("en", lang)) for lang in ("de", "ru", "zh", "ar")),
]


def row(direction: Direction, options: argparse.Namespace) -> str:
    """A line of the table: F1 of every aligner, lost annotations, seconds."""
    task, codes = TASKS.get(direction.task), direction.languages
    files = [options.shared / direction.file.format(lang) for lang in codes]
    source, target = (
        evenly_spread(read_examples(task, path, lang), options.count) for path, lang in zip(files, codes, strict=True)
    )
    cells = []
    for aligner in ("hmm", "hybrid") if options.encoder else ("hmm",):
        began = time.process_time()
        found = project(task, source, target, codes, aligner, options.encoder if aligner == "hybrid" else None)
        scores = projection_scores(task, target, found, codes.target)
        figures = ", ".join(
            f"{name} {scores[name]:.1f}" for name in ("f1", "accuracy", "exact_match") if name in scores
        )
        cells.append(f"{figures}; lost {found.count(None)}; {time.process_time() - began:.0f} s")
    return f"| {direction.name} | {len(source)} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with ud/, ner/ and xquad/")
    parser.add_argument("--encoder", help="model folder or hub id")
    parser.add_argument("--rows", nargs="*", default=[], help="beginnings of names, as udpos-en-de or xquad; all")
    parser.add_argument("--count", type=int, default=0, help="examples of each row, evenly spread; 0 = all")
    options = parser.parse_args()
    print("| row | examples | hmm | hybrid |\n|---|---|---|---|", flush=True)
    for direction in DIRECTIONS:
        if not options.rows or any(direction.name.startswith(name) for name in options.rows):
            print(row(direction, options), flush=True)


if __name__ == "__main__":
    main()
