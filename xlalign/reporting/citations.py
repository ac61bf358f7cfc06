"""Who to cite: the papers of presets, tasks and data of a run, each with what it is cited for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xlalign.reporting.data import Citation
from xlalign.reporting.format import visible


def merged(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each text once, with everything that it is cited for, in order of appearance."""
    found: dict[str, list[str]] = {}
    for citation in citations:
        if citation.text.strip():
            found.setdefault(citation.text.strip(), []).append(citation.of)
    return tuple(Citation(of=", ".join(dict.fromkeys(uses)), text=text) for text, uses in found.items())


def bibliography(citations: Sequence[Citation]) -> str:
    """The citations as a .bib file: BibTeX entries as they are, other text in a `@misc` that keeps it word by word."""
    keys: dict[str, int] = {}
    return "\n\n".join(_entry(citation, keys) for citation in citations) + ("\n" if citations else "")


def is_bibtex(text: str) -> bool:
    """Whether a citation is a BibTeX entry already."""
    return re.match(r"\s*@\w+\s*\{", text) is not None


def _entry(citation: Citation, keys: dict[str, int]) -> str:
    if is_bibtex(citation.text):
        return citation.text.strip()
    year = re.search(r"\b(?:19|20)\d\d\b", citation.text)
    first = re.match(r"\W*([^\W\d_]+)", citation.text)
    stem = (first.group(1).lower() if first else "source") + (year.group() if year else "")
    # Two papers of Conneau 2020 are conneau2020 and conneau2020b.
    keys[stem] = keys.get(stem, 0) + 1
    key = stem if keys[stem] == 1 else f"{stem}{chr(ord('a') + min(keys[stem], 26) - 1)}"
    fields = {"howpublished": citation.text, "year": year.group() if year else "", "note": f"Cited for {citation.of}"}
    lines = [f"  {name} = {{{_plain(value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _plain(text: str) -> str:
    """Text inside the braces of a BibTeX field."""
    flat = visible(" ".join(text.split()))
    return re.sub(r"([%&#$_])", r"\\\1", re.sub(r"[{}\\]", "", flat))
