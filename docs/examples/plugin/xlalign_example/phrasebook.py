"""A source: `phrasebook:300` gives that many pairs of a small phrase book, English with German."""

from collections.abc import Iterator, Sequence

from pydantic import Field

from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources.base import Bitext, TextSource

PLACES = {
    "house": "Haus",
    "park": "Park",
    "hotel": "Hotel",
    "museum": "Museum",
    "theatre": "Theater",
    "hospital": "Hospital",
}
DAYS = {"Monday": "Montag", "Tuesday": "Dienstag", "Friday": "Freitag", "Sunday": "Sonntag"}


class Phrasebook(TextSource):
    """Where is the museum on Monday?"""

    first: int = Field(1, description="number of the first house", ge=1)

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """The phrases, where English with German is wanted."""
        if ("en", "de") in pairs:
            yield Bitext("phrasebook", ("en", "de"), f"phrasebook:{self.rest}", self._rows, "CC0-1.0")

    def _rows(self) -> Iterator[RawPair]:
        places, days = list(PLACES.items()), list(DAYS.items())
        for number in range(int(self.rest)):
            # Numbers 0, 1, 2, ... walk through the places, then through the days: 0 = (0, 0), 6 = (0, 1).
            (place, ort), (day, tag) = places[number % len(places)], days[number // len(places) % len(days)]
            house = self.first + number
            yield RawPair(
                number + 1,
                f"Where is the {place}, number {house}, “open” on {day}?",
                f"Wo ist das {ort}, Nummer {house}, „offen“ am {tag}?",
            )
