"""One set of links from two directions: the heuristics of Och and Ney (2003) and Koehn et al. (2003).

The two directional alignments are given in the same orientation, as (source, target). `final` steps look at the
forward links first. Points are visited in sorted order, as the `atools` program of fast_align does, so that the
outputs agree link for link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Literal, get_args

from xlalign.errors import unknown_name
from xlalign.types import Link

Heuristic = Literal["intersect", "union", "grow-diag", "grow-diag-final", "grow-diag-final-and"]
HEURISTICS: tuple[Heuristic, ...] = get_args(Heuristic)

_NEIGHBOURS = [step for step in product((-1, 0, 1), repeat=2) if step != (0, 0)]


def symmetrize(forward: Iterable[Link], reverse: Iterable[Link], heuristic: Heuristic) -> tuple[Link, ...]:
    """Combine two directional alignments of one pair.

    Args:
        forward: links (source, target) of the source-to-target model.
        reverse: links (source, target) of the target-to-source model.
        heuristic: `intersect`; `union`; `grow-diag`: from the intersection, add links of the union that touch an
            accepted link (diagonals too) and link a word without a link, until nothing changes; `-final`: then
            those directional links with at least one unlinked word; `-final-and`: with both words unlinked.

    Returns:
        Sorted links.

    Raises:
        UserError: the heuristic is unknown.
    """
    first, second = set(forward), set(reverse)
    if heuristic == "intersect":
        return tuple(sorted(first & second))
    if heuristic == "union":
        return tuple(sorted(first | second))
    if heuristic not in HEURISTICS:
        raise unknown_name("symmetrisation heuristic", heuristic, HEURISTICS)
    grown = _Grown(first & second)
    grown.grow_diagonal(first | second)
    if heuristic != "grow-diag":
        accept = grown.either_is_free if heuristic == "grow-diag-final" else grown.both_are_free
        grown.add(first, accept)
        grown.add(second, accept)
    return tuple(sorted(grown.links))


class _Grown:
    """A growing set of links that knows which words have one."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.links = set(links)
        self.sources = {i for i, _ in self.links}
        self.targets = {j for _, j in self.links}

    def either_is_free(self, link: Link) -> bool:
        return link[0] not in self.sources or link[1] not in self.targets

    def both_are_free(self, link: Link) -> bool:
        return link[0] not in self.sources and link[1] not in self.targets

    def touches(self, link: Link) -> bool:
        i, j = link
        return any((i + di, j + dj) in self.links for di, dj in _NEIGHBOURS)

    def add(self, candidates: Iterable[Link], accept: Callable[[Link], bool]) -> list[Link]:
        """Visit the candidates in order, add the accepted ones; returns those left over."""
        left = []
        for link in sorted(candidates):
            if link in self.links:
                continue
            if accept(link):
                self.links.add(link)
                self.sources.add(link[0])
                self.targets.add(link[1])
            else:
                left.append(link)
        return left

    def grow_diagonal(self, union: set[Link]) -> None:
        pending = sorted(union - self.links)
        while pending:
            left = self.add(pending, lambda link: self.either_is_free(link) and self.touches(link))
            if len(left) == len(pending):
                return
            pending = left
