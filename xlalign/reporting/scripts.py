"""What a browser must know about a language's script."""

from __future__ import annotations

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "arz", "azb", "ckb", "dv", "fa", "ha-Arab", "he", "iw", "ks", "lrc", "mzn", "nqo", "pnb", "ps"}
    | {"sd", "syr", "ug", "ur", "yi"}
)


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr` (the HTML `dir` attribute)."""
    script = language.replace("_", "-")
    base = script.split("-")[0].lower()
    return "rtl" if script in RIGHT_TO_LEFT or base in RIGHT_TO_LEFT else "ltr"
