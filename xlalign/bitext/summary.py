"""What happened to the data, for people: a row for each corpus, and what looks wrong. Both are read from report.json,
so that a bitext from the cache says the same as one that was just made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from xlalign.bitext import languages
from xlalign.bitext.identify import identifier
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.errors import shown

LARGEST = 3
"""Reasons for dropping pairs that a row names; the others are added up."""

LOOKED_AT = 300
"""Pairs of a corpus that are asked whether its sides are swapped."""

MIN_LETTERS = 20
MIN_JUDGED = 10


class CorpusRow(NamedTuple):
    """One corpus in one language pair.

    Attributes:
        corpus, languages: which (`Books-v1`, `en-de`).
        read, kept: pairs (documents, for monolingual text).
        removed: the filters that removed most, with their counts, most first; at most `LARGEST`.
        others: removed by all other filters together.
    """

    corpus: str
    languages: str
    read: int
    kept: int
    removed: tuple[tuple[str, int], ...]
    others: int


def rows(report: Mapping[str, Any]) -> list[CorpusRow]:
    """A row for each corpus and language pair, and one of their sum where there are several.

    Args:
        report: the content of report.json.
    """
    found = [_row(entry) for entry in report["corpora"]]
    if len(found) > 1:
        total = {name: report[name] for name in ("read", "kept", "dropped")}
        found.append(_row({"corpus": "all", "languages": [], **total}))
    return found


def _row(entry: Mapping[str, Any]) -> CorpusRow:
    dropped = list(entry["dropped"].items())  # most first, as report.json has them
    others = sum(count for _, count in dropped[LARGEST:])
    pair = "-".join(entry["languages"])
    return CorpusRow(shown(entry["corpus"]), pair, entry["read"], entry["kept"], tuple(dropped[:LARGEST]), others)


def warnings(report: Mapping[str, Any]) -> list[str]:
    """What a user should look at, one sentence each; empty where nothing is strange.

    Args:
        report: the content of report.json.
    """
    return [
        *_missing(report.get("sources", ())),
        *(text for entry in report["corpora"] for text in _strange(entry, report)),
    ]


def _missing(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for source in sources:
        if source["missing"]:
            lacking = ", ".join(source["missing"])
            yield f"{shown(source['uri'])} has no {lacking}: is a file missing, or called otherwise (see `names`)?"


def _strange(entry: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[str]:
    where = f"{shown(entry['corpus'])} {'-'.join(entry['languages'])}"
    if entry.get("swapped"):
        yield f"{where}: {swap_hint(tuple(entry['languages']))}"
        return  # the filters that removed most did so for this reason
    for name, count in entry["dropped"].items():
        if 2 * count > entry["read"] and name in report["filters"]:
            unit = report["filters"][name]["unit"]
            said = f"the filter `{name}` ({unit}) removed {count:,} of {entry['read']:,} pairs"
            yield f"{where}: {said}; look at its samples in report.json, and set [prepare.filters.{name}]"
        elif 2 * count > entry["read"]:
            yield f"{where}: {count:,} of {entry['read']:,} pairs are dropped as {name}"


def swap_hint(pair: tuple[str, ...]) -> str:
    """What to do when the sides of a corpus are the other way round."""
    source, target = pair
    stated = f'languages = ["{target}", "{source}"]'
    return f"the sides look swapped: write {stated} for this source, in the order of its columns"


def looks_swapped(pairs: Sequence[RawPair], pair: LanguagePair) -> bool:
    """Whether most sources are rather in the target language, and their targets in the source language.

    Only the first pairs are looked at, and of these such as are long enough to be judged. Where an identifier knows
    either language not, or both are the same to it, nothing is said.
    """
    codes = tuple(languages.get(lang).code for lang in pair)
    known = identifier((codes[0], codes[1]))
    if codes[0] == codes[1] or not set(codes) <= set(known.languages):
        return False
    judged = [row for row in pairs[:LOOKED_AT] if min(len(row.source), len(row.target)) >= MIN_LETTERS]
    if len(judged) < MIN_JUDGED:
        return False
    own, other = (known.languages.index(code) for code in codes)
    sources = known.probabilities([row.source for row in judged])
    targets = known.probabilities([row.target for row in judged])
    swapped = (sources[:, other] > sources[:, own]) & (targets[:, own] > targets[:, other])
    return bool(np.mean(swapped) > 0.5)
