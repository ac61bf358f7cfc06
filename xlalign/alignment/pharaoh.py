"""Pharaoh lines: the links of one sentence pair as text.

0-0 1-2 2-1          sure links, zero-based, as fast_align, eflomal and awesome-align write them
1-1 2p3 3?3          gold files: `p` or `?` marks a possible link; many gold files count from one
0-0:0.981 1-2:0.5    with scores
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xlalign.errors import DataError, shown
from xlalign.types import Link

_TOKEN = re.compile(r"(?P<i>\d{1,9})(?P<kind>[-p?])(?P<j>\d{1,9})(?::(?P<score>\d*\.?\d+(?:[eE][-+]?\d+)?))?")


class PharaohLinks(NamedTuple):
    """A parsed line. `possible` holds every link, the sure ones too; all are sorted.

    `scores` has one number per possible link, 1.0 where the line gives none.
    """

    sure: tuple[Link, ...]
    possible: tuple[Link, ...]
    scores: tuple[float, ...]


def parse(line: str, base: int = 0, where: str = "links") -> PharaohLinks:
    """Read one line.

    Args:
        line: whitespace-separated links; may be empty.
        base: the number of the first word in the file, 0 or 1.
        where: how an error names the line ("gold.txt:17").

    Raises:
        DataError: a token is no link, or an index lies below `base`.
    """
    sure: set[Link] = set()
    scores: dict[Link, float] = {}
    for token in line.split():
        link, kind, score = _parse_token(token, base, where)
        scores[link] = max(score, scores.get(link, 0.0))
        if kind == "-":
            sure.add(link)
    possible = tuple(sorted(scores))
    return PharaohLinks(tuple(sorted(sure)), possible, tuple(scores[link] for link in possible))


def _parse_token(token: str, base: int, where: str) -> tuple[Link, str, float]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise DataError(
            f"{where}: `{shown(token[:80])}` is not a link", "write links as i-j (sure), ipj (possible) or i-j:score"
        )
    link = (int(match["i"]) - base, int(match["j"]) - base)
    if min(link) < 0:
        raise DataError(f"{where}: `{token}` has an index below {base}", "the file counts words from 0: use base 0")
    return link, match["kind"], float(match["score"] or 1.0)


def format(  # noqa: A001
    links: Iterable[Link],
    possible: Iterable[Link] = (),
    scores: Sequence[float] | None = None,
    base: int = 0,
) -> str:
    """Write one line, sorted.

    Args:
        links: the sure links.
        possible: further links to mark with `p`; those in `links` stay sure.
        scores: one number per link of `links`, written with three decimals; not together with `possible`.
        base: the number of the first word in the file, 0 or 1.
    """
    if scores is not None:
        rows = sorted(zip(links, scores, strict=True))
        return " ".join(f"{i + base}-{j + base}:{score:.3f}" for (i, j), score in rows)
    sure = set(links)
    marks = sorted((i, j, "-" if (i, j) in sure else "p") for i, j in sure.union(possible))
    return " ".join(f"{i + base}{mark}{j + base}" for i, j, mark in marks)
