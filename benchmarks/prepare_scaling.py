"""`prepare` of real text with one and two processes: the same bytes, and how much sooner.

python benchmarks/prepare_scaling.py [--data ../shared/data] [--copies 2] [--workers 2]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.parallel import Engine


def write(folder: Path, data: Path, copies: int) -> None:
    """The captions, each copy with a word of its own, so that none is a duplicate."""
    for lang in ("en", "de"):
        with gzip.open(data / f"parallel/multi30k/train.{lang}.gz", "rt", encoding="utf-8") as file:
            lines = file.readlines()
        text = "".join(f"{line.rstrip()} ({copy})\n" for copy in range(copies) for line in lines)
        (folder / f"bench.{lang}").write_text(text, encoding="utf-8")


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared/data")
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder, options.data, options.copies)
        settings = PrepareSettings.model_validate(
            {"languages": ["en", "de"], "sources": [f"file:{folder}/bench.{{lang}}"]}
        )
        seconds, digests, kept = {}, set(), 0
        for workers in (1, options.workers):
            start = time.perf_counter()
            kept = prepare(settings, folder / f"out{workers}", engine=Engine("local", workers)).kept
            seconds[workers] = time.perf_counter() - start
            digests.add(digest(folder / f"out{workers}"))
    assert len(digests) == 1, "the bytes depend on the number of processes"
    rates = {f"pairs/s with {workers}": round(kept / taken) for workers, taken in seconds.items()}
    print(json.dumps({"pairs": kept, **rates, "times as fast": round(seconds[1] / seconds[options.workers], 2)}))


if __name__ == "__main__":
    main()
