"""The vocabulary stage: a model and text in; the model with fewer pieces, or with pieces for new languages, out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, SerializeAsAny

from xlalign.artifacts.digest import digest_file
from xlalign.config import Settings, operational
from xlalign.config.faults import Fault
from xlalign.errors import DataError
from xlalign.modeling.reference import Scratch, parse
from xlalign.modeling.vocabulary.extend import AddSettings
from xlalign.modeling.vocabulary.initialisation import INITIALISATIONS
from xlalign.modeling.vocabulary.initialisation.base import Initialisation
from xlalign.modeling.vocabulary.initialisation.mean import MeanOfPieces
from xlalign.modeling.vocabulary.text import TextSources
from xlalign.modeling.vocabulary.trim import KeepSettings
from xlalign.registry import OneOf
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages, stage_named
from xlalign.stages.checks import file_fault, model_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlalign.alignment.lexicon import LexiconEntry

VOCABULARY = Kind("vocabulary", 1, __name__, volatile=("vocabulary.json",), shown=("vocabulary.json",))
BITEXT = "bitext "
"""Roles of prepare stages among the inputs: `bitext 0`, `bitext 1`."""

_OF_EXTEND = {"add", "initialisation", "dictionary", "seed"}


class VocabularyStage(Settings):
    """A `[vocabulary.NAME]` table."""

    method: Literal["trim", "extend"] = Field("trim", description="keep what `languages` use, or add pieces for them")
    start: str = operational("", "a vocabulary or pretrain stage, a model directory or a hub id", alias="from")
    languages: tuple[str, ...] = Field(
        (), description="codes; trim: those kept, empty = all of the text; extend: new ones"
    )
    bitext: tuple[str, ...] = operational((), "names of the prepare stages whose training text is read")
    text: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="language -> files with a sentence a line, plain or .gz, .bz2, .xz, .zst"
    )
    keep: KeepSettings = Field(KeepSettings(), description="trim: which pieces stay")
    add: AddSettings = Field(AddSettings(), description="extend: how many pieces come")
    initialisation: Annotated[SerializeAsAny[Initialisation], OneOf(INITIALISATIONS)] = Field(
        MeanOfPieces(), description="extend: where their rows begin; `kind` is mean, random, wechsel, focus or ofa"
    )
    dictionary: str = Field("", description="extend: file with a new word, a tab and a known word a line, for wechsel")
    alignments: str = operational(
        "align-words", "extend: align-words stage whose lexicon is the dictionary where no file is"
    )
    seed: int = Field(0, description="extend: of rows that nothing is known about")

    def files(self) -> Iterator[Path]:
        """Every local file that is read."""
        for given in (*self.text.values(), (self.dictionary,) if self.dictionary else ()):
            yield from map(Path, given)


def nodes(name: str, settings: VocabularyStage, stages: Stages) -> list[Node]:
    """One node, which reads bitexts and, for a dictionary, word links."""
    where = f"vocabulary.{name}"
    bitexts = [stage_named(bitext, "prepare", f"{where}.bitext", stages) for bitext in settings.bitext]
    inputs = {f"{BITEXT}{number}": bitext for number, bitext in enumerate(bitexts)}
    if settings.initialisation.needs_dictionary() and not settings.dictionary:
        inputs["alignments"] = stage_named(settings.alignments, "align-words", f"{where}.alignments", stages)
    return [Node(name, VOCABULARY, settings, inputs).reading("model", parse(settings.start, model_stages(stages)))]


def faults(stage: Checked) -> Iterator[Fault]:
    """The model, the text, what the method has no use for, and the files that the table names."""
    settings: VocabularyStage = stage.settings
    foreign = settings.model_fields_set & (_OF_EXTEND if settings.method == "trim" else {"keep"})
    for field in sorted(foreign):
        other = "extend" if settings.method == "trim" else "trim"
        yield Fault(stage.at(field), f"{settings.method} has no `{field}`", f'leave it out, or set method = "{other}"')
    if settings.method == "extend" and not settings.languages and "languages" not in stage.lost:
        yield Fault(stage.at("languages"), "extend needs `languages`", 'name those that get new pieces: ["am"]')
    if not settings.bitext and not settings.text and not stage.lost & {"bitext", "text"}:
        yield Fault(stage.at("bitext"), "no text", "name prepare stages in `bitext`, or files by language in `text`")
    yield from _model_faults(stage)
    for language, paths in settings.text.items():
        for path in paths:
            yield from file_fault(stage.at(f"text.{language}"), path, "text", "give a file with a sentence a line")
    if settings.dictionary:
        yield from file_fault(
            stage.at("dictionary"), settings.dictionary, "dictionary", "see the guide on vocabularies"
        )


def _model_faults(stage: Checked) -> Iterator[Fault]:
    start = stage.settings.start
    if not start:
        if "from" not in stage.lost:
            yield Fault(stage.at("from"), "no model", 'name one: from = "base", a folder or a hub id')
    elif isinstance(parse(start, model_stages(stage.stages)), Scratch):
        hint = "train it first: name a [pretrain.NAME] stage that starts from it"
        yield Fault(stage.at("from"), f"`{start}` has no vocabulary yet", hint)
    else:
        yield from model_faults(stage.at("from"), start, stage.stages)


SECTION = Section("vocabulary", VocabularyStage, nodes, single=False, faults=faults)


def pins(settings: VocabularyStage) -> dict[str, str]:
    """Digests of the files that the settings name.

    Raises:
        DataError: one is missing.
    """
    for path in settings.files():
        if not path.is_file():
            raise DataError(f"no file `{path}`, which [vocabulary] names", "relative paths start where you run xlalign")
    return {str(path): digest_file(path) for path in settings.files()}


def run(job: Job) -> None:
    """Write the model folder and its report."""
    from xlalign.modeling.hub import folder_of
    from xlalign.modeling.vocabulary.adapt import extend_model, trim_model

    settings: VocabularyStage = job.settings
    bitexts = [folder for role, folder in sorted(job.inputs.items()) if role.startswith(BITEXT)]
    files = {language: [*map(Path, paths)] for language, paths in settings.text.items()}
    source = folder_of(str(job.model("model")))
    if settings.method == "trim":
        report = trim_model(source, TextSources(bitexts, files, settings.languages), settings.keep, job.space.out)
    else:
        report = extend_model(
            source,
            TextSources(bitexts, files),
            settings.languages,
            settings.add,
            settings.initialisation,
            job.space.out,
            dictionary=list(_dictionary(job)),
            seed=settings.seed,
        )
    job.space.info |= {name: report[name] for name in ("method", "pieces", "parameters")}


def _dictionary(job: Job) -> Iterator[tuple[str, str]]:
    """Words of the new languages with words of the known ones, from a file or from word links."""
    from xlalign.alignment import lexicon

    settings: VocabularyStage = job.settings
    if settings.dictionary:
        yield from ((entry.source, entry.target) for entry in lexicon.read_any(Path(settings.dictionary)))
    elif "alignments" in job.inputs:
        for source, target, entries in lexicon.by_language(job.inputs["alignments"]):
            if target in settings.languages:
                yield from ((entry.target, entry.source) for entry in _likely(entries))
            elif source in settings.languages:
                yield from ((entry.source, entry.target) for entry in _likely(entries))


def _likely(entries: list[LexiconEntry]) -> Iterator[LexiconEntry]:
    """Entries that are translations more often than not, from either side."""
    return (entry for entry in entries if min(entry.forward, entry.reverse) >= 0.3)
