"""What the user gives for one language pair: `SOURCE-TARGET=FILE[,FILE]`, as options and settings write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from xlalign.errors import UserError


class Given(NamedTuple):
    """Languages as "<source>-<target>", and the files for them."""

    pair: str
    paths: tuple[Path, ...]


def parse(text: str) -> Given:
    """Read one entry.

    Raises:
        UserError: the languages or the file are missing.
    """
    pair, _, paths = text.partition("=")
    first, *rest = paths.split(",")
    if pair.count("-") != 1 or not first:
        raise UserError(f"`{text}`: languages or file missing", "write SOURCE-TARGET=FILE, as in en-fr=words.txt")
    return Given(pair, (Path(first), *map(Path, rest)))


def files_of(entries: Iterable[str], pair: str) -> Iterator[Path]:
    """The first file of every entry for a language pair."""
    return (found.paths[0] for found in map(parse, entries) if found.pair == pair)
