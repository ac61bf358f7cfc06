"""What the diagnostics may be told."""

from __future__ import annotations

from pydantic import Field

from xlalign.config import Settings, operational


class DiagnosticsSettings(Settings):
    """The `[diagnostics]` table: encoders as they are, measured on translated sentences and gold word links."""

    models: tuple[str, ...] = Field((), description="pretrain stages, model folders or hub ids; empty = all stages")
    data: str = Field(
        "micro:", description="sentence pairs: micro:SEED (with gold links), folder:PATH (Tatoeba, NTREX) or hub:"
    )
    languages: tuple[str, ...] = Field((), description="languages beside English; empty = all that the data have")
    gold: tuple[str, ...] = Field(
        (), description="gold word links, `en-fr=TEXT[,LINKS]` with English on the left: these pairs instead of `data`"
    )
    pairs: int = Field(300, description="sentence pairs a language, evenly spread over all", ge=4)
    max_length: int = Field(128, description="pieces of one sentence, special tokens included", ge=4)
    device: str = operational("auto", "auto, cpu, cuda or mps")
