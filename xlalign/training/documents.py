"""Monolingual text: the documents of a bitext, and a document cut in two at a sentence end."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from xlalign.bitext import corpus
from xlalign.errors import DataError

_END = re.compile(r"[.!?…。！？।॥؟۔]+[\"'»”’)\]]*(?:\s+|(?<=[。！？]))")


def monolingual(bitext: Path) -> dict[str, list[str]]:
    """The documents of each language; where an artifact has none, the distinct sentences of its pairs.

    Raises:
        DataError: there is no text.
    """
    names = corpus.mono_languages(bitext)
    if names:
        return {name: list(corpus.read_mono(bitext, name)) for name in names}
    sides: dict[str, Counter[str]] = {}
    for pair in corpus.read_pairs(bitext / "train"):
        sides.setdefault(pair.source_lang, Counter())[pair.source] += 1
        sides.setdefault(pair.target_lang, Counter())[pair.target] += 1
    if not sides:
        raise DataError(f"{bitext}: no text to train on", "run `xlalign prepare`")
    return {name: list(found) for name, found in sides.items()}


def split_document(text: str) -> tuple[str, str]:
    """The two halves of a text, cut at the sentence end nearest its middle; ("...", "") when there is none.

    >>> split_document("The dog sleeps. It is old.")
    ('The dog sleeps.', 'It is old.')
    """
    ends = [found.end() for found in _END.finditer(text) if 0 < found.end() < len(text)]
    if not ends:
        return text, ""
    # Twice the place against the length: the middle of 25 letters is 12.5, and nothing has to be halved.
    cut = min(ends, key=lambda end: abs(2 * end - len(text)))
    return text[:cut].rstrip(), text[cut:]
