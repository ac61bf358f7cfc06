"""A sentence pair as a matrix in the terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from xlalign.errors import UserError
from xlalign.types import Alignment, Link, WordPair

if TYPE_CHECKING:
    from rich.console import Group

SURE, POSSIBLE, NONE = "■", "□", "·"
"""A link; a gold link that was not found; no link."""


def parse_pair(text: str) -> WordPair:
    """`source ||| target`, tokenised, as words.

    Raises:
        UserError: there is no `|||`, or a side is empty.
    """
    source, bar, target = text.partition("|||")
    if not (bar and source.split() and target.split()):
        raise UserError(f"`{text[:60]}` is not a sentence pair", 'write it as "source words ||| target words"')
    return source.split(), target.split()


def matrix(pair: WordPair, alignment: Alignment, gold: Collection[Link] | None = None) -> Group:
    """Source words as rows, target words as numbered columns, the list of links below.

    A filled square is a link, brighter with its score. With `gold`, wrong links are red and missed ones hollow.
    Target words are listed by number, so that any script reads in its own direction and columns stay narrow.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    source, target = pair
    scores = dict(zip(alignment.links, alignment.scores, strict=True))
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 0, 0, 1))
    table.add_column("", justify="right", no_wrap=True)
    for j in range(len(target)):
        table.add_column(str(j), justify="right", no_wrap=True)
    for i, word in enumerate(source):
        cells = [_cell((i, j), scores, gold) for j in range(len(target))]
        table.add_row(Text(f"{word} {i}"), *(Text(mark, style) for mark, style in cells))
    legend = Text("  ".join(f"{j} {word}" for j, word in enumerate(target)))
    links = Text("  ".join(_described(link, score, pair) for link, score in scores.items()), style="dim")
    return Group(table, Text(), legend, Text(), links)


def _cell(link: Link, scores: dict[Link, float], gold: Collection[Link] | None) -> tuple[str, str]:
    if link not in scores:
        return (POSSIBLE, "yellow") if gold is not None and link in gold else (NONE, "dim")
    if gold is not None and link not in gold:
        return SURE, "red"
    return SURE, "bold green" if scores[link] >= 0.5 else "green"


def _described(link: Link, score: float, pair: WordPair) -> str:
    return f"{pair[0][link[0]]}–{pair[1][link[1]]} {score:.2f}"


def plain(pair: WordPair, alignment: Alignment) -> Sequence[str]:
    """The links as lines for a machine: `i-j TAB source word TAB target word TAB score`."""
    return [
        f"{i}-{j}\t{pair[0][i]}\t{pair[1][j]}\t{score:.4f}"
        for (i, j), score in zip(alignment.links, alignment.scores, strict=True)
    ]
