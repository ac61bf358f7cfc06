"""What people and other tools read of an alignments artifact: Pharaoh lines, lexicons, MUSE dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from xlalign.alignment import files, lexicon, pharaoh
from xlalign.alignment.settings import AlignSettings, first_files
from xlalign.progress import track
from xlalign.types import Alignment


def write_readable(out: Path, pairs: Sequence[str], settings: AlignSettings) -> dict[str, dict[str, Any]]:
    """Write the Pharaoh lines and lexicons that follow from `out`/links.

    Args:
        out: the artifact.
        pairs: "<source>-<target>" of every language pair.
        settings: the form of the lines, the filters of the lexicon, the dictionaries to check it against.

    Returns:
        Numbers of pairs, links, pairs without links and lexicon entries per language pair; precision at 1 against
        each dictionary.
    """
    (out / "pharaoh").mkdir(parents=True, exist_ok=True)
    return {pair: _write_pair(out, pair, settings) for pair in pairs}


def _write_pair(out: Path, pair: str, settings: AlignSettings) -> dict[str, Any]:
    found = (path for path in files.link_files(out) if files.language_pair(path) == pair)
    counter, counts = lexicon.LexiconCounter(), {"pairs": 0, "links": 0, "without_links": 0}
    with (out / "pharaoh" / f"{pair}.txt").open("w", encoding="utf-8", newline="\n") as file:
        for row in track(chain.from_iterable(map(files.read_rows, found)), f"lexicon {pair}", unit="pairs"):
            file.write(line(row.alignment, settings) + "\n")
            counter.add(row.pair, row.alignment)
            counts["pairs"] += 1
            counts["links"] += len(row.alignment.links)
            counts["without_links"] += not row.alignment.links
    entries = counter.entries(settings.lexicon_min_count, settings.lexicon_min_probability)
    lexicon.write(out / "lexicon" / f"{pair}.tsv", entries)
    lexicon.write_muse(out / "muse" / f"{pair}.txt", entries, settings.muse_translations)
    checks = {path.name: _check(entries, path) for path in first_files(settings.dictionaries, pair)}
    return {**counts, "lexicon": len(entries), **({"dictionaries": checks} if checks else {})}


def line(alignment: Alignment, settings: AlignSettings) -> str:
    """The Pharaoh line of a pair, in the form that the settings ask for."""
    if settings.pharaoh == "scores":
        return pharaoh.format(alignment.links, scores=alignment.scores)
    if settings.pharaoh == "links":
        return pharaoh.format(alignment.links)
    scored = zip(alignment.links, alignment.scores, strict=True)
    return pharaoh.format([link for link, score in scored if score >= settings.sure_from], alignment.links)


def _check(entries: Sequence[lexicon.Entry], dictionary: Path) -> dict[str, float]:
    return lexicon.precision_at_1(entries, lexicon.read_any(dictionary))._asdict()
