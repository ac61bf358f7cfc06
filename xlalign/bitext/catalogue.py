"""Which corpora there are in a language or language pair, before anything is downloaded."""

from __future__ import annotations

from xlalign.bitext.languages import normalise
from xlalign.bitext.sources import SOURCES
from xlalign.bitext.sources.base import Listed
from xlalign.errors import UserError


def corpora(wanted: str) -> list[Listed]:
    """What every source has in a language pair (`en-de`) or in one language (`de`), largest first.

    Raises:
        UserError: no language code, or an answer is needed and no network is allowed.
        DataError: a service does not answer, and did not before.
    """
    languages = tuple(normalise(code) for code in wanted.split("-"))
    if not 0 < len(set(languages)) == len(languages) <= 2:
        raise UserError(f"`{wanted}` is neither a language nor a pair of two", "for example `en-de` or `de`")
    found = [entry for name in SOURCES for entry in SOURCES.get(name).listed(languages)]
    return sorted(found, key=lambda entry: (-entry.pairs, -entry.tokens, entry.uri))
