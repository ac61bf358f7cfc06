"""Changes to sentences before they are filtered. A transform is one class, and one row here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.transforms.base import Transform

_HERE = "xlalign.bitext.transforms"
TRANSFORMS: Registry[type[Transform]] = Registry(
    "transform",
    {
        "html": f"{_HERE}.repair:Html",
        "mojibake": f"{_HERE}.repair:Mojibake",
        "nfc": f"{_HERE}.unicode:Nfc",
        "nfkc": f"{_HERE}.unicode:Nfkc",
        "romanize": f"{_HERE}.romanize:Romanize",
    },
    group="xlalign.transforms",
)


def apply(changes: Iterable[Transform], texts: list[str], lang: str) -> list[str]:
    """The sentences after every transform, in order, and `tidy`."""
    from xlalign.bitext.transforms.unicode import tidy

    for change in changes:
        texts = change.apply(texts, lang)
    return tidy(texts)


TIDY = "white space"
"""What `changing` calls the work of `tidy`, which no user asks for."""


def changing(changes: Iterable[Transform], text: str, lang: str) -> list[str]:
    """The names of the transforms that change a sentence, in their order: `["nfc", "white space"]`."""
    found = []
    for change in changes:
        before, (text,) = text, change.apply([text], lang)
        found += [name_of(type(change))] if text != before else []
    return [*found, *([TIDY] if apply((), [text], lang) != [text] else [])]


@cache
def name_of(kind: type[Transform]) -> str:
    """The name of a transform in `transforms = [...]`."""
    return next((name for name in TRANSFORMS if TRANSFORMS.get(name) is kind), kind.__name__)
