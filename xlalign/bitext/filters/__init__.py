"""Rules that keep or drop a pair. A filter is one file with one class, and one row here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.filters.base import Filter

_HERE = "xlalign.bitext.filters"
FILTERS: Registry[type[Filter]] = Registry(
    "filter",
    {
        "address": f"{_HERE}.address:Address",
        "alphabetic": f"{_HERE}.alphabetic:Alphabetic",
        "control": f"{_HERE}.control:Control",
        "copied": f"{_HERE}.copied:Copied",
        "embedding": f"{_HERE}.embedding:Embedding",
        "empty": f"{_HERE}.empty:Empty",
        "garbled": f"{_HERE}.garbled:Garbled",
        "identical": f"{_HERE}.identical:Identical",
        "langid": f"{_HERE}.langid:Langid",
        "length": f"{_HERE}.length:Length",
        "links": f"{_HERE}.links:Links",
        "longest_word": f"{_HERE}.longest_word:LongestWord",
        "markup": f"{_HERE}.markup:Markup",
        "numerals": f"{_HERE}.numerals:Numerals",
        "punctuation": f"{_HERE}.punctuation:Punctuation",
        "ratio": f"{_HERE}.ratio:Ratio",
        "script": f"{_HERE}.script:Script",
    },
    group="xlalign.filters",
)
