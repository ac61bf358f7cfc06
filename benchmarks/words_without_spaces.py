"""AER on Japanese-English when Japanese is cut by the gold set's own segmenter, by ICU, by MeCab or into characters.

    python benchmarks/words_without_spaces.py [--shared DIR] [--encoder DIR] [--rules NAME ...]

The Japanese side of the gold pairs is joined and cut anew, aligned with the test sentences alone, and the links are
carried back to the gold's words (`gold_words = "own"` in [align-words]).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from xlalign.alignment import ALIGNERS, gold
from xlalign.alignment.base import AlignerInputs, TrainableAligner
from xlalign.alignment.recut import recut, relinked
from xlalign.alignment.shards import segmenter
from xlalign.bitext.corpus import GoldPair

SHARED = Path(__file__).parents[2] / "shared/data"
LANGUAGES = ("ja", "en")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with wordalign/")
    parser.add_argument("--encoder", help="model folder or hub id, for hybrid")
    parser.add_argument("--rules", nargs="*", default=["given", "icu", "mecab", "segment"], help="how Japanese is cut")
    options = parser.parse_args()
    standard = gold.read(options.shared / "wordalign/jaen.src-tgt.xz")
    print("| words | words a sentence | hmm | hybrid |\n|---|---|---|---|", flush=True)
    for rule in options.rules:
        cut = None if rule == "given" else segmenter(rule)
        pairs = [recut(pair, LANGUAGES, cut) if cut else pair for pair in standard.pairs]
        rows = [GoldPair(str(n), s, t, (), ()) for n, (s, t) in enumerate(pairs)]
        cells = []
        for kind in ("hmm", "hybrid") if options.encoder else ("hmm",):
            encoder = options.encoder if kind == "hybrid" else None
            made = ALIGNERS.get(kind).model_validate({}).make(AlignerInputs("ja-en", encoder, rows))
            assert isinstance(made, TrainableAligner)
            found = made.train(pairs).align(pairs)
            back = [relinked(*row) for row in zip(found, pairs, standard.pairs, strict=True)]
            cells.append(f"{100 * standard.score([alignment.links for alignment in back]).aer:.2f}")
        length = sum(len(source) for source, _ in pairs) / len(pairs)
        print(f"| {rule} | {length:.1f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
