"""The alignments artifact on disk.

links/00000.parquet          id, source_words, target_words, links, scores; languages in the file's metadata
gold/<name>.parquet          the same for gold pairs, with sure and possible links
pharaoh/<src>-<tgt>.txt      one line per pair, in the order of the bitext
lexicon/<src>-<tgt>.tsv      see `lexicon`
muse/<src>-<tgt>.txt         the best translations of the lexicon as a MUSE dictionary
models/<src>-<tgt>.npz       the trained aligner, for new text; its suffix is the aligner's
scores.json                  AER per gold set;  report.json: counts per language pair
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from xlalign.alignment.aer import score
from xlalign.bitext.corpus import GoldPair
from xlalign.types import Alignment, WordPair

GROUP_ROWS = 5_000
_WORDS = pa.list_(pa.string())
_LINKS = pa.list_(pa.list_(pa.int32()))
WORDS = [("id", pa.string()), ("source_words", _WORDS), ("target_words", _WORDS)]
LINKS = [*WORDS, ("links", _LINKS), ("scores", pa.list_(pa.float32()))]
GOLD = [*LINKS, ("sure", _LINKS), ("possible", _LINKS)]


class AlignedRow(NamedTuple):
    """A pair and its links."""

    id: str
    pair: WordPair
    alignment: Alignment


def write_table(path: Path, columns: list[tuple[str, pa.DataType]], rows: Iterable[tuple[Any, ...]], pair: str) -> int:
    """Write rows of `columns` at once or not at all (a rename); returns their number.

    Args:
        path: the file to write.
        columns: names and types.
        rows: read once, a row group of them in memory at a time.
        pair: "<source>-<target>" language, kept in the metadata.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    schema = pa.schema(columns, metadata={"pair": pair})
    rows, count = iter(rows), 0
    with pq.ParquetWriter(part, schema, compression="zstd", compression_level=3) as writer:
        while group := list(islice(rows, GROUP_ROWS)):
            writer.write_table(pa.table(list(zip(*group, strict=True)), schema=schema))
            count += len(group)
    part.replace(path)
    return count


def read_words(path: Path) -> Iterator[tuple[str, WordPair]]:
    """Id and words of every row of a file, in order."""
    for batch in _batches(path, ["id", "source_words", "target_words"]):
        for identity, source, target in zip(*batch, strict=True):
            yield identity, (source, target)


def read_ids(path: Path) -> Iterator[str]:
    """Id of every row of a file, in order."""
    for batch in _batches(path, ["id"]):
        yield from batch[0]


def read_links(artifact: Path) -> Iterator[AlignedRow]:
    """All aligned pairs of an alignments artifact, in order."""
    return chain.from_iterable(map(read_rows, link_files(artifact)))


def link_files(artifact: Path) -> list[Path]:
    """The files of links, in order."""
    return sorted((artifact / "links").glob("*.parquet"))


def language_pair(path: Path) -> str:
    """The "<source>-<target>" of a file of links."""
    return (pq.read_schema(path).metadata or {}).get(b"pair", b"").decode()


def read_rows(path: Path) -> Iterator[AlignedRow]:
    """The aligned pairs of one file."""
    for batch in _batches(path, ["id", "source_words", "target_words", "links", "scores"]):
        for identity, source, target, links, scores in zip(*batch, strict=True):
            yield AlignedRow(identity, (source, target), Alignment(tuple(map(tuple, links)), tuple(scores)))


def _batches(path: Path, columns: list[str]) -> Iterator[list[list[Any]]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=GROUP_ROWS, columns=columns):
            yield [column.to_pylist() for column in batch.columns]


def link_row(identity: str, pair: WordPair, alignment: Alignment) -> tuple[Any, ...]:
    """A row of LINKS."""
    return identity, *pair, [list(link) for link in alignment.links], list(alignment.scores)


def gold_row(row: GoldPair, alignment: Alignment) -> tuple[Any, ...]:
    """A row of GOLD."""
    links = ([list(link) for link in part] for part in (row.sure, row.possible))
    return *link_row(row.id, (row.source_words, row.target_words), alignment), *links


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with sorted keys."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def scored_pairs(artifact: Path, limit: int) -> list[dict[str, Any]]:
    """The gold pairs of an alignments artifact with the highest AER, worst first, at most `limit` per gold set.

    Each has source_lang, target_lang, source_words, target_words, sure, possible, predicted and scores.
    """
    rows: list[dict[str, Any]] = []
    for path in sorted((artifact / "gold").glob("*.parquet")):
        source, _, target = language_pair(path).partition("-")
        found = pq.read_table(path).to_pylist()
        ranked = sorted(found, key=lambda row: -score([_links(row, "links")], [_links(row, "sure")], [[]]).aer)
        rows += [_scored(row, source, target) for row in ranked[:limit]]
    return rows


def _scored(row: dict[str, Any], source: str, target: str) -> dict[str, Any]:
    return {
        "source_lang": source,
        "target_lang": target,
        "source_words": tuple(row["source_words"]),
        "target_words": tuple(row["target_words"]),
        "sure": _links(row, "sure"),
        "possible": _links(row, "possible"),
        "predicted": _links(row, "links"),
        "scores": tuple(row["scores"]),
    }


def _links(row: dict[str, Any], name: str) -> tuple[tuple[int, int], ...]:
    return tuple((i, j) for i, j in row[name])
