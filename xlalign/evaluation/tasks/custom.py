"""A user's own data set as a task: described in the `[eval]` table, no code."""

from __future__ import annotations

from pydantic import Field, model_validator

from xlalign.config import Settings
from xlalign.errors import UserError
from xlalign.evaluation.data.formats import FORMATS
from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.tasks.base import Task


class CustomTask(Settings):
    """One `[eval.custom.NAME]` table: files by language and split, columns, labels.

    [eval.custom.reviews]
    kind = "classification"
    files = "reviews/{split}.{lang}.csv"
    columns = { first = "text", label = "stars" }
    labels = ["1", "2", "3", "4", "5"]
    languages = ["en", "de", "ja"]
    """

    kind: str = Field(description="what is predicted: classification, choice, tagging, qa, ... or a plug-in's kind")
    files: str | tuple[str, ...] = Field(
        description="path below the data folder with {lang} and {split}: CSV, TSV, JSON lines; plain or .xz/.gz; "
        "several where the format has files of several roles, as `parallel` has two"
    )
    languages: tuple[str, ...] = Field(
        min_length=1, description="codes that stand for {lang}; training data are in `en`"
    )
    labels: tuple[str, ...] = Field((), description="every label; empty where answers are open")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="our field -> column: first, second, label; words, tags (JSON lines with lists)",
    )
    format: str = Field(
        "",
        description="table with a header or JSON lines; iob = token<TAB>tag; squad = SQuAD JSON; ...; empty = the "
        "usual one of the kind",
    )
    license: str = Field("stated by the user", description="licence of the data, for the report")
    citation: str = Field("", description="who to cite")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> CustomTask:
        try:
            kind = KINDS.get(self.kind)
        except UserError as error:
            raise ValueError("; ".join(filter(None, (error.message, error.hint)))) from error
        if kind.labelled and not self.labels:
            raise ValueError(f"a {self.kind} task needs its labels")
        if self.format and self.format not in FORMATS:
            raise ValueError(f"no format `{self.format}`; one of {', '.join(FORMATS)}")
        return self

    def task(self, name: str) -> Task:
        """The description as a task."""
        files = (self.files,) if isinstance(self.files, str) else self.files
        return Task(
            name=name,
            kind=self.kind,
            languages=self.languages,
            labels=self.labels,
            reader=self.format,
            columns=self.columns or KINDS.get(self.kind).columns,
            files={"*": (files,)},
            license=self.license,
            citation=self.citation,
        )
