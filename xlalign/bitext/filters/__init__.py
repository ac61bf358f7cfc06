"""Rules that keep or drop a pair. A filter is one class, and one row here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.filters.base import Filter

_HERE = "xlalign.bitext.filters"
FILTERS: Registry[type[Filter]] = Registry(
    "filter",
    {
        "address": f"{_HERE}.debris:Address",
        "alphabetic": f"{_HERE}.letters:Alphabetic",
        "control": f"{_HERE}.letters:Control",
        "copied": f"{_HERE}.copies:Copied",
        "embedding": f"{_HERE}.judged:Embedding",
        "empty": f"{_HERE}.size:Empty",
        "garbled": f"{_HERE}.letters:Garbled",
        "identical": f"{_HERE}.copies:Identical",
        "langid": f"{_HERE}.judged:Langid",
        "length": f"{_HERE}.size:Length",
        "links": f"{_HERE}.judged:LinkProbability",
        "longest_word": f"{_HERE}.size:LongestWord",
        "markup": f"{_HERE}.debris:Markup",
        "numerals": f"{_HERE}.marks:Numerals",
        "punctuation": f"{_HERE}.marks:Punctuation",
        "ratio": f"{_HERE}.size:Ratio",
        "script": f"{_HERE}.letters:Script",
    },
    group="xlalign.filters",
)
