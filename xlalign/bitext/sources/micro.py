"""`micro:` sentences of the embedded micro-world, with gold word links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar

from pydantic import Field, model_validator

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.rows import LanguagePair, PairGold, RawPair
from xlalign.bitext.segment import words as segment
from xlalign.bitext.sources.base import Bitext, Listed, TextSource
from xlalign.errors import UserError

LICENCE = "Apache-2.0"


class MicroSource(TextSource):
    """The micro-world; `micro:7` or `micro:world=7` is another one, with other sentences."""

    whole: ClassVar[bool] = False

    world: int = Field(0, description="seed of the world")
    pairs: int = Field(20_000, description="sentence pairs a language pair", ge=1)
    document_count: int = Field(20_000, alias="documents", description="monolingual documents a language", ge=1)

    @model_validator(mode="before")
    @classmethod
    def _from_rest(cls, values: dict[str, object]) -> dict[str, object]:
        settings = dict(
            (part if "=" in part else f"world={part}").partition("=")[::2]
            for part in str(values.get("rest", "")).split(",")
            if part
        )
        return {**settings, **values}

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """One corpus for each requested pair of the world's languages."""
        from xlalign.micro.grammar import GRAMMARS

        served = [pair for pair in pairs if set(pair) <= set(GRAMMARS)]
        if not served:
            raise UserError(f"`micro:{self.rest}` has no requested language pair", f"it speaks {', '.join(GRAMMARS)}")
        for pair in served:
            yield Bitext("micro", pair, f"micro:{self.rest}", partial(self._rows, *pair), LICENCE)

    def _rows(self, source_lang: str, target_lang: str) -> Iterator[RawPair]:
        from xlalign.micro.links import gold_links
        from xlalign.micro.world import World

        pairs = World(self.world).pairs(source_lang, target_lang, self.pairs, split="train")
        for number, (source, target) in enumerate(pairs, 1):
            gold = PairGold(source.words, target.words, *gold_links(source, target))
            words = segment(source.text, source_lang), segment(target.text, target_lang)
            yield RawPair(number, source.text, target.text, gold.on(*words))

    def documents(self, lang: str) -> Iterator[str]:
        """Two related sentences each, from the world's training split."""
        from xlalign.micro.world import World

        yield from World(self.world).documents(lang, self.document_count)

    def speaks(self, langs: Sequence[str]) -> list[str]:
        """The languages of the world."""
        from xlalign.micro.grammar import GRAMMARS

        return [lang for lang in langs if lang in GRAMMARS]

    @classmethod
    def listed(cls, languages: tuple[str, ...], fetcher: Fetcher) -> list[Listed]:
        """The world itself, where it speaks the languages."""
        if len(cls(rest="").speaks(languages)) < len(languages):
            return []
        return [Listed("micro:", languages, cls.model_fields["pairs"].default, 0, 0, LICENCE)]
