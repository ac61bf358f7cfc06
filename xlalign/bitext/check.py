"""What is wrong with a `[prepare]` table that can be told without reading text or the network: all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xlalign.bitext import languages
from xlalign.bitext.contamination import paths
from xlalign.bitext.fetch.address import check as address_check
from xlalign.bitext.filters import FILTERS
from xlalign.bitext.filters.choose import profiles
from xlalign.bitext.settings import FilterTable, PrepareSettings, SourceSettings, kind_and_fields
from xlalign.bitext.sources import SOURCES
from xlalign.bitext.transforms import TRANSFORMS
from xlalign.config.faults import Fault, nearest, unknown
from xlalign.config.load import examine
from xlalign.errors import UserError, XlalignError

LOCAL = ("file",)
"""Schemes whose corpora can be looked for without a download."""


def table_faults(settings: PrepareSettings, place: str, lost: frozenset[str] = frozenset()) -> Iterator[Fault]:
    """Every mistake in the names that the table mentions, and the files that are not there.

    Args:
        settings: the table.
        place: its dotted name.
        lost: fields that were wrong; sources are not looked for when the languages are unknown.
    """
    for wanted in settings.transforms:
        name, fields = kind_and_fields(wanted)
        if name not in TRANSFORMS:
            yield unknown(f"{place}.transforms", "transform", name, TRANSFORMS)
        else:
            yield from examine(TRANSFORMS.get(name), fields, f"{place}.transforms.{name}").faults
    if settings.profile not in profiles():
        yield unknown(f"{place}.profile", "filter profile", settings.profile, profiles())
    for where, table in _filter_tables(settings):
        yield from _filter_faults(f"{place}.{where}", table, profiles().get(settings.profile, {}))
    for code in settings.filters_for:
        yield from _language_faults(f"{place}.filters_for", code, settings)
    known = not lost & {"languages", "pairs"}
    for where, source in _sources(settings):
        yield from _source_faults(f"{place}.{where}", source, settings, look=known, parallel=where == "sources")
    for evaluation in settings.decontaminate:
        try:
            list(paths(evaluation))
        except XlalignError as error:
            yield Fault.of(f"{place}.decontaminate", error)


def _filter_tables(settings: PrepareSettings) -> Iterator[tuple[str, FilterTable]]:
    yield "filters", settings.filters
    yield "mono_filters", settings.mono_filters
    yield from ((f"filters_for.{code}", table) for code, table in settings.filters_for.items())
    yield from ((where, source.filters) for where, source in _sources(settings))


def _filter_faults(place: str, table: FilterTable, profile: FilterTable) -> Iterator[Fault]:
    for name, change in table.items():
        if name not in FILTERS:
            yield unknown(place, "filter", name, FILTERS)
        elif change is not False:
            own = profile.get(name, {})
            merged = {**(own if isinstance(own, dict) else {}), **(change if isinstance(change, dict) else {})}
            yield from examine(FILTERS.get(name), merged, f"{place}.{name}").faults


def _language_faults(place: str, code: str, settings: PrepareSettings) -> Iterator[Fault]:
    """`filters_for` of a language that the table does not have does nothing."""
    pairs = settings.language_pairs()
    wanted = {*(lang for pair in pairs for lang in pair), *("-".join(pair) for pair in pairs)}
    if code not in wanted:
        yield unknown(place, "language or pair of this table:", code, wanted)


def _sources(settings: PrepareSettings) -> Iterator[tuple[str, SourceSettings]]:
    yield from (("sources", source) for source in settings.sources)
    yield from (("mono", source) for source in settings.mono)
    yield from (("mine.sources", source) for source in (settings.mine.sources if settings.mine else ()))


def _source_faults(
    place: str, source: SourceSettings, settings: PrepareSettings, *, look: bool, parallel: bool
) -> Iterator[Fault]:
    scheme, colon, rest = source.uri.partition(":")
    if not colon:
        near = f"file:{source.uri}" if Path(source.uri).exists() or "." in source.uri else "micro:"
        yield Fault(place, f"source `{source.uri}`: wanted `scheme:rest`", f"did you mean `{near}`?")
        return
    if scheme not in SOURCES:
        yield unknown(place, "source", scheme, SOURCES)
        return
    if scheme == "url":
        yield from _secrets(place, rest)
    found = examine(SOURCES.get(scheme), {**source.options, "rest": rest}, place)
    yield from found.faults
    if found.settings is not None and not found.faults and look:
        yield from _missing(place, scheme, found.settings, settings, parallel=parallel)


def _secrets(place: str, rest: str) -> Iterator[Fault]:
    """Passwords and tokens in addresses, which are said without being repeated."""
    for address in rest.split("|"):
        try:
            address_check(address)
        except UserError as error:
            yield Fault.of(place, error)


def _missing(place: str, scheme: str, opened: Any, settings: PrepareSettings, *, parallel: bool) -> Iterator[Fault]:
    """Files of a local source that are not there, and languages that nobody serves."""
    pairs = settings.language_pairs()
    try:
        if parallel and (scheme in (*LOCAL, "micro") or getattr(opened, "is_local", False)):
            list(opened.bitexts(pairs))
        if parallel and scheme in LOCAL:
            yield from _lost_files(place, opened.rest)
            yield from _stated(place, opened, settings)
    except XlalignError as error:
        yield Fault.of(place, error)


def _lost_files(place: str, rest: str) -> Iterator[Fault]:
    """The files of a URI without placeholders, each said by name (`file:a.en|a.de`)."""
    for part in rest.split("|") if "{" not in rest else ():
        path = Path(part).expanduser()
        archives = any(parent.is_file() for parent in path.parents)
        if not path.exists() and not archives:
            beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
            near = nearest(path.name, beside)
            hint = f"did you mean `{path.parent / near}`?" if near else "paths begin at the folder of the pipeline file"
            yield Fault(place, f"no file `{part}`", hint, data=True)


def _stated(place: str, opened: Any, settings: PrepareSettings) -> Iterator[Fault]:
    """Languages of a source that the table does not ask for."""
    wanted = {lang for pair in settings.language_pairs() for lang in pair}
    for code in getattr(opened, "languages", ()):
        try:
            if languages.normalise(code) not in wanted:
                yield unknown(place, "language of this table:", code, wanted)
        except UserError as error:
            yield Fault.of(place, error)


def local_bytes(settings: PrepareSettings) -> int:
    """Bytes of the local files that the sources read; 0 where all are remote."""
    pairs = settings.language_pairs()
    files: Mapping[Path, int] = {}
    for _, source in _sources(settings):
        scheme, _, rest = source.uri.partition(":")
        if scheme in LOCAL:
            found = examine(SOURCES.get(scheme), {**source.options, "rest": rest}, "")
            paths_ = found.settings.inputs(pairs) if found.settings is not None else []
            files = {**files, **{path: path.stat().st_size for path in paths_}}
    return sum(files.values())
