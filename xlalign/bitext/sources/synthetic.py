"""`synthetic:` languages derived from any text, with gold links and so a gold dictionary (ALIGN-MLM, arXiv
2211.08547, section 3.3 of our notes).

    trans   another script: no word in common          inv   words in reverse, a final stop stays last
    perm    words in random order                      trans.inv   compositions, applied from left to right

`trans` differs from the paper in working on characters where the paper adds the vocabulary size to every token id:
the mapping is one to one either way, but ours gives text that any tokenizer can be trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar
from unicodedata import category, digit

from pydantic import Field

from xlalign.bitext.rows import LanguagePair, PairGold, RawPair
from xlalign.bitext.segment import words as segment
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.base import Bitext, TextSource, shown_uri
from xlalign.errors import UserError, unknown_name

Order = list[int]
FINAL = frozenset(".!?。！？।؟")
HANGUL, LAO_ZERO, PUNCTUATION, IDEOGRAPHS, LAST_ALPHABET = 0xAC00, 0x0ED0, 0x2E00, 0x20000, 0x2BA4


class SyntheticSource(TextSource):
    """Derived languages: `synthetic:trans.inv` makes `en_trans_inv` from the English text of another source."""

    whole: ClassVar[bool] = False

    text: str = Field("micro:", description="URI of the source whose monolingual text is transformed")
    options: dict[str, object] = Field({}, description="options of that source")
    overlap: float = Field(0.0, ge=0, le=1, description="share of the words that `trans` leaves as they are")
    seed: int = Field(0, description="seed of `perm` and of the choice of `overlap`")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """The requested pairs of a language and its derivation, such as `en` and `en_trans_inv`."""
        suffix = "_" + "_".join(self._steps())
        served = [(source, target) for source, target in pairs if target == source + suffix]
        if not served:
            raise UserError(f"`synthetic:{self.rest}` makes no requested language", f"add `en{suffix}` to `languages`")
        for source, target in served:
            yield Bitext(f"synthetic-{self.rest}", (source, target), shown_uri(self.text), partial(self._rows, source))

    def documents(self, lang: str) -> Iterator[str]:
        """Text in the derived language alone."""
        base = lang.removesuffix("_" + "_".join(self._steps()))
        yield from (row.target for row in self._rows(base))

    def speaks(self, langs: Sequence[str]) -> list[str]:
        """The derived languages among `langs`."""
        return [lang for lang in langs if lang.endswith("_" + "_".join(self._steps()))]

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The files of the source underneath."""
        return self._original().inputs([(source, source) for source, _ in pairs])

    def _original(self) -> TextSource:
        return open_source(self.text, self.options, self.fetcher)

    def _rows(self, lang: str) -> Iterator[RawPair]:
        for number, text in enumerate(self._original().documents(lang), 1):
            source = segment(text, lang)
            target, order = self.derive(source)
            links = tuple(sorted((i, j) for j, i in enumerate(order)))
            yield RawPair(number, text, " ".join(target), PairGold(source, target, links, links))

    def derive(self, words: list[str]) -> tuple[list[str], Order]:
        """The derived words, and for each of them the position of its original."""
        order = list(range(len(words)))
        # order[j] is the place of derived word j in the original: inv turns a b c into [2, 1, 0], and a step after it
        # moves those numbers along with its words.
        for step in self._steps():
            if step == "trans":
                words = [word if self._kept(word) else transliterate(word) for word in words]
            else:
                moved = ORDERS[step](words, self.seed)
                words, order = [words[i] for i in moved], [order[i] for i in moved]
        return words, order

    def _kept(self, word: str) -> bool:
        return bool(self.overlap) and _chance(f"{self.seed}\0{word}") < self.overlap

    def _steps(self) -> list[str]:
        steps = self.rest.split(".")
        for step in steps:
            if step not in ("trans", *ORDERS):
                raise unknown_name("derived language", step, ("trans", *ORDERS))
        return steps


def inversion(words: list[str], _seed: int = 0) -> Order:
    """Positions in reverse; a final stop stays last."""
    body = len(words) - (bool(words) and _original(words[-1]) in FINAL)
    return [*range(body - 1, -1, -1), *range(body, len(words))]


def permutation(words: list[str], seed: int) -> Order:
    """Positions in an order that depends on the words and the seed alone."""
    text = f"{seed}\0" + " ".join(words)
    return sorted(range(len(words)), key=lambda i: _chance(f"{text}\0{i}"))


ORDERS: dict[str, Callable[[list[str], int], Order]] = {"inv": inversion, "perm": permutation}


def _chance(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def transliterate(word: str) -> str:
    """The word in a script of its own: letters become Hangul or rare ideographs, digits Lao, ASCII marks U+2E00 on.

    One to one on letters, so nothing is lost. Punctuation outside ASCII stays.
    """
    return "".join(map(_character, word))


@cache
def _character(character: str) -> str:
    code, kind = ord(character), category(character)
    if kind == "Nd":
        return chr(LAO_ZERO + digit(character))
    if kind[0] in "PSZC":
        return chr(PUNCTUATION + code - 0x21) if 0x21 <= code < 0x7F else character
    return chr(code + (HANGUL if code < LAST_ALPHABET else IDEOGRAPHS if code < 0xFFFF else 0))


@cache
def _marks() -> dict[str, str]:
    return {transliterate(mark): mark for mark in FINAL}


def _original(word: str) -> str:
    return _marks().get(word, word)
