"""Gold standards: word-tokenised pairs with hand-made links, in the formats in which they are published.

    text.src-tgt + text.gold    `source ||| target` lines and Pharaoh lines (awesome-align); 0- or 1-based, detected
    set.tsv                     source TAB target TAB links (XL-WA)
    set.parquet                 a file of a bitext artifact's gold/ folder
    text + links.wpt            links as `id source target [S|P]`, one a line, 1-based (WPT, XLM-Align); ids may
                                have gaps and are mapped by order of appearance

Files may be compressed (.gz, .bz2, .xz, .zst).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xlalign.alignment import aer, pharaoh
from xlalign.alignment.settings import parse_files
from xlalign.bitext.readers.lines import lines as read_lines
from xlalign.bitext.readers.parquet import DAMAGE
from xlalign.errors import DataError, shown
from xlalign.types import Link, WordPair

_COLUMNS = ("source_words", "target_words", "sure", "possible")


class GoldSet(NamedTuple):
    """Word pairs and their zero-based gold links, in the same order.

    `base` is what the file counted from, detected or given; `notes` are warnings for the reader.
    """

    name: str
    pairs: list[WordPair]
    sure: list[tuple[Link, ...]]
    possible: list[tuple[Link, ...]]
    base: int
    notes: tuple[str, ...] = ()

    def score(self, predicted: Sequence[Sequence[Link]]) -> aer.AerScore:
        """AER of one hypothesis per pair, with the notes of the file and a warning about a wrong base."""
        result = aer.score(predicted, self.sure, self.possible)
        return result._replace(notes=self.notes + aer.suspect_base(predicted, self.sure, self.possible))


def read(text: Path, links: Path | None = None, base: int | None = None) -> GoldSet:
    """Read a gold standard.

    Args:
        text: the sentence pairs, or pairs and links in one file.
        links: the links, where they are a file of their own; by default the file beside `text` whose name has
            `.gold` instead of `.src-tgt`.
        base: 0 or 1, the number of the first word; detected when None.

    Raises:
        DataError: a file is missing or malformed, line counts differ, or indices are out of range.
    """
    if text.suffix == ".parquet":
        return _from_parquet(text)
    rows = list(read_lines(text))
    if links is None and rows and rows[0].count("\t") == 2:
        columns = [_columns(row, f"{text}:{number}") for number, row in enumerate(rows, 1)]
        return _build(text.name, [(s.split(), t.split()) for s, t, _ in columns], [c[2] for c in columns], text, base)
    source = links or _sibling(text)
    pairs = [_pair(row, f"{text}:{number}") for number, row in enumerate(rows, 1)]
    gold = list(read_lines(source))
    if _is_wpt(gold):
        gold, base = _from_wpt(gold, source), 1
    return _build(text.name, pairs, gold, source, base)


def read_spec(text: str) -> tuple[str, GoldSet]:
    """Read `SOURCE-TARGET=TEXT[,LINKS]`, as the command line writes a gold standard.

    Returns:
        "<source>-<target>" and the gold standard.

    Raises:
        UserError: the languages or the text are missing.
        DataError: as `read`.
    """
    pair, (path, *links) = parse_files(text)
    return pair, read(path, links[0] if links else None)


def _build(name: str, pairs: list[WordPair], lines: list[str], path: Path, base: int | None) -> GoldSet:
    if len(pairs) != len(lines):
        raise DataError(f"{path}: {len(lines)} lines of links for {len(pairs)} sentence pairs", "one line per pair")
    parsed = [pharaoh.parse(line, 0, f"{path}:{number}") for number, line in enumerate(lines, 1)]
    lengths = [(len(source), len(target)) for source, target in pairs]
    possible = [links.possible for links in parsed]
    if base is None:
        base = aer.detect_base(possible, lengths)
    possible = aer.shift(possible, -base)
    notes = aer.check_range(possible, lengths, base)
    return GoldSet(name, pairs, aer.shift([links.sure for links in parsed], -base), possible, base, notes)


def _from_parquet(path: Path) -> GoldSet:
    from pyarrow import ArrowException, parquet

    try:
        rows = parquet.read_table(path, columns=list(_COLUMNS)).to_pylist()
        pairs = [(list(map(str, row["source_words"])), list(map(str, row["target_words"]))) for row in rows]
        sure = [_links(row["sure"]) for row in rows]
        possible = [tuple(sorted({*links, *_links(row["possible"])})) for links, row in zip(sure, rows, strict=True)]
    except (ArrowException, OSError, *DAMAGE) as error:
        said = shown(str(error))[:300]
        raise DataError(f"{path}: cannot be read: {said}", "give a gold file of a bitext artifact") from error
    notes = aer.check_range(possible, [(len(source), len(target)) for source, target in pairs], 0)
    return GoldSet(path.stem, pairs, sure, possible, 0, notes)


def _links(pairs: Sequence[Sequence[int]]) -> tuple[Link, ...]:
    return tuple((int(i), int(j)) for i, j in pairs)


def _columns(row: str, where: str) -> list[str]:
    columns = row.split("\t")
    if len(columns) != 3:
        raise DataError(f"{where}: {len(columns)} columns", "wanted: source TAB target TAB links")
    return columns


def _pair(row: str, where: str) -> WordPair:
    sides = row.split("|||")
    if len(sides) != 2:
        raise DataError(f"{where}: not `source ||| target`", "write one tokenised pair a line with ||| between")
    return sides[0].split(), sides[1].split()


def _is_wpt(rows: Sequence[str]) -> bool:
    return bool(rows) and rows[0].count("-") == 0 and len(rows[0].split()) in (3, 4)


def _from_wpt(rows: Sequence[str], path: Path) -> list[str]:
    by_id: dict[str, list[str]] = {}
    for number, row in enumerate(rows, 1):
        match row.split():
            case [identity, i, j]:
                mark = "S"
            case [identity, i, j, ("S" | "P") as mark]:
                pass
            case _:
                raise DataError(f"{path}:{number}: `{shown(row[:80])}` is not `id source target [S|P]`")
        by_id.setdefault(identity, []).append(f"{i}{'-' if mark == 'S' else 'p'}{j}")
    return [" ".join(links) for links in by_id.values()]


def _sibling(text: Path) -> Path:
    """The file of links beside `x.src-tgt[.xz]`: `x.gold[.xz]`, compressed or not."""
    stem = text.name.split(".src-tgt")[0]
    found = sorted(text.parent.glob(f"{stem}.gold*")) if ".src-tgt" in text.name else []
    if not found:
        raise DataError(f"{text}: no gold links in the file or beside it", "give the file of links too: TEXT,LINKS")
    return found[0]
