"""What `[prepare]` of xlalign.toml says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from xlalign.bitext import languages
from xlalign.config import Settings, late, operational
from xlalign.config.load import validate
from xlalign.errors import UserError
from xlalign.registry import Registry

S = TypeVar("S", bound=Settings)

FilterTable = dict[str, dict[str, Any] | bool]
"""Filter name -> its fields; true: with its defaults; false: off."""

PartTable = str | dict[str, Any]
"""A part by its name alone, or a table with its name as `kind` and its fields."""


def part(registry: Registry[type[S]], wanted: PartTable, where: str) -> S:
    """The part that a pipeline file names, with its fields checked.

    Raises:
        UserError: no such part, or wrong fields.
    """
    name, fields = kind_and_fields(wanted)
    if not name:
        raise UserError(f"`{where}`: a table without `kind`", f"one of {', '.join(registry)}")
    return validate(registry.get(name), fields, where, "[prepare]")


def kind_and_fields(wanted: PartTable) -> tuple[str, dict[str, Any]]:
    """The name of a part (empty: the table has none) and its fields."""
    if isinstance(wanted, str):
        return wanted, {}
    return str(wanted.get("kind", "")), {name: value for name, value in wanted.items() if name != "kind"}


def without_home(text: str) -> str:
    """A path or URI in which the user's home folder is `~`, as settings are written into artifacts."""
    home = str(Path.home())
    return re.sub(rf"(?<![\w/.~-]){re.escape(home)}(?=/|$)", "~", text) if len(home) > 1 else text


def _plain(wanted: PartTable) -> PartTable:
    """A table that says no more than the name is the name, so that both spellings are the same artifact."""
    return wanted["kind"] if isinstance(wanted, dict) and list(wanted) == ["kind"] else wanted


class SourceSettings(Settings):
    """One entry of `sources` or `mono`: a URI alone, or a table. Keys not named here are options of the source."""

    uri: str = Field(description="where the text is: `scheme:rest`")
    name: str = Field("", description="name of the corpus in the artifact; empty: the source's own")
    licence: str = late("", "licence of the text, where the source does not say it itself")
    limit: int | None = Field(None, description="lines read at most for each language pair", ge=1)
    filters: FilterTable = Field({}, description="filters that differ for this corpus")
    options: dict[str, Any] = Field({}, description="options of the source itself")

    @field_validator("uri", mode="after")
    @classmethod
    def _without_home(cls, uri: str) -> str:
        return without_home(uri)

    @model_validator(mode="before")
    @classmethod
    def _collect_options(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"uri": value}
        if not isinstance(value, dict):
            return value
        own = {key: item for key, item in value.items() if key in cls.model_fields and key != "options"}
        others = {key: item for key, item in value.items() if key not in cls.model_fields}
        return {**own, "options": {**value.get("options", {}), **others}}


class EvaluationSet(Settings):
    """Sentences that must not be trained on: files of text, tab-separated, JSON or CoNLL-U."""

    name: str = Field(description="name of the set in the report")
    files: tuple[str, ...] = Field(description="paths or patterns (`*`); every sentence in them counts, in any column")

    @field_validator("files", mode="after")
    @classmethod
    def _without_home(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(without_home, files))


class MineSettings(Settings):
    """Pairs to be found in monolingual text by the vectors of `encoder`."""

    sources: tuple[SourceSettings, ...] = Field(description="monolingual text of both languages", min_length=1)
    neighbours: int = Field(
        4, description="nearest sentences that are candidates, and that the margin is taken of", ge=1
    )
    min: float = Field(1.06, description="smallest ratio margin of a pair that is taken", ge=0)


class PrepareSettings(Settings):
    """Everything that decides what the bitext artifact holds."""

    languages: tuple[str, ...] = Field(
        ("en", "de", "es", "ru", "hi"),
        description="ISO 639 codes; without `pairs`, the first is paired with each other one",
    )
    pairs: tuple[str, ...] = Field((), description="language pairs such as `en-de`, when not first with each other")
    sources: tuple[SourceSettings, ...] = Field((SourceSettings(uri="micro:"),), description="parallel text")
    mono: tuple[SourceSettings, ...] = Field((), description="monolingual text, for every language a source has")
    mine: MineSettings | None = late(None, "pairs to be found in monolingual text")
    transforms: tuple[PartTable, ...] = Field(
        ("html", "mojibake", "nfc"),
        description="changes to every sentence before the filters, in order: names, or tables with `kind` and fields",
    )
    profile: str = Field("classic", description="set of filters to start from: light, classic or strict")
    filters: FilterTable = Field({}, description="filters that differ from the profile")
    filters_for: dict[str, FilterTable] = Field(
        {}, description="filters that differ for a language (`zh`) or, counting more, a language pair (`en-zh`)"
    )
    mono_filters: FilterTable = Field({"length": {"max": 1000}}, description="filters that differ for monolingual text")
    dedup: Literal["none", "exact", "normalised", "near"] = Field(
        "normalised",
        description="drop repeated pairs: of the same text, the same letters and digits, or mostly the same words",
    )
    decontaminate: tuple[EvaluationSet, ...] = Field((), description="evaluation sets to keep out of the result")
    overlap_ngram: int = Field(8, description="words of an n-gram for decontamination; 0: whole sentences only", ge=0)
    overlap_share: float = Field(
        0.5, description="share of a sentence's n-grams found in evaluation sets from which on it goes", gt=0, le=1
    )
    dev_size: int = Field(500, description="pairs a language pair that are held out as dev split", ge=0)
    dev_share: float = Field(0.1, description="largest share of a language pair in the dev split", ge=0, le=0.5)
    gold_for_train: bool = Field(False, description="keep gold word links of the training pairs, not only of dev")
    shard_rows: int = Field(100_000, description="pairs in a Parquet file", ge=1)
    mirrors: dict[str, str] = operational({}, "URL prefix -> another prefix or a local folder, for downloads")
    downloads: str = operational("", "folder of downloaded files; empty: the user's cache")
    lock: str = operational("xlalign.lock", "file that pins downloads; empty: none")
    frozen: bool = operational(False, "refuse downloads that the lock file does not pin")
    accept_changed: bool = operational(False, "take changed downloads, and write them into the lock file")
    offline: bool = operational(False, "use only files that are downloaded already")

    @field_validator("transforms", mode="after")
    @classmethod
    def _plain_names(cls, wanted: tuple[PartTable, ...]) -> tuple[PartTable, ...]:
        return tuple(map(_plain, wanted))

    @field_validator("languages", mode="after")
    @classmethod
    def _known_languages(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(code) for code in codes)

    @field_validator("pairs", mode="after")
    @classmethod
    def _known_pairs(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_pair(pair) for pair in pairs)

    @model_validator(mode="after")
    def _has_pairs(self) -> PrepareSettings:
        if not self.pairs and (len(self.languages) < 2 or self.languages[0] in self.languages[1:]):
            raise ValueError("wanted at least two different languages")
        return self

    def language_pairs(self) -> list[tuple[str, str]]:
        """The requested (source, target) languages, in order."""
        if self.pairs:
            return [tuple(pair.split("-")) for pair in self.pairs]  # type: ignore[misc]
        return [(self.languages[0], other) for other in self.languages[1:]]


def _pair(pair: str) -> str:
    codes = [_known(code) for code in pair.split("-")]
    if len(set(codes)) != 2 or len(codes) != 2:
        raise ValueError(f"`{pair}` is not a pair of two languages, such as `en-de`")
    return "-".join(codes)


def _known(code: str) -> str:
    try:
        return languages.normalise(code)
    except UserError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise ValueError(f"unknown language code `{code}`{hint}") from None
