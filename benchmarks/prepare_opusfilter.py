"""`prepare` against OpusFilter: the same rules on the same file, one process each, CPU seconds of both in one run.

    python benchmarks/prepare_opusfilter.py [--peer /path/to/opusfilter] [--only rules] [--data ../shared/data]

Without a peer, OpusFilter is installed into an environment of its own (`.nox/opusfilter`). Rules are compared on
English with German, French and Spanish, which they treat alike; rules with language id on English with German.
The kept sets are compared before any time is reported. Start-up, reading and writing count for both; ours also
writes Parquet, ids, and the report.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from xlalign.bitext.transforms.unicode import tidy

RULES = {
    "length": {"min": 1, "max": 100},
    "ratio": {"max": 3},
    "longest_word": {"max": 39},
    "markup": {"max": 0},
    "script": {"min": 1},
    "punctuation": {"min": -2},
    "numerals": {"min": 0.5},
    "identical": False,
    "control": False,
}
PEER_RULES = """
        - LengthFilter: {unit: word, min_length: 1, max_length: 100}
        - LengthRatioFilter: {unit: word, threshold: 3}
        - LongWordFilter: {threshold: 40}
        - HtmlTagFilter: {}
        - CharacterScoreFilter: {scripts: [Latin, Latin], thresholds: [1, 1]}
        - TerminalPunctuationFilter: {threshold: -2}
        - NonZeroNumeralsFilter: {threshold: 0.5}
"""
PEER_LANGID = "        - LangidFilter: {languages: [en, de], thresholds: [0, 0]}\n"
PEER = """
common: {{output_directory: {folder}}}
steps:
  - type: remove_duplicates
    parameters: {{inputs: [bench.en, bench.de], outputs: [unique.en, unique.de]}}
  - type: filter
    parameters:
      inputs: [unique.en, unique.de]
      outputs: [kept.en, kept.de]
      filters:{rules}
"""


def lines(path: Path) -> Iterator[str]:
    openers: dict[str, Callable[..., TextIO]] = {".gz": gzip.open, ".xz": lzma.open}
    opener = openers.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


BIBLES = {"de": "de-luther1912", "fr": "fr-segond", "es": "es-rv1909"}


def pairs(data: Path, lang: str) -> Iterator[tuple[str, str]]:
    parallel = data / "parallel"
    verses = dict(line.split("\t") for line in lines(parallel / f"bible/bible.{BIBLES[lang]}.tsv.xz"))
    for line in lines(parallel / "bible/bible.en-kjv.tsv.xz"):
        key, text = line.split("\t")
        if key in verses:
            yield text, verses[key]
    if lang != "es":
        yield from zip(*(lines(parallel / f"multi30k/train.{code}.gz") for code in ("en", lang)), strict=True)
    for path in sorted(parallel.glob(f"*/*en-{lang}*.tsv.xz")):
        for line in lines(path):
            source, target = line.split("\t")[:2]
            yield source, target


def write_bench(folder: Path, data: Path, langs: tuple[str, ...]) -> list[tuple[str, str]]:
    rows = [row for lang in langs for row in pairs(data, lang)]
    rows += rows[:10_000]
    for column, lang in enumerate(("en", "de")):
        text = "".join(f"{row[column]}\n" for row in rows)
        (folder / f"bench.{lang}").write_text(text, encoding="utf-8")
    return rows


def cpu_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ours(folder: Path, langid: bool) -> list[str]:
    settings = {
        "languages": ["en", "de"],
        "sources": [f"file:{folder}/bench.{{lang}}"],
        "profile": "light",
        "filters": RULES | {"langid": {"min": 1, "min_letters": 0} if langid else False},
        "transforms": [],
        "dedup": "exact",
        "dev_size": 0,
    }
    code = (
        "import json, sys; from pathlib import Path;"
        "from xlalign.bitext.prepare import prepare; from xlalign.bitext.settings import PrepareSettings;"
        "prepare(PrepareSettings.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2]))"
    )
    return [sys.executable, "-c", code, json.dumps(settings), str(folder / "out")]


def theirs(folder: Path, peer: str, langid: bool) -> list[str]:
    config = folder / "peer.yaml"
    config.write_text(PEER.format(folder=folder, rules=PEER_RULES + (PEER_LANGID if langid else "")), encoding="utf-8")
    return [peer, "--overwrite", str(config)]


def kept(*paths: Path) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tidy(list(lines(path))) for path in paths), strict=True))


def explained(rows: Counter[tuple[str, ...]], raw: list[tuple[str, str]]) -> Counter[str]:
    """Why one of the two keeps these pairs and the other does not.

    Addresses in angle brackets are tags to OpusFilter, entities are not, to us it is the reverse. It compares the
    digits of numbers by similarity, we compare numbers. White space and invisible characters are tidied here before
    duplicates are sought, not there. What is left differs in the language identifiers' versions and candidates.
    """
    variants = Counter(zip(*(tidy(list(side)) for side in zip(*set(raw), strict=True)), strict=True))
    found: Counter[str] = Counter()
    for row, times in rows.items():
        text = "".join(row)
        markup = "<" in text or "&" in text
        numbers = any(character.isdigit() for character in text)
        tidied = variants[row] != 1
        found["markup" if markup else "white space" if tidied else "numbers" if numbers else "other"] += times
    return found


def installed_peer() -> str:
    """OpusFilter in an environment of its own: its requirements do not go with ours."""
    folder = Path(__file__).parents[1] / ".nox/opusfilter"
    program = folder / "bin/opusfilter"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        # it calls a function that py3langid 0.4 no longer has
        subprocess.run([str(folder / "bin/pip"), "install", "-q", "opusfilter==3.3.1", "py3langid==0.3.0"], check=True)
    return str(program)


def compare(data: Path, peer: str, langid: bool, show: int) -> dict[str, object]:
    """Both on the same file: what they keep, and how fast."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        raw = write_bench(folder, data, ("de",) if langid else tuple(BIBLES))
        peer_seconds = cpu_seconds(theirs(folder, peer, langid))
        our_seconds = cpu_seconds(ours(folder, langid))
        we = kept(*(folder / f"out/moses/train.en-de.{lang}" for lang in ("en", "de")))
        they = kept(*(folder / f"kept.{lang}" for lang in ("en", "de")))
    both = (we & they).total()
    assert both >= 0.97 * max(we.total(), they.total()), "the kept sets differ too much for the times to compare"
    differences = {"only ours": we - they, "only OpusFilter": they - we}
    reasons = {name: explained(rows, raw) for name, rows in differences.items()}
    assert langid or not any(counts["other"] for counts in reasons.values()), "the rules differ without a known reason"
    for name, rows in differences.items():
        for row in list(rows)[:show]:
            print(f"{name}: {' ||| '.join(row)}")
    count = len(raw)
    return {
        "pairs": count,
        "kept by both": both,
        **{name: dict(counts) for name, counts in reasons.items()},
        "our pairs/s": round(count / our_seconds),
        "OpusFilter pairs/s": round(count / peer_seconds),
        "times as fast": round(peer_seconds / our_seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="the opusfilter program")
    parser.add_argument("--only", choices=["rules", "langid"], help="one comparison instead of both")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared/data")
    parser.add_argument("--show", type=int, default=0, help="differences to print")
    options = parser.parse_args()
    for name in (options.only,) if options.only else ("rules", "langid"):
        result = compare(options.data, options.peer or installed_peer(), name == "langid", options.show)
        print(json.dumps({"compared": name, **result}, indent=1))


if __name__ == "__main__":
    main()
