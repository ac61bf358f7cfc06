"""The contract of a transform: other sentences for those it is given, in the same number and order."""

from __future__ import annotations

from xlalign.config import Settings


class Transform(Settings):
    """Base of all transforms: the fields of a subclass are what `{ kind = "NAME", ... }` in `transforms` may say."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The changed sentences of one language."""
        raise NotImplementedError
