"""Commas of languages that close embedded clauses with one."""

from __future__ import annotations

from collections.abc import Sequence

from xlalign.micro.meaning import Token


def tidy(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with one comma where clause borders meet, and none at the end of the sentence."""
    kept: list[Token] = []
    for token in tokens:
        if token.form == "," and kept and kept[-1].form == ",":
            kept.pop()
        kept.append(token)
    return kept[:-1] if kept[-1].form == "," else kept
