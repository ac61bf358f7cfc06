"""The bitext artifact on disk: pairs, monolingual text and gold links in Parquet, and a readable Moses export.

    train/00000.parquet, dev/00000.parquet   one row per `Pair`
    mono/<lang>.parquet                      one document per row
    gold/<src>-<tgt>.parquet                 gold word links
    moses/<split>.<src>-<tgt>.<lang>         plain text, one sentence per line

The bytes depend on the rows alone: schema, shard size, row groups and compression level are fixed. A language code
never contains "-", which separates the two languages of a pair in file names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xlalign.errors import DataError
from xlalign.types import Link, Pair

T = TypeVar("T")
SPLITS = ("train", "dev")
GROUP_ROWS = 10_000

_LINKS = pa.list_(pa.list_(pa.int32()))
PAIR_SCHEMA = pa.schema([(name, pa.string()) for name in Pair._fields])
MONO_SCHEMA = pa.schema([("text", pa.string())])
GOLD_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source_words", pa.list_(pa.string())),
        ("target_words", pa.list_(pa.string())),
        ("sure", _LINKS),
        ("possible", _LINKS),
    ]
)


class GoldPair(NamedTuple):
    """The gold links of one pair; `possible` includes `sure`."""

    id: str
    source_words: list[str]
    target_words: list[str]
    sure: tuple[Link, ...]
    possible: tuple[Link, ...]


def pair_id(source: str, target: str, source_lang: str, target_lang: str) -> str:
    """The identity of a pair: 32 hexadecimal digits of a hash of its texts and languages."""
    return next(pair_digests([source.encode()], [target.encode()], source_lang, target_lang)).hex()


def pair_digests(
    sources: Sequence[bytes], targets: Sequence[bytes], source_lang: str, target_lang: str
) -> Iterator[bytes]:
    """The ids of many pairs of UTF-8 texts as 16 bytes each."""
    head = f"{source_lang}\0{target_lang}\0".encode()
    for source, target in zip(sources, targets, strict=True):
        yield blake2b(b"%b%b\0%b" % (head, source, target), digest_size=16).digest()


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Consecutive lists of `size` items; the last one may be shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def write_pairs(folder: Path, pairs: Iterable[Pair], shard_rows: int = 100_000) -> int:
    """Write pairs in order as zstd Parquet shards; an empty corpus is one empty shard.

    Args:
        folder: receives `00000.parquet`, `00001.parquet`, ...
        pairs: any number of rows; one row group of them is in memory at a time.
        shard_rows: rows in a file.

    Returns:
        The number of pairs written.
    """
    tables = (pa.table(list(zip(*rows, strict=True)), schema=PAIR_SCHEMA) for rows in chunks(pairs, GROUP_ROWS))
    return write_tables(folder, tables, shard_rows)


def write_tables(folder: Path, tables: Iterable[pa.Table], shard_rows: int = 100_000) -> int:
    """Like `write_pairs`, for tables of the pair schema; how the rows are cut into tables does not matter."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for number, shard in enumerate(_shards(tables, shard_rows)):
        with parquet_writer(folder / f"{number:05d}.parquet", PAIR_SCHEMA) as writer:
            for table in _groups(shard):
                writer.write_table(table)
                total += table.num_rows
    return total


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of `GROUP_ROWS`, and what is left."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        while sum(part.num_rows for part in waiting) >= GROUP_ROWS:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, GROUP_ROWS).combine_chunks()
            waiting = [joined.slice(GROUP_ROWS)]
    if sum(part.num_rows for part in waiting):
        yield pa.concat_tables(waiting).combine_chunks()


def _shards(tables: Iterable[pa.Table], shard_rows: int) -> Iterator[Iterator[pa.Table]]:
    rest = (table for table in tables if table.num_rows)
    following = next(rest, None)
    if following is None:
        yield iter(())

    def shard() -> Iterator[pa.Table]:
        nonlocal following
        room = shard_rows
        while following is not None and room > 0:
            head, tail = following.slice(0, room), following.slice(room)
            room -= head.num_rows
            following = tail if tail.num_rows else next(rest, None)
            yield head

    # Each shard takes what it has room for from the table that the last one left: with 4 rows a shard, tables of 3 and
    # 6 rows become shards of 3 + 1, 4 and 1 rows. A shard must be read before the next one is asked for.
    while following is not None:
        yield shard()


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A Parquet writer whose bytes are stable (zstd level 3, no statistics that depend on the machine)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    repetitive = [name for name in schema.names if name in ("source_lang", "target_lang", "corpus")]
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, use_dictionary=repetitive)


def read_pairs(folder: Path) -> Iterator[Pair]:
    """The pairs of a split folder (`<artifact>/train`) in order, a few thousand in memory at a time."""
    for batch in _batches(folder, list(Pair._fields)):
        yield from map(Pair._make, zip(*(column.to_pylist() for column in batch.columns), strict=True))


def language_pairs(folder: Path) -> list[tuple[str, str]]:
    """The distinct (source, target) languages of a split folder, sorted."""
    found: set[tuple[str, str]] = set()
    for batch in _batches(folder, ["source_lang", "target_lang"]):
        table = pa.Table.from_batches([batch]).group_by(["source_lang", "target_lang"]).aggregate([])
        found.update(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return sorted(found)


def count_pairs(folder: Path) -> int:
    """The number of pairs in a split folder, from the file footers."""
    return sum(pq.read_metadata(path).num_rows for path in _shard_files(folder))


def _batches(folder: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    for path in _shard_files(folder):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=GROUP_ROWS, columns=columns)


def _shard_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise DataError(f"{folder}: no Parquet shards of pairs here", "run `xlalign prepare` to make a bitext")
    return files


def write_mono(artifact: Path, lang: str, texts: Iterable[str]) -> int:
    """Write monolingual documents of one language; returns their number."""
    count = 0
    with parquet_writer(artifact / "mono" / f"{lang}.parquet", MONO_SCHEMA) as writer:
        for rows in chunks(texts, GROUP_ROWS):
            writer.write_table(pa.table([rows], schema=MONO_SCHEMA))
            count += len(rows)
    return count


def read_mono(artifact: Path, lang: str) -> Iterator[str]:
    """The monolingual documents of one language, in order.

    Raises:
        DataError: the artifact has no text in that language.
    """
    path = artifact / "mono" / f"{lang}.parquet"
    if not path.exists():
        known = ", ".join(mono_languages(artifact)) or "none"
        raise DataError(f"{artifact}: no monolingual text for `{lang}`; has: {known}", "add it to `mono` in [prepare]")
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=GROUP_ROWS):
            yield from batch.column("text").to_pylist()


def mono_languages(artifact: Path) -> list[str]:
    """The languages that have monolingual text, sorted."""
    return sorted(path.stem for path in (artifact / "mono").glob("*.parquet"))


def write_gold(artifact: Path, src: str, tgt: str, rows: Iterable[GoldPair]) -> int:
    """Write the gold links of one language pair; returns the number of pairs."""
    count = 0
    with parquet_writer(artifact / "gold" / f"{src}-{tgt}.parquet", GOLD_SCHEMA) as writer:
        for chunk in chunks(rows, GROUP_ROWS):
            writer.write_table(pa.table(list(zip(*chunk, strict=True)), schema=GOLD_SCHEMA))
            count += len(chunk)
    return count


def read_gold(artifact: Path) -> dict[tuple[str, str], list[GoldPair]]:
    """All gold links of an artifact by (source, target) language; empty when it has none."""
    gold = {}
    for path in sorted((artifact / "gold").glob("*.parquet")):
        source, _, target = path.stem.partition("-")
        gold[source, target] = [_gold_pair(row) for row in pq.read_table(path).to_pylist()]
    return gold


def _gold_pair(row: dict[str, list[list[int]]]) -> GoldPair:
    sure, possible = (tuple((i, j) for i, j in row[name]) for name in ("sure", "possible"))
    return GoldPair(row["id"], row["source_words"], row["target_words"], sure, possible)  # type: ignore[arg-type]


def export_moses(artifact: Path) -> None:
    """Write `moses/<split>.<src>-<tgt>.<lang>` beside the shards, line-parallel, split on "\\n" only."""
    for split in SPLITS:
        if (artifact / split).exists():
            with ExitStack() as stack:
                _export_split(artifact, split, stack)


def _export_split(artifact: Path, split: str, stack: ExitStack) -> None:
    files: dict[tuple[str, str], tuple[BinaryIO, BinaryIO]] = {}
    for batch in _batches(artifact / split, ["source", "target", "source_lang", "target_lang"]):
        for pair, rows in _by_languages(batch):
            if pair not in files:
                files[pair] = _moses_files(artifact / "moses", split, pair, stack)
            for file, name in zip(files[pair], ("source", "target"), strict=True):
                _write_lines(file, rows.column(name))


def _by_languages(batch: pa.RecordBatch) -> Iterator[tuple[tuple[str, str], pa.RecordBatch]]:
    """Consecutive rows of one language pair."""
    source, target = batch.column("source_lang"), batch.column("target_lang")
    start = 0
    while start < len(batch):
        pair = source[start].as_py(), target[start].as_py()
        same = pc.and_(pc.equal(source[start:], pair[0]), pc.equal(target[start:], pair[1]))
        length = same.index(pa.scalar(value=False)).as_py()
        end = len(batch) if length < 0 else start + length
        yield pair, batch.slice(start, end - start)
        start = end


def _moses_files(folder: Path, split: str, pair: tuple[str, str], stack: ExitStack) -> tuple[BinaryIO, BinaryIO]:
    folder.mkdir(exist_ok=True)
    paths = (folder / f"{split}.{'-'.join(pair)}.{lang}" for lang in pair)
    source, target = (stack.enter_context(path.open("wb")) for path in paths)
    return source, target


def _write_lines(file: BinaryIO, texts: pa.StringArray) -> None:
    """Write the texts as Arrow has them, in UTF-8, without making Python strings of them."""
    ended = pc.binary_join_element_wise(texts, "", "\n")
    text = ended.buffers()[2].to_pybytes()
    if text.count(b"\n") != len(texts):
        raise DataError(f"{file.name}: a sentence holds a line break, which Moses text cannot")
    file.write(text)
