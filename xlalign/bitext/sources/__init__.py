"""Where text comes from. A source is one file with one class, and one row here; its URI is `scheme:rest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlalign.errors import UserError
from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.sources.base import Source

SOURCES: Registry[type[Source]] = Registry(
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
        "url": "xlalign.bitext.sources.url:UrlSource",
    },
    group="xlalign.sources",
)


def open_source(uri: str, options: Mapping[str, Any] | None = None) -> Source:
    """The source of a URI, with its own options checked.

    Raises:
        UserError: no scheme, unknown scheme, or wrong options.
    """
    from xlalign.config.load import validate

    scheme, colon, rest = uri.partition(":")
    if not colon:
        raise UserError(f"source `{uri}`: wanted `scheme:rest`", f"for example `file:{uri}` or `micro:`")
    return validate(SOURCES.get(scheme), {**(options or {}), "rest": rest}, where=uri, source="[prepare] sources")
