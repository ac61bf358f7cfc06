"""Many pairs through `align_bitext`: seconds, peak memory, and a digest that neither a kill nor more processes change.

    python benchmarks/align_million.py --out DIR --aligner hmm|hybrid|itermax [--pairs 1000000] [--workers 1]
        [--kill-after N] [--words N] [--train-pairs N]

The pairs are multi30k captions, and after those two short ones in a row, drawn at random; `--words N` takes the first
words of each only. The encoder is a random one of nano size. `--kill-after N` ends the process with SIGKILL when N
shards of links are written; the same command without it goes on from there.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import resource
import signal
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from align_encoder import make_encoder

from xlalign.alignment.artifact import align_bitext
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext.corpus import write_pairs
from xlalign.parallel import Engine
from xlalign.types import Pair

CAPTIONS = Path(__file__).parents[2] / "shared/data/parallel/multi30k"
SHORT = 60


def captions() -> list[tuple[str, str]]:
    sides = []
    for lang in ("en", "de"):
        with gzip.open(CAPTIONS / f"train.{lang}.gz", "rt", encoding="utf-8") as file:
            sides.append(file.read().removesuffix("\n").split("\n"))
    return list(zip(*sides, strict=True))


def pairs(count: int, longest: int | None) -> Iterator[Pair]:
    real, draw = captions(), random.Random(0)
    short = [pair for pair in real if max(map(len, pair)) < SHORT]
    for number in range(count):
        if number < len(real):
            source, target = real[number]
        else:
            source, target = (" ".join(sides) for sides in zip(*draw.choices(short, k=2), strict=True))
        source, target = (" ".join(side.split()[:longest]) for side in (source, target))
        yield Pair(f"{number:08d}", source, target, "en", "de", "multi30k")


def kill_after(shards: int, links: Path) -> None:
    def watch() -> None:
        while len(list(links.glob("*.parquet"))) < shards:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def digest(folder: Path) -> str:
    whole = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def peak() -> int:
    """MiB of this process, or of the largest of its children."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--aligner", default="hmm")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--iterations", type=int, nargs=2, default=(12, 5), help="of IBM model 1 and of the HMM")
    parser.add_argument("--kill-after", type=int, default=0)
    parser.add_argument("--words", type=int, default=None, help="words of a side, at the most; all")
    parser.add_argument("--train-pairs", type=int, default=None, help="pairs that hmm and hybrid are trained on; all")
    options = parser.parse_args()
    bitext, scratch = options.out / "bitext", options.out / "scratch"
    if not (bitext / "done").exists():
        write_pairs(bitext / "train", pairs(options.pairs, options.words))
        make_encoder(bitext, [(s.split(), t.split()) for s, t in captions()[:5000]], "nano")
        (bitext / "done").touch()
    if options.kill_after:
        kill_after(options.kill_after, scratch / "links")
    own: dict[str, Any] = {} if options.aligner == "hmm" else {"layer": 3, "device": "cpu"}
    if options.aligner in ("hmm", "hybrid"):
        own |= dict(zip(("ibm1_iterations", "hmm_iterations"), options.iterations, strict=True))
        own["train_pairs"] = options.train_pairs
    if options.aligner == "hybrid":
        own["guided_pairs"] = 2000
    settings = AlignSettings.model_validate({"aligner": options.aligner, "words": "spaces", **own})
    result = options.out / f"links-{os.getpid()}"
    start, before = time.perf_counter(), time.process_time()
    align_bitext(bitext, settings, result, bitext, scratch, Engine("local", options.workers))
    wall = time.perf_counter() - start
    print(
        f"{options.aligner}, {options.pairs} pairs, {options.workers} workers: {wall:.0f} s wall,"
        f" {time.process_time() - before:.0f} CPU s in this process, peak {peak()} MiB, digest {digest(result)}"
    )


if __name__ == "__main__":
    main()
