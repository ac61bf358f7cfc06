"""`url:` files anywhere on the web, in any layout that `file:` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlalign.bitext.fetch.fetcher import current
from xlalign.bitext.fetch.transfer import NotFoundError
from xlalign.bitext.sources.base import LanguagePair
from xlalign.bitext.sources.file import FileSource


class UrlSource(FileSource):
    """`url:https://host/news.{source}-{target}.tsv.gz`: placeholders and options as in `file:`."""

    def _path(self, pattern: str, values: dict[str, str]) -> Path:
        """The downloaded file; a path that does not exist where the server has none."""
        for name, code in values.items():
            pattern = pattern.replace(f"{{{name}}}", self.names.get(code, code))
        try:
            return current().file(pattern)
        except NotFoundError:
            if self._fixed:
                raise
            return Path(pattern)

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded files."""
        return [path for path in super().inputs(pairs) if path.is_absolute()]
