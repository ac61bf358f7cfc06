"""What the functions return: an artifact's folder and what is in it, as records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """A finished artifact.

    Attributes:
        stage: `prepare`, `align-words`, `pretrain`, `eval`, ...
        path: its folder; read it, do not change it: it belongs to the cache.
        key: what identifies it.
        info: what the stage noted: counts, licences, scores.
    """

    stage: str
    path: Path
    key: str
    info: dict[str, Any] = field(default_factory=dict)

    def records(self) -> list[Record]:
        """The content as a list of dictionaries with equal keys, for `pandas.DataFrame`.

        prepare: split, source_lang, target_lang, corpus, source, target, id.   align-words: languages, id,
        source_words, target_words, links, scores.   pretrain: what metrics.jsonl holds of each step.
        eval: task, model, language, seed, metric, score (percent).   Others have none.
        """
        reader = _READERS.get(self.stage)
        return list(reader(self.path)) if reader else []

    def __fspath__(self) -> str:
        return str(self.path)


def _pairs(folder: Path) -> Iterator[Record]:
    from pyarrow import parquet

    for split in ("train", "dev"):
        for path in sorted((folder / split).glob("*.parquet")):
            yield from ({"split": split, **row} for row in parquet.read_table(path).to_pylist())


def _links(folder: Path) -> Iterator[Record]:
    from pyarrow import parquet

    for path in sorted((folder / "links").glob("*.parquet")):
        table = parquet.read_table(path)
        languages = (table.schema.metadata or {}).get(b"pair", b"").decode()
        for row in table.to_pylist():
            yield {"languages": languages, **row, "links": [tuple(link) for link in row["links"]]}


def _metrics(folder: Path) -> Iterator[Record]:
    path = folder / "metrics.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        yield json.loads(line)


def _scores(folder: Path) -> Iterator[Record]:
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    for task, own in found["tasks"].items():
        for model, scores in own["models"].items():
            for language, score in scores["languages"].items():
                for number, value in enumerate(score["scores"]):
                    # Scores are in the order of the seeds; which numbers the seeds had is in the settings.
                    seed = {"task": task, "model": model, "language": language, "seed": number + 1}
                    yield {**seed, "metric": own.get("metric", ""), "score": value}


_READERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    "prepare": _pairs,
    "align-words": _links,
    "pretrain": _metrics,
    "eval": _scores,
}
