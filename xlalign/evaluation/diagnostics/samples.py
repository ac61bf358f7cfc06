"""The sentence pairs that encoders are measured on: English on the left, gold links where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlalign.alignment import gold
from xlalign.artifacts.digest import digest_file
from xlalign.bitext.corpus import GoldPair
from xlalign.bitext.segment import words
from xlalign.errors import UserError
from xlalign.evaluation.data import micro, parts
from xlalign.evaluation.data.source import Source
from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
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
    source = Source(settings.data)
    found = dict(_micro(source, settings) if source.scheme == "micro" else _sentences(source, settings))
    return {
        lang: pairs
        for lang, pairs in {**found, **standards}.items()
        if not settings.languages or lang in settings.languages
    }


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """What identifies the data read from outside."""
    files = [Path(path) for spec in settings.gold for path in spec.partition("=")[2].split(",")]
    return {**parts.pins(_parts(Source(settings.data), settings)), **{path.name: digest_file(path) for path in files}}


def _standard(spec: str, count: int) -> tuple[str, list[GoldPair]]:
    languages, found = gold.read_spec(spec)
    source, target = languages.split("-")
    if source != "en":
        raise UserError(f"gold standard `{spec}`: {source} on the left", "wanted English, as in en-fr=TEXT,LINKS")
    rows = zip(found.pairs, found.sure, found.possible, strict=True)
    pairs = [GoldPair(str(n), list(s), list(t), sure, possible) for n, ((s, t), sure, possible) in enumerate(rows)]
    return target, spread(pairs, count)


def _micro(source: Source, settings: DiagnosticsSettings) -> Iterator[tuple[str, list[GoldPair]]]:
    """The test split of the micro-world with its gold links."""
    from xlalign.micro.grammar import GRAMMARS
    from xlalign.micro.links import gold_links
    from xlalign.micro.world import World

    world = World(micro.seed_of(source.place))
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


def _sentences(source: Source, settings: DiagnosticsSettings) -> Iterator[tuple[str, list[GoldPair]]]:
    """Translated sentences without links, cut into words."""
    for _, task, lang, split, limit in _parts(source, settings):
        rows = source.load(task, lang, split, limit)
        yield (
            lang,
            [GoldPair(row["id"], words(row["target"], "en"), words(row["source"], lang), (), ()) for row in rows],
        )


def _parts(source: Source, settings: DiagnosticsSettings) -> Iterator[parts.Part]:
    task = TASKS.get(PAIRS)
    for lang in source.languages(task, "test", ()):
        yield parts.Part(source, task, lang, "test", settings.pairs)


def spread(pairs: list[GoldPair], count: int) -> list[GoldPair]:
    """At the most `count` of the pairs, evenly spread over all."""
    total = len(pairs)
    return [pairs[number * total // count] for number in range(count)] if count < total else pairs
