"""Two files of one language each, paired by their lines or by an id on each line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from xlalign.bitext.readers.archive import Place
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError


def parallel(source: Place, target: Place) -> Iterator[RawPair]:
    """Line n of one file with line n of the other.

    Raises:
        DataError: the files have different numbers of lines.
    """
    others = lines(target)
    number = 0
    for number, (one, other) in enumerate(zip_longest(lines(source), others), 1):
        if one is None or other is None:
            raise _unequal(source, target)
        yield RawPair(number, one, other)


def _unequal(source: Place, target: Place) -> DataError:
    counts = [sum(1 for _ in lines(path)) for path in (source, target)]
    message = f"{source} has {counts[0]:,} lines, {target} has {counts[1]:,}: line n must translate line n"
    return DataError(message, "export both again, splitting lines on \\n only; files with ids need join = true")


def joined(source: Place, target: Place) -> Iterator[RawPair]:
    """Lines `id<TAB>text` of two files that have the same id, in the order of the first file.

    Raises:
        DataError: a line without a tab, an id twice in one file, or no id in common.
    """
    texts = {key: text for _, key, text in _keyed(target)}
    found = 0
    for number, key, text in _keyed(source):
        if key in texts:
            found += 1
            yield RawPair(number, text, texts[key])
    if not found:
        raise DataError(f"{source} and {target} have no id in common", "the first column of both must hold the id")


def _keyed(path: Place) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    for number, line in enumerate(lines(path), 1):
        key, tab, text = line.partition("\t")
        if not line.strip():
            continue
        if not tab:
            raise DataError(f"{path}:{number}: no tab, wanted `id<TAB>text`", "without ids, leave out `join`")
        if key in seen:
            raise DataError(f"{path}:{number}: id `{key}` for the second time", "ids must be unique within a file")
        seen.add(key)
        yield number, key, text
