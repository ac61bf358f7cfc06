"""Labels for translations: the annotation of a data set carried over word links into another language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import AlignerInputs, AlignerSettings, TrainableAligner
from xlalign.alignment.projection import LinkedWords
from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.formats import read_files
from xlalign.evaluation.kinds.base import Example
from xlalign.evaluation.metrics.scoring import MetricScores
from xlalign.evaluation.tasks.base import Task
from xlalign.types import WordPair


class LanguageCodes(NamedTuple):
    """Of the examples that are annotated, and of their translations."""

    source: str
    target: str


def linked_words(
    task: Task,
    sources: Sequence[Example],
    targets: Sequence[Example],
    languages: LanguageCodes,
    maker: AlignerSettings,
    inputs: AlignerInputs,
) -> list[LinkedWords]:
    """The words of every example and of its translation, and their links.

    An aligner that learns does so from these very texts; one that several examples share is read and aligned once.
    """
    kind = task.handler
    pairs: list[WordPair] = [
        (kind.linkable(source, languages.source), kind.linkable(target, languages.target))
        for source, target in zip(sources, targets, strict=True)
    ]
    number: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    places = [number.setdefault((tuple(one), tuple(other)), len(number)) for one, other in pairs]
    distinct: list[WordPair] = [(list(one), list(other)) for one, other in number]
    made = maker.make(inputs)
    found = (made.train(distinct) if isinstance(made, TrainableAligner) else made).align(distinct)
    return [LinkedWords(pair, found[place]) for pair, place in zip(pairs, places, strict=True)]


def project(
    task: Task,
    sources: Sequence[Example],
    targets: Sequence[Example],
    languages: LanguageCodes,
    aligner: str = "hmm",
    encoder: str | Path | None = None,
    workers: int = 1,
) -> list[Example | None]:
    """The translations with the annotation of the sources in place of their own; None where it is lost.

    Args:
        task: of a kind that annotates words.
        sources: annotated examples.
        targets: their translations, in the same order.
        languages: of both.
        aligner: name of an aligner.
        encoder: model folder or hub id, for an aligner that needs one.
        workers: threads; the result does not depend on them.

    Raises:
        DataError: the two are not equally many.
        UserError: the kind annotates no words, or the aligner needs an encoder.
    """
    if len(sources) != len(targets):
        message = f"{len(targets)} examples in {languages.target} for {len(sources)} in {languages.source}"
        raise DataError(message, "give translations in the same order: example n translates example n")
    made = ALIGNERS.get(aligner).model_validate({})
    if encoder and "encoder" not in made.takes:
        raise UserError(f"aligner `{aligner}` uses no encoder", "choose `hybrid`, `argmax` or another one that does")
    inputs = AlignerInputs("-".join(languages), encoder, workers=workers)
    return task.handler.projected(sources, targets, linked_words(task, sources, targets, languages, made, inputs))


def read_examples(task: Task, path: Path, lang: str) -> list[Example]:
    """The examples of one file in the format of the task.

    Raises:
        DataError: the file is missing or malformed.
    """
    return task.handler.read_all(read_files([[path]], lang, task), task.label_set)


def projection_scores(task: Task, gold: Sequence[Example], found: Sequence[Example | None], lang: str) -> MetricScores:
    """The scores of a projected annotation against the translations' own, in percent; a lost one counts as wrong."""
    kind = task.handler
    predicted = kind.annotation([example for example in found if example is not None])
    return task.score(kind.gold(gold), predicted, lang)
