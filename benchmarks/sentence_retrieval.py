"""Retrieval as our tables score it against sentence-transformers with the same folder: vectors first, then precision.

    python benchmarks/sentence_retrieval.py MODEL DATA [--prompt "query: "] [--languages de fr] [--count 1000]

DATA has a folder `tatoeba` in XTREME's layout (`deu-eng.deu`, `deu-eng.eng`), or files `en-de.tsv` of translated
pairs. The vectors are those that `[eval]` compares: the encoder's own layer, pooling and prompt where it has
`modules.json`, else the mean of its last layer with `--prompt`. The exit status is 1 where they differ by more than
1e-5 anywhere.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.model import load
from xlalign.evaluation.retrieval import precision_at_1
from xlalign.evaluation.tasks import TASKS
from xlalign.modeling.sentence import SentenceEncoder, asked_setup

Sides = tuple[list[str], list[str]]


def pairs(data: Path, lang: str, count: int) -> Sides:
    """English and foreign sentences."""
    table = data / f"en-{lang}.tsv"
    if table.is_file():
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()][:count]
        return [row[0] for row in rows], [row[1] for row in rows]
    examples: list[Any] = TaskSource(f"folder:{data}").load(TASKS.get("tatoeba"), lang, "test", count)
    return [e.target for e in examples], [e.source for e in examples]


def main() -> int:
    """Print a row for each language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    parser.add_argument("--prompt")
    parser.add_argument("--languages", nargs="+", default=["de", "fr"])
    parser.add_argument("--count", type=int, default=1000)
    given = parser.parse_args()
    ours = SentenceEncoder(*load(given.model), asked_setup(given.model, prompt=given.prompt))
    theirs = SentenceTransformer(given.model, device="cpu")
    prompt = {} if given.prompt is None else {"prompt": given.prompt}
    worst = 0.0
    print("language  pairs  ours en->x  x->en  theirs en->x  x->en  largest difference of a value")
    for lang in given.languages:
        sides = pairs(given.data, lang, given.count)
        own = [ours.vectors(side) for side in sides]
        other = [np.asarray(theirs.encode(side, normalize_embeddings=True, **prompt)) for side in sides]
        apart = max(float(np.abs(x - y).max()) for x, y in zip(own, other, strict=True))
        scores = (*precision_at_1(own[0], own[1]), *precision_at_1(other[0], other[1]))
        worst = max(worst, apart)
        print(f"{lang:8} {len(sides[0]):6}" + "".join(f"{score:10.2f}" for score in scores) + f"   {apart:.1e}")
    return int(worst > 1e-5)


if __name__ == "__main__":
    sys.exit(main())
