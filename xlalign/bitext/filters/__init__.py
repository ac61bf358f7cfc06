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
        "alphabetic": f"{_HERE}.alphabetic:Alphabetic",
        "empty": f"{_HERE}.empty:Empty",
        "identical": f"{_HERE}.identical:Identical",
        "length": f"{_HERE}.length:Length",
        "longest_word": f"{_HERE}.longest_word:LongestWord",
        "ratio": f"{_HERE}.ratio:Ratio",
        "script": f"{_HERE}.script:Script",
    },
    group="xlalign.filters",
)
