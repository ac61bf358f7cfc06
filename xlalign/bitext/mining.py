"""Pairs out of monolingual text: sentences of two languages that are nearest to each other (CRISS, LASER).

All sentences of both languages are embedded, and candidates scored by the ratio margin (Artetxe and Schwenk 2019;
Tran et al. 2020, "Cross-lingual retrieval for iterative self-supervised training"). Their vectors are in memory:
4 D bytes a sentence. Every candidate goes to `mined/<source>-<target>.tsv` with its score, so that another threshold
can be judged without embedding again; those from the threshold on go through filters like any other corpus.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from xlalign.bitext import transforms
from xlalign.bitext.corpus import chunks
from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.margin import Candidate, mine
from xlalign.bitext.models import TrainedModels
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.settings import MineSettings
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.base import Bitext
from xlalign.bitext.transforms.base import Transform
from xlalign.errors import DataError

CORPUS = "mined"
BATCH = 5_000


class Miner(NamedTuple):
    """What mining works with.

    Attributes:
        settings: `[prepare.mine]`.
        changes: the transforms that every sentence gets first.
        models: has the encoder.
        fetcher: for text that is not here yet.
    """

    settings: MineSettings
    changes: Sequence[Transform]
    models: TrainedModels
    fetcher: Fetcher

    def mined(self, pair: LanguagePair, out: Path) -> Bitext:
        """The corpus of mined pairs of one language pair.

        Args:
            pair: source and target language.
            out: the artifact, whose `mined/` receives the scored candidates.
        """
        place = out / CORPUS / f"{'-'.join(pair)}.tsv"
        return Bitext(CORPUS, pair, f"{CORPUS}/{place.name}", partial(self._rows, pair, place))

    def _rows(self, pair: LanguagePair, place: Path) -> Iterator[RawPair]:
        texts = [self._sentences(lang) for lang in pair]
        found: list[Candidate] = []
        if all(texts):
            source, target = map(self.models.vectors, texts)
            found = mine(source, target, "margin", self.settings.neighbours)
        place.parent.mkdir(exist_ok=True)
        with place.open("w", encoding="utf-8", newline="\n") as file:
            for candidate in found:
                file.write(f"{candidate.score:.4f}\t{texts[0][candidate.source]}\t{texts[1][candidate.target]}\n")
        taken = [candidate for candidate in found if candidate.score >= self.settings.min]
        if not taken:
            best = f"the best of {len(found):,} has {found[0].score:.3f}" if found else "there is no text"
            raise DataError(
                f"mining {'-'.join(pair)}: no pair has a margin of at least {self.settings.min} ({best})",
                "lower `min` in [prepare.mine], or mine with an encoder that is aligned",
            )
        for number, candidate in enumerate(taken, 1):
            yield RawPair(number, texts[0][candidate.source], texts[1][candidate.target])

    def _sentences(self, lang: str) -> list[str]:
        """The distinct sentences of one language, without tabs."""
        found: dict[str, None] = {}
        for source in self.settings.sources:
            opened = open_source(source.uri, source.options, self.fetcher)
            if lang in opened.speaks([lang]):
                for chunk in chunks(islice(opened.documents(lang), source.limit), BATCH):
                    found |= dict.fromkeys(transforms.apply(self.changes, chunk, lang))
        found.pop("", None)
        return list(found)
