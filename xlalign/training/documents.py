"""Cutting a document in two at a sentence end."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…。！？।॥؟۔]+[\"'»”’)\]]*(?:\s+|(?<=[。！？]))")


def split_document(text: str) -> tuple[str, str]:
    """The two halves of a text, cut at the sentence end nearest its middle; ("...", "") when there is none.

    >>> split_document("The dog sleeps. It is old.")
    ('The dog sleeps.', 'It is old.')
    """
    ends = [found.end() for found in _END.finditer(text) if 0 < found.end() < len(text)]
    if not ends:
        return text, ""
    cut = min(ends, key=lambda end: abs(2 * end - len(text)))
    return text[:cut].rstrip(), text[cut:]
