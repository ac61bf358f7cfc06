"""The text that a vocabulary is fitted to: bitext artifacts and plain files, by language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlalign.bitext import corpus
from xlalign.bitext.readers.lines import lines
from xlalign.modeling.vocabulary.usage import Text


@dataclass(frozen=True)
class TextSources:
    """Where text is read from, as often as it is asked for.

    Attributes:
        bitexts: artifacts of prepare stages; their training pairs and monolingual text are read.
        files: language -> files with a sentence (or document) a line.
        languages: those that are read; empty = all.
    """

    bitexts: Sequence[Path] = ()
    files: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()

    def sentences(self) -> Iterator[Text]:
        """Every sentence with its language."""
        for pair in self.pairs():
            yield from (text for text in pair if self._wanted(text[0]))
        for artifact in self.bitexts:
            for language in filter(self._wanted, corpus.mono_languages(artifact)):
                yield from ((language, text) for text in corpus.read_mono(artifact, language))
        for language, paths in self.files.items():
            if self._wanted(language):
                yield from ((language, line) for path in paths for line in lines(path) if line.strip())

    def pairs(self) -> Iterator[tuple[Text, Text]]:
        """Every sentence pair, each side with its language."""
        for artifact in self.bitexts:
            for pair in corpus.read_pairs(artifact / "train"):
                yield (pair.source_lang, pair.source), (pair.target_lang, pair.target)

    def _wanted(self, language: str) -> bool:
        return not self.languages or language in self.languages
