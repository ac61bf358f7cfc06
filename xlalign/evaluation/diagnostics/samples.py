"""The sentence pairs that encoders are measured on: English on the left, gold links where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlalign.alignment import gold
from xlalign.artifacts.digest import digest_file
from xlalign.bitext.corpus import GoldPair
from xlalign.bitext.segment import words
from xlalign.errors import UserError
from xlalign.evaluation.data import source as sources
from xlalign.evaluation.data.schemes import MicroWorld, evenly_spread
from xlalign.evaluation.data.source import DataPart, TaskSource
from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
from xlalign.evaluation.kinds.retrieval import TranslatedSentence
from xlalign.evaluation.tasks import TASKS

PAIRS = "tatoeba"
"""The task whose sentence pairs are taken from a folder or the hub."""


def samples(settings: DiagnosticsSettings) -> dict[str, list[GoldPair]]:
    """Sentence pairs by foreign language; those of `gold` come instead of the language's sentences in `data`.

    Raises:
        UserError: a gold standard does not begin with English.
        DataError: data are missing or malformed.
    """
    standards = dict(_standard(spec, settings.pairs) for spec in settings.gold)
    source = TaskSource(settings.data)
    micro = source.scheme if isinstance(source.scheme, MicroWorld) else None
    found = dict(_linked(micro, settings) if micro else _sentences(source, settings))
    return {
        lang: pairs
        for lang, pairs in {**found, **standards}.items()
        if not settings.languages or lang in settings.languages
    }


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """What identifies the data read from outside."""
    files = [Path(path) for spec in settings.gold for path in spec.partition("=")[2].split(",")]
    return {
        **sources.pins(_parts(TaskSource(settings.data), settings)),
        **{path.name: digest_file(path) for path in files},
    }


def _standard(spec: str, count: int) -> tuple[str, list[GoldPair]]:
    languages, found = gold.read_spec(spec)
    source, target = languages.split("-")
    if source != "en":
        raise UserError(f"gold standard `{spec}`: {source} on the left", "wanted English, as in en-fr=TEXT,LINKS")
    rows = zip(found.pairs, found.sure, found.possible, strict=True)
    pairs = [GoldPair(str(n), list(s), list(t), sure, possible) for n, ((s, t), sure, possible) in enumerate(rows)]
    return target, evenly_spread(pairs, count)


def _linked(micro: MicroWorld, settings: DiagnosticsSettings) -> Iterator[tuple[str, list[GoldPair]]]:
    """The test split of the micro-world with its gold links."""
    from xlalign.micro.grammar import GRAMMARS
    from xlalign.micro.links import gold_links
    from xlalign.micro.world import World

    world = World(micro.seed)
    for lang in GRAMMARS:
        if lang != "en":
            pairs = world.pairs("en", lang, settings.pairs, "test")
            yield (
                lang,
                [
                    GoldPair(str(n), one.source.words, one.target.words, *gold_links(one.source, one.target))
                    for n, one in enumerate(pairs)
                ],
            )


def _sentences(source: TaskSource, settings: DiagnosticsSettings) -> Iterator[tuple[str, list[GoldPair]]]:
    """Translated sentences without links, cut into words."""
    for part in _parts(source, settings):
        rows = (row for row in part.load() if isinstance(row, TranslatedSentence))
        pairs = [GoldPair(row.id, words(row.target, "en"), words(row.source, part.lang), (), ()) for row in rows]
        yield part.lang, pairs


def _parts(source: TaskSource, settings: DiagnosticsSettings) -> Iterator[DataPart]:
    task = TASKS.get(PAIRS)
    for lang in source.scheme.languages(task, "test", ()):
        yield DataPart(source, task, lang, "test", settings.pairs)
