"""Changes to sentences before they are filtered. A transform is one function, and one row here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlalign.registry import Registry

Transform = Callable[[list[str], str], list[str]]
"""(sentences, language) -> the same number of sentences."""

TRANSFORMS: Registry[Transform] = Registry(
    "transform",
    {
        "nfc": "xlalign.bitext.transforms.unicode:nfc",
        "nfkc": "xlalign.bitext.transforms.unicode:nfkc",
        "html": "xlalign.bitext.transforms.repair:html",
        "mojibake": "xlalign.bitext.transforms.repair:mojibake",
        "romanize": "xlalign.bitext.transforms.romanize:romanize",
    },
    group="xlalign.transforms",
)


def apply(names: Sequence[str], texts: list[str], lang: str) -> list[str]:
    """The sentences after every named transform, in order, and `tidy`."""
    from xlalign.bitext.transforms.unicode import tidy

    for name in names:
        texts = TRANSFORMS.get(name)(texts, lang)
    return tidy(texts)
