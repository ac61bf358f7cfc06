"""Memory and time of `prepare` for growing numbers of generated pairs: memory must stay, time must grow in proportion.

python benchmarks/prepare_memory.py [PAIRS ...]     default: 500000 1000000 2000000; the promise is about 10000000
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

TEXTS = {
    "en": "the old house by river and small garden with two trees was sold to young family last summer",
    "de": "das alte Haus am Fluss und kleine Garten mit zwei Bäumen wurde einer jungen Familie letzten Sommer",
}
WORDS = {lang: text.split() for lang, text in TEXTS.items()}
LIMIT_MB = 400
CHILD = """
import json, resource, sys
from pathlib import Path
from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
report = prepare(PrepareSettings.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2]))
usage = resource.getrusage(resource.RUSAGE_SELF)
seconds = usage.ru_utime + usage.ru_stime
print(json.dumps({"kept": report.kept, "MB": usage.ru_maxrss * 1024 // 10**6, "CPU s": round(seconds, 1)}))
"""


def sentence(number: int, words: list[str]) -> str:
    """A different sentence for each number: its digits choose the words."""
    chosen = (words[int(digit) + 2 * i % 7] for i, digit in enumerate(f"{number:09d}"))
    return f"{' '.join(chosen)} ."


def write(folder: Path, count: int) -> None:
    for lang, words in WORDS.items():
        with (folder / f"bench.{lang}").open("w", encoding="utf-8") as file:
            file.writelines(f"{sentence(number, words)}\n" for number in range(count))


def measure(count: int) -> dict[str, float]:
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as scratch:
        folder = Path(scratch)
        write(folder, count)
        settings = {
            "languages": ["en", "de"],
            "sources": [f"file:{folder}/bench.{{lang}}"],
            "filters": {"langid": False},
        }
        command = [sys.executable, "-c", CHILD, json.dumps(settings), str(folder / "out")]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
    return {"pairs": count, **json.loads(done.stdout)}


def main() -> None:
    counts = [int(argument) for argument in sys.argv[1:]] or [500_000, 1_000_000, 2_000_000]
    results = [measure(count) for count in counts]
    rates = [round(result["pairs"] / result["CPU s"]) for result in results]
    for result, rate in zip(results, rates, strict=True):
        print(json.dumps(result | {"pairs/s": rate}))
    assert all(result["MB"] < LIMIT_MB for result in results), f"more than {LIMIT_MB} MB"
    assert rates[-1] > 0.8 * rates[0], "time grows faster than the number of pairs"


if __name__ == "__main__":
    main()
