"""What `[align-words]` may say: what concerns every aligner here, the fields of the chosen one in its own settings.

A table is flat: `aligner = "itermax"`, `layer = 8`, `rounds = 3`. The last two go to the settings of `itermax`. They
may also stand in a table that is called like the aligner (`hmm = {p_null = 0.1}`) or begin with its name
(`itermax_rounds`), as older files have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, SerializeAsAny, ValidationError, model_validator

from xlalign.alignment import ALIGNERS
from xlalign.alignment.base import AlignerSettings
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.config import PartError, Settings, late
from xlalign.errors import UserError
from xlalign.registry import OneOf

WordRule = Literal["icu", "segment", "spaces", "mecab"]
"""How text is cut into words."""

GIVEN = ("encoder", "models", "priors")
"""Fields for what an aligner is given; one that the chosen aligner cannot use is an error."""


class AlignSettings(Settings):
    """Word alignment of a bitext."""

    aligner: Annotated[SerializeAsAny[AlignerSettings], OneOf(ALIGNERS)] = Field(
        default_factory=HmmSettings,
        description="name of an aligner, whose fields stand beside it: hmm, itermax, ... (`xlalign list aligners`)",
    )
    lexicon_min_count: float = Field(2.0, ge=0, description="least number of links of a lexicon entry")
    lexicon_min_probability: float = Field(0.02, ge=0, le=1, description="least p(t|s) and p(s|t) of a lexicon entry")
    words: WordRule = Field(
        "icu",
        description="cut text into words by its script, and where it has no spaces (zh, ja, th, km, lo, my) with ICU "
        "(extra `icu`); segment: into characters there; spaces: at spaces only (tokenised text); mecab: Japanese with "
        "MeCab (extra `ja`), the rest as segment",
    )
    gold_words: Literal["given", "own"] = late(
        "given",
        "gold pairs are aligned as they are cut; or cut like the bitext where there are no spaces, and their links "
        "carried back to the words of the gold links",
    )
    max_words: int = Field(1000, ge=1, description="pairs with more words on a side get no links and are counted")
    encoder: str = Field("", description="model folder or hub id for an encoder aligner")
    only_gold: bool = late(False, "align and score the gold standards only, not the whole bitext")
    gold: tuple[str, ...] = Field(
        (), description="gold standards to score on: SOURCE-TARGET=TEXT or SOURCE-TARGET=TEXT,LINKS"
    )
    models: tuple[str, ...] = late(
        (), "trained models of the aligner to apply instead of training: SOURCE-TARGET=FILE, FILE being models/..."
    )
    priors: tuple[str, ...] = late(
        (), "lexicons that hmm starts from: SOURCE-TARGET=FILE, lexicon TSV or MUSE dictionary"
    )
    dictionaries: tuple[str, ...] = late(
        (), "dictionaries to check the lexicon against (precision at 1): SOURCE-TARGET=FILE, MUSE or lexicon TSV"
    )
    pharaoh: Literal["links", "scores", "sure"] = late(
        "links", "Pharaoh lines hold i-j; or i-j:score; or i-j (sure) and ipj (possible) by `sure_from`"
    )
    links_from: float = late(0.0, "least score of a link; others are dropped", ge=0, le=1)
    sure_from: float = late(0.5, "least score of a sure link (pharaoh = sure)", ge=0, le=1)
    muse_translations: int = late(1, "translations of a word in the MUSE dictionaries, best first", ge=1)

    @model_validator(mode="before")
    @classmethod
    def _with_aligner(cls, data: Any) -> Any:
        """Hand the fields that are not ours to the settings of the aligner."""
        if not isinstance(data, Mapping) or isinstance(data.get("aligner"), AlignerSettings):
            return data
        kind, fields = _named(data.get("aligner", "hmm"))
        model = _model(kind)
        ours = {name: value for name, value in data.items() if name in cls.model_fields}
        for name, value in data.items():
            if name == kind:
                fields |= value.model_dump() if isinstance(value, AlignerSettings) else dict(value)
            elif name not in ours:
                own = _field(kind, model, name) or _refuse_field_of_others(kind, name)
                # A slip of the pen is told by whichever model has the field that was meant.
                meant = get_close_matches(own, [*cls.model_fields, *model.model_fields], n=1)
                (fields if set(meant) & set(model.model_fields) else ours)[own] = value
        return {**ours, "aligner": _validated(model, {**fields, "kind": kind})}

    @model_validator(mode="after")
    def _only_what_is_used(self) -> AlignSettings:
        """Refuse an encoder, models or lexicons for an aligner that would ignore them."""
        for name in GIVEN:
            if getattr(self, name) and name not in self.aligner.takes:
                able = [kind for kind, model in _models() if name in model.takes]
                raise ValueError(
                    f"`{name}` is given, but aligner `{self.aligner.kind}` uses none; these do: {', '.join(able)}"
                )
        return self


def _named(aligner: Any) -> tuple[str, dict[str, Any]]:
    """The kind that the field `aligner` names, and what it says besides: `"hmm"`, or a table with `kind`."""
    if isinstance(aligner, Mapping):
        return str(aligner.get("kind")), dict(aligner)
    if isinstance(aligner, str):
        return aligner, {}
    raise ValueError(f"`aligner` has to be a name: {', '.join(ALIGNERS)}")


def _model(kind: str) -> type[AlignerSettings]:
    try:
        return ALIGNERS.get(kind)
    except UserError as error:
        raise ValueError("; ".join(filter(None, (error.message, error.hint)))) from error


def _validated(model: type[AlignerSettings], fields: Mapping[str, Any]) -> AlignerSettings:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise PartError(model, error) from error


def _field(kind: str, model: type[AlignerSettings], name: str) -> str | None:
    """The field of an aligner that a key of [align-words] stands for: `rounds` or `itermax_rounds`."""
    return next((own for own in (name, name.removeprefix(f"{kind}_")) if own in model.model_fields), None)


def _refuse_field_of_others(kind: str, name: str) -> str:
    """The name itself, where no aligner has such a field."""
    able = [other for other, model in _models() if name == other or _field(other, model, name)]
    if able:
        raise ValueError(f"aligner `{kind}` has no `{name}`; these have: {', '.join(able)}")
    return name


def _models() -> Iterator[tuple[str, type[AlignerSettings]]]:
    """The settings models of all aligners that can be imported here."""
    for kind in ALIGNERS:
        try:
            yield kind, ALIGNERS.get(kind)
        except UserError:
            continue


class FilesOfPair(NamedTuple):
    """What the user gives for one language pair: "<source>-<target>", and the files."""

    pair: str
    paths: tuple[Path, ...]


def parse_files(text: str) -> FilesOfPair:
    """Read `SOURCE-TARGET=FILE[,FILE]`, as options and settings write it.

    Raises:
        UserError: the languages or the file are missing.
    """
    pair, _, paths = text.partition("=")
    first, *rest = paths.split(",")
    if pair.count("-") != 1 or not first:
        raise UserError(f"`{text}`: languages or file missing", "write SOURCE-TARGET=FILE, as in en-fr=words.txt")
    return FilesOfPair(pair, (Path(first), *map(Path, rest)))


def first_files(entries: Iterable[str], pair: str) -> Iterator[Path]:
    """The first file of every entry for a language pair."""
    return (found.paths[0] for found in map(parse_files, entries) if found.pair == pair)
