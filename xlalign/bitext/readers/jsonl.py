"""JSON lines: one object a line with both sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown


class JsonLinesReader(Reader):
    """Pairs of a JSON lines file; keys by name, those inside an object as `translation.en`.

    Default keys: those named like the languages, alone or in `translation`, or `source` and `target`.
    """

    text_column: ClassVar[bool] = True

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: a line is not an object with these keys, or a value is not text.
        """
        choices = wanted.choices()
        for number, line in enumerate(lines(path), 1):
            if line.strip():
                yield RawPair(number, *_texts(path, number, _object(path, number, line), choices))


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}:{number}: not JSON ({error})", "one complete object on each line") from None
    if not isinstance(value, dict):
        raise DataError(f"{path}:{number}: a JSON {type(value).__name__}, wanted an object")
    return value


def _texts(path: Path, number: int, value: dict[str, Any], choices: Sequence[Sequence[str]]) -> tuple[str, str]:
    for names in choices:
        texts = [_inside(value, name) for name in names]
        if all(isinstance(text, str) for text in texts):
            try:
                "".join(texts).encode()
            except UnicodeEncodeError:
                raise DataError(f"{path}:{number}: half of a surrogate pair, which is no character") from None
            return texts[0], texts[1]
    wanted = " and ".join(f"`{name}`" for name in choices[0])
    found = shown(", ".join(list(map(str, value))[:8]))[:300]
    raise DataError(f"{path}:{number}: no text under {wanted}; it has: {found}", 'say which: columns = ["KEY", "KEY"]')


def _inside(value: Any, name: str) -> Any:
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
