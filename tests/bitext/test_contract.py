"""Parts of another package are written in a pipeline file, and checked, as ours are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from xlalign.bitext import corpus
from xlalign.bitext.filters import FILTERS
from xlalign.bitext.filters.base import Filter
from xlalign.bitext.prepare import prepare
from xlalign.bitext.readers import READERS
from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.sources import SOURCES
from xlalign.bitext.sources.base import Bitext, TextSource
from xlalign.bitext.transforms import TRANSFORMS
from xlalign.bitext.transforms.base import Transform
from xlalign.config import identity
from xlalign.errors import UserError
from xlalign.registry import Registry
from xlalign.types import Pair


class CountingSource(TextSource):
    """`counting:3` counts."""

    step: int = Field(1, description="between two numbers", ge=1)

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        for pair in pairs:
            yield Bitext("counting", pair, f"counting:{self.rest}", self._rows)

    def _rows(self) -> Iterator[RawPair]:
        for number in range(0, int(self.rest), self.step):
            yield RawPair(number + 1, f"sentence number {number} here", f"hier steht Satz Nummer {number}")


class Shout(Transform):
    """Capitals and marks."""

    marks: int = Field(1, description="exclamation marks", ge=0)

    def apply(self, texts: list[str], lang: str) -> list[str]:
        return [text.upper() + "!" * self.marks for text in texts]


class Ends(Filter):
    """Score: the last digit of the source."""

    digit: int = Field(0, description="digit that is dropped")

    def score(self, pair: Pair) -> int:
        return int(next(character for character in reversed(pair.source) if character.isdigit()))

    def accept(self, score: Any) -> bool:
        return bool(score != self.digit)


class ColonReader(Reader):
    """Lines `source: target`."""

    mark: str = Field(":", description="what stands between the sides")

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            source, _, target = line.partition(self.mark)
            yield RawPair(number, source, target)


PARTS: dict[Registry[Any], dict[str, type]] = {
    SOURCES: {"counting": CountingSource},
    TRANSFORMS: {"shout": Shout},
    FILTERS: {"ends": Ends},
    READERS: {"colon": ColonReader},
}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if a package with these entry points were installed."""
    for table, parts in PARTS.items():
        points = {name: EntryPoint(name, f"{__name__}:{part.__name__}", table.group) for name, part in parts.items()}
        monkeypatch.setitem(table.__dict__, "_plugins", points)
    monkeypatch.setattr(EntryPoint, "load", lambda point: globals()[point.attr])
    yield
    for table in PARTS:
        table.__dict__.pop("_plugins", None)


def made(folder: Path, **fields: Any) -> list[Pair]:
    table = {"languages": ["en", "de"], "dev_size": 0, "filters": {"langid": False}, **fields}
    prepare(PrepareSettings.model_validate(table), folder / "out")
    return list(corpus.read_pairs(folder / "out/train"))


def test_source_transform_and_filter_of_a_package(tmp_path: Path):
    sources = [{"uri": "counting:10", "step": 2}]
    filters = {"langid": False, "ends": {"digit": 4}}
    found = made(tmp_path, sources=sources, transforms=["nfc", {"kind": "shout", "marks": 2}], filters=filters)
    assert [pair.source for pair in found] == [f"SENTENCE NUMBER {number} HERE!!" for number in (0, 2, 6, 8)]


def test_reader_of_a_package(tmp_path: Path):
    (tmp_path / "a.colon").write_text("one house: ein Haus dort\n")
    (tmp_path / "b.txt").write_text("two houses= zwei Haeuser dort\n")
    stated = {"uri": f"file:{tmp_path}/b.txt", "format": {"kind": "colon", "mark": "="}}
    found = made(tmp_path, sources=[f"file:{tmp_path}/a.colon", stated])
    assert [pair.target for pair in found] == ["ein Haus dort", "zwei Haeuser dort"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"transforms": [{"kind": "shout", "mark": 2}]}, "transforms.mark`; did you mean `marks`"),
        ({"transforms": [{"kind": "shot"}]}, "unknown transform `shot`"),
        ({"transforms": [{"marks": 2}]}, "a table without `kind`"),
        ({"sources": [{"uri": "counting:3", "stepp": 2}]}, "did you mean `step`"),
        ({"filters": {"ends": {"digits": 1}}}, "did you mean `digit`"),
    ],
)
def test_their_fields_are_checked(tmp_path: Path, fields: dict[str, Any], message: str):
    with pytest.raises(UserError, match=message):
        made(tmp_path, **{"sources": ["counting:3"], **fields})


def test_both_spellings_of_a_transform_are_the_same_artifact():
    plain, tabled = (
        PrepareSettings.model_validate({"languages": ["en", "de"], "transforms": [wanted]})
        for wanted in ("nfc", {"kind": "nfc"})
    )
    assert identity(plain) == identity(tabled)
    assert identity(plain)["transforms"] == ["nfc"]
