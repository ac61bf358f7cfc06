"""Options of embedding alignment."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from xlalign.objectives.options import ObjectiveOptions
from xlalign.objectives.requests import DataRequest, Dictionary, EntryView, Layers, Pass


class EmbeddingAlignmentOptions(ObjectiveOptions):
    """Embedding alignment: the static input rows of dictionary entries become alike."""

    implementation: ClassVar[str] = "xlalign.objectives.embedding_alignment.loss:EmbeddingAlignment"

    kind: Literal["embedding-alignment"] = "embedding-alignment"
    form: Literal["cosine", "l2", "contrast"] = Field("cosine", description="contrast: multi-layer InfoNCE of PreAlign")
    temperature: float = Field(0.1, gt=0, description="divisor of the cosines of `contrast`")
    sample: int = Field(0, ge=0, description="dictionary entries a step; 0 = all")
    single_piece_only: bool = Field(False, description="leave out entries with several pieces (strict ALIGN-MLM)")

    @property
    def dictionary(self) -> Dictionary:
        """The entries that are read."""
        return Dictionary(self.sample, self.single_piece_only)

    @property
    def views(self) -> tuple[EntryView, EntryView]:
        """The entries on their own, one side each."""
        return EntryView(self.dictionary, "source"), EntryView(self.dictionary, "target")

    def requests(self) -> tuple[DataRequest[Any], ...]:
        """The entries as rows, and on their own in every layer for `contrast`."""
        if self.form != "contrast":
            return (self.dictionary,)
        return (self.dictionary, *map(Pass, self.views), Layers("form", None))
