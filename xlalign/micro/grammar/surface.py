"""What every language does to its tokens at the end: a capital first letter and the closing mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlalign.micro.meaning import Sentence, Token


def punctuation(form: str, node: str = "punct") -> Token:
    """A punctuation mark glued to the word before it."""
    return Token(form, "PUNCT", node, "punct", space_before=False)


def sentence(language: str, tokens: Sequence[Token], mark: str) -> Sentence:
    """The finished sentence: first letter in upper case, `mark` at the end."""
    first = tokens[0]
    capital = first.form[0].upper() + first.form[1:]
    return Sentence(language, (replace(first, form=capital), *tokens[1:], punctuation(mark)))
