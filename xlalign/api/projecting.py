"""`xlalign.project`: annotation carried over word links, from file to file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlalign.evaluation.kinds.base import Example
    from xlalign.evaluation.metrics.scoring import MetricScores
    from xlalign.evaluation.tasks.base import Task


@dataclass(frozen=True)
class ProjectedFile:
    """Translations with the annotation of their sources.

    Attributes:
        task: what they are examples of.
        found: one a source; None where the annotation is lost.
        gold: the same with their own annotation.
        lang: their language.
    """

    task: Task
    found: Sequence[Example | None]
    gold: Sequence[Example]
    lang: str

    @property
    def examples(self) -> list[Example]:
        """Those whose annotation is not lost."""
        return [example for example in self.found if example is not None]

    @property
    def lost(self) -> int:
        """How many have no annotation."""
        return len(self.found) - len(self.examples)

    @property
    def text(self) -> str:
        """A file of the task, to train on."""
        return self.task.handler.file_text(self.examples)

    @cached_property
    def scores(self) -> MetricScores:
        """Against the translations' own annotation, in percent; a lost one is wrong."""
        from xlalign.evaluation.data.projecting import projection_scores

        return projection_scores(self.task, self.gold, self.found, self.lang)


def project_file(
    task: str,
    source: str | Path,
    target: str | Path,
    languages: tuple[str, str],
    *,
    aligner: str = "",
    encoder: str | Path = "",
    workers: int = 1,
) -> ProjectedFile:
    """Carry the annotation of a data set over word links into its translation.

    Args:
        task: as `xlalign list tasks` names it, of the kind tagging or question answering.
        source: a file of the task, annotated.
        target: a file of the task, whose example n translates example n of the source; its annotation is only scored.
        languages: of both.
        aligner: name of an aligner; empty: hybrid with an encoder, else hmm.
        encoder: model folder or hub id.
        workers: threads; the result does not depend on them.

    Raises:
        XlalignError: what the command would print.
    """
    from xlalign.bitext.languages import normalise
    from xlalign.errors import DataError, unknown_name
    from xlalign.evaluation.data.projecting import LanguageCodes, project, read_examples
    from xlalign.evaluation.tasks import TASKS

    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    row, codes = TASKS.get(task), LanguageCodes(*map(normalise, languages))
    for path in map(Path, (source, target)):
        if not path.is_file():
            raise DataError(f"no file `{path}`", "name the annotated file and its translation")
    sources, targets = (
        read_examples(row, Path(path), lang) for path, lang in zip((source, target), codes, strict=True)
    )
    found = project(row, sources, targets, codes, aligner or ("hybrid" if encoder else "hmm"), encoder or None, workers)
    return ProjectedFile(row, found, targets, codes.target)
