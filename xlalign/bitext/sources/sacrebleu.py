"""`sacrebleu:` the test sets that sacrebleu knows (WMT, IWSLT, MTNT, mTEDx ...), fetched by our own downloader.

sacrebleu itself holds a whole archive in memory, cannot resume, and leaves a bad file behind; so the archive is put
where sacrebleu looks for it, and only its conversion to text is used.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.readers.two_files import parallel
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources.base import Bitext, TextSource
from xlalign.errors import DataError, unknown_name


class SacrebleuSource(TextSource):
    """`sacrebleu:wmt19`; the first reference is the translation."""

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """Those of `pairs` that the set has in either direction."""
        known = self._dataset().langpairs
        found = [(pair, order) for pair in pairs for order in _orders(pair) if order in known]
        if not found:
            wanted = ", ".join("-".join(pair) for pair in pairs)
            raise DataError(f"`sacrebleu:{self.rest}` has none of {wanted}", f"it has: {', '.join(sorted(known))}")
        for pair, order in found:
            yield Bitext(self.rest, pair, f"sacrebleu:{self.rest} {order}", partial(self._rows, pair, order))

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded archives."""
        return [self.fetcher.file(url) for url in self._dataset().data]

    def _dataset(self) -> Any:
        from sacrebleu.dataset import DATASETS

        if self.rest not in DATASETS:
            raise unknown_name("sacrebleu test set", self.rest, DATASETS)
        return DATASETS[self.rest]

    def _rows(self, pair: LanguagePair, order: str) -> Iterator[RawPair]:
        dataset = self._dataset()
        _place(dataset, self.fetcher)
        try:
            source, reference = dataset.get_source_file(order), dataset.get_reference_files(order)[0]
        except (Exception, SystemExit) as error:
            raise DataError(f"sacrebleu:{self.rest} {order}: not readable ({error})", "update sacrebleu") from error
        files = (source, reference) if order == "-".join(pair) else (reference, source)
        yield from parallel(*map(Path, files))


def _orders(pair: LanguagePair) -> tuple[str, str]:
    return "-".join(pair), "-".join(pair[::-1])


def _place(dataset: Any, fetcher: Fetcher) -> None:
    """Put the archives of a set where sacrebleu looks for them, checked and unpacked."""
    from sacrebleu.utils import extract_tarball

    raw = Path(dataset._rawdir)
    for url, md5 in zip(dataset.data, dataset.md5 or [None] * len(dataset.data), strict=True):
        place = raw / dataset._get_tarball_filename(url)
        if place.exists():
            continue
        path = fetcher.file(url)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "md5").hexdigest()
        if md5 and found != md5:
            raise DataError(f"{url}: md5 {found}, sacrebleu says {md5}: the file has changed", "update sacrebleu")
        draft = raw / "incoming" / place.name
        draft.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, draft)
        extract_tarball(str(draft), str(raw))
        draft.replace(place)
