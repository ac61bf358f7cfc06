"""A user's own data set as a task: described in the `[eval]` table, no code."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from xlalign.config import Settings
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.scorers import ACCURACY, CHUNK_F1, SQUAD, Scorer

_SCORERS: dict[str, Scorer] = {"classification": ACCURACY, "tagging": CHUNK_F1, "qa": SQUAD}
_COLUMNS = {
    "classification": {"first": "text", "label": "label"},
    "tagging": {"words": "words", "tags": "tags"},
}


class CustomTask(Settings):
    """One `[eval.custom.NAME]` table: files by language and split, columns, labels.

    [eval.custom.reviews]
    kind = "classification"
    files = "reviews/{split}.{lang}.csv"
    columns = { first = "text", label = "stars" }
    labels = ["1", "2", "3", "4", "5"]
    languages = ["en", "de", "ja"]
    """

    kind: Literal["classification", "tagging", "qa"] = Field(description="what is predicted")
    files: str = Field(
        description="path below the data folder with {lang} and {split}: CSV, TSV, JSON lines; plain or .xz/.gz"
    )
    languages: tuple[str, ...] = Field(
        min_length=1, description="codes that stand for {lang}; training data are in `en`"
    )
    labels: tuple[str, ...] = Field((), description="every label; empty for question answering")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="our field -> column: first, second, label; words, tags (JSON lines with lists)",
    )
    format: Literal["table", "iob", "squad"] | None = Field(
        None, description="table with a header or JSON lines; iob = token<TAB>tag; squad = SQuAD JSON"
    )
    license: str = Field("stated by the user", description="licence of the data, for the report")
    citation: str = Field("", description="who to cite")

    @model_validator(mode="after")
    def _has_labels(self) -> CustomTask:
        if self.kind != "qa" and not self.labels:
            raise ValueError(f"a {self.kind} task needs its labels")
        return self

    def task(self, name: str) -> Task:
        """The description as a task."""
        return Task(
            name=name,
            kind=self.kind,
            group="extension",
            scorer=_SCORERS[self.kind],
            languages=self.languages,
            labels=self.labels,
            reader=self.format or ("squad" if self.kind == "qa" else "table"),
            columns=self.columns or _COLUMNS.get(self.kind, {}),
            files={split: ((self.files.replace("{split}", split),),) for split in ("train", "dev", "test")},
            license=self.license,
            citation=self.citation,
        )
