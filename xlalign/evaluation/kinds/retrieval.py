"""The translation of each sentence among those of another language: the row of the nearest vector is the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from xlalign.evaluation import retrieval
from xlalign.evaluation.kinds.base import ComparedKind, Embed, Example, LabelSet, RawExample
from xlalign.evaluation.metrics.scoring import ACCURACY
from xlalign.evaluation.options import RetrievalOptions


@dataclass(frozen=True)
class TranslatedSentence(Example):
    """A sentence (`source`) and its English translation (`target`)."""

    id: str
    source: str
    target: str

    def texts(self) -> Iterator[str]:
        """Both sides."""
        yield self.source
        yield self.target


class RetrievedTranslations(ComparedKind[TranslatedSentence]):
    """Nearest neighbours, one way and back."""

    name = "retrieval"
    example = TranslatedSentence
    scorer = ACCURACY
    format = "parallel"
    columns: ClassVar[Mapping[str, str]] = {"source": "source", "target": "target"}

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> TranslatedSentence:
        """Fields source and target."""
        return TranslatedSentence(number, raw.fields["source"], raw.fields["target"])

    def gold(self, examples: Sequence[TranslatedSentence]) -> list[str]:
        """The row of the translation of each query."""
        return [str(row) for row in english_order(examples)]

    def similarity(self, options: RetrievalOptions) -> Literal["cosine", "margin", "csls"]:
        """`score`."""
        return options.score

    def find(
        self,
        examples: Sequence[TranslatedSentence],
        dev: Sequence[TranslatedSentence],
        embed: Embed,
        options: RetrievalOptions,
    ) -> tuple[list[str], dict[str, float]]:
        """For every English line the row of the nearest foreign line (English lines in the benchmark's order)."""
        foreign, english = embed([e.source for e in examples]), embed([e.target for e in examples])
        score, k = self.similarity(options), options.neighbours
        found = retrieval.nearest(english, foreign, score, k)
        back = retrieval.nearest(foreign, english, score, k)
        extra = {
            "to_english": 100.0 * float((back == np.arange(len(examples))).mean()),
            "hubness": retrieval.hubness(english, foreign, k),
            **translation_scores([examples[row].source for row in found], [e.source for e in examples]),
        }
        return [str(found[row]) for row in english_order(examples)], extra


def english_order(examples: Sequence[TranslatedSentence]) -> list[int]:
    """Rows of the foreign side in the order of the benchmark's queries: English lines sorted by code point."""
    return sorted(range(len(examples)), key=lambda row: examples[row].target.strip())


def translation_scores(found: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    """chrF and BLEU of the retrieved sentences against the right ones (sacrebleu's defaults)."""
    from sacrebleu import corpus_bleu, corpus_chrf

    return {
        "chrf": corpus_chrf(list(found), [list(gold)]).score,
        "bleu": corpus_bleu(list(found), [list(gold)], force=True).score,
    }


RETRIEVAL = RetrievedTranslations()
