"""What is wanted from a file of pairs."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """The two languages, and the columns that hold them: numbers from 1, or names; empty: the reader's default."""

    languages: tuple[str, str]
    columns: tuple[int | str, ...] = ()
