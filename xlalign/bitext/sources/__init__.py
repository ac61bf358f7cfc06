"""Where text comes from. A source is one class, and one row here; its URI is `scheme:rest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlalign.bitext.languages import normalise
from xlalign.config.load import validate
from xlalign.errors import UserError
from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.fetch.fetcher import Fetcher
    from xlalign.bitext.sources.base import Listed, TextSource

SOURCES: Registry[type[TextSource]] = Registry(
    "source",
    {
        "file": "xlalign.bitext.sources.file:FileSource",
        "hf": "xlalign.bitext.sources.hub:HubSource",
        "micro": "xlalign.bitext.sources.micro:MicroSource",
        "opus": "xlalign.bitext.sources.opus:OpusSource",
        "romanize": "xlalign.bitext.sources.romanize:RomanizeSource",
        "sacrebleu": "xlalign.bitext.sources.sacrebleu:SacrebleuSource",
        "synthetic": "xlalign.bitext.sources.synthetic:SyntheticSource",
        "tatoeba": "xlalign.bitext.sources.tatoeba:TatoebaSource",
        "url": "xlalign.bitext.sources.file:UrlSource",
    },
    group="xlalign.sources",
)


def open_source(uri: str, options: Mapping[str, Any] | None = None, fetcher: Fetcher | None = None) -> TextSource:
    """The source of a URI, with its own options checked.

    Args:
        uri: `scheme:rest`.
        options: the source's fields.
        fetcher: what it downloads with; None: without mirrors and lock file.

    Raises:
        UserError: no scheme, unknown scheme, or wrong options.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon:
        raise UserError(f"source `{uri}`: wanted `scheme:rest`", f"for example `file:{uri}` or `micro:`")
    fields = {**(options or {}), "rest": rest}
    return validate(SOURCES.get(scheme), fields, where=uri, source="[prepare] sources").fetching(fetcher)


def corpora(wanted: str, fetcher: Fetcher) -> list[Listed]:
    """What every source has in a language pair (`en-de`) or in one language (`de`), largest first.

    Nothing is downloaded but the answers of the services that know.

    Raises:
        UserError: no language code, or an answer is needed and no network is allowed.
        DataError: a service does not answer, and did not before.
    """
    languages = tuple(normalise(code) for code in wanted.split("-"))
    if not 0 < len(set(languages)) == len(languages) <= 2:
        raise UserError(f"`{wanted}` is neither a language nor a pair of two", "for example `en-de` or `de`")
    found = [entry for name in SOURCES for entry in SOURCES.get(name).listed(languages, fetcher)]
    return sorted(found, key=lambda entry: (-entry.pairs, -entry.tokens, entry.uri))
