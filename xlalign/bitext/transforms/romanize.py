"""Any script in Latin letters, by uroman (Hermjakob, May and Knight 2018, "Out-of-the-box universal romanization").

This project uses the universal romanizer software 'uroman' written by Ulf Hermjakob, USC Information Sciences
Institute (2015-2020).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from xlalign.bitext import languages
from xlalign.bitext.transforms.base import Transform


class Romanize(Transform):
    """Any script in Latin letters without marks, by uroman."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The romanised sentences."""
        return romanize(texts, lang)


def romanize(texts: list[str], lang: str) -> list[str]:
    """The sentences in Latin letters without marks: `Привет` becomes `Privet`, `你好` `nihao`."""
    code = languages.get(lang).alpha3
    return [text if text.isascii() else _uroman().romanize_string(text, lcode=code or None) for text in texts]


@cache
def _uroman() -> Any:
    """Its tables, which take seconds to read."""
    from uroman import Uroman

    return Uroman()
