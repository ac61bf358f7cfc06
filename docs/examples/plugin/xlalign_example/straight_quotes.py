"""A transform: typographic quotation marks become straight ones."""

from pydantic import Field

from xlalign.bitext.transforms.base import Transform


class StraightQuotes(Transform):
    """“So”, „so“ and «so» become "so"."""

    mark: str = Field('"', description="what takes their place", max_length=1)

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The same sentences, in order."""
        table = str.maketrans(dict.fromkeys("“”„«»", self.mark))
        return [text.translate(table) for text in texts]
