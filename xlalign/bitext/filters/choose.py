"""Which filters a corpus gets: corpus over language pair over language over the default over the profile."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from xlalign.bitext.filters import FILTERS
from xlalign.bitext.filters.base import Filter
from xlalign.bitext.settings import FilterTable, PrepareSettings, SourceSettings
from xlalign.config.load import validate
from xlalign.errors import unknown_name


@cache
def profiles() -> dict[str, FilterTable]:
    """The filter tables by profile name."""
    return tomllib.loads(files("xlalign.bitext").joinpath("data/profiles.toml").read_text(encoding="utf-8"))


def for_corpus(settings: PrepareSettings, source: SourceSettings, pair: tuple[str, str]) -> dict[str, Filter]:
    """The filters for a corpus in one language pair, from cheap to dear."""
    layers = [settings.filters_for.get(name, {}) for name in (*pair, "-".join(pair))]
    return choose(settings.profile, [settings.filters, *layers, source.filters])


def for_documents(settings: PrepareSettings, source: SourceSettings, lang: str) -> dict[str, Filter]:
    """The filters for monolingual text: those that look at either side by itself."""
    layers = [settings.filters, settings.filters_for.get(lang, {}), settings.mono_filters, source.filters]
    return {name: rule for name, rule in choose(settings.profile, layers).items() if not rule.compares}


def choose(profile: str, layers: Iterable[FilterTable]) -> dict[str, Filter]:
    """The filters of a profile with changes applied, later layers over earlier ones.

    Raises:
        UserError: unknown profile, filter or field.
    """
    if profile not in profiles():
        raise unknown_name("filter profile", profile, profiles())
    fields: dict[str, Mapping[str, Any]] = dict(profiles()[profile])  # type: ignore[arg-type]
    for layer in layers:
        for name, change in layer.items():
            if change is False:
                FILTERS.get(name)
                fields.pop(name, None)
            else:
                fields[name] = {**fields.get(name, {}), **(change if isinstance(change, dict) else {})}
    built = {name: _build(name, table) for name, table in fields.items()}
    return dict(sorted(built.items(), key=lambda item: (item[1].cost, item[0])))


def _build(name: str, table: Mapping[str, Any]) -> Filter:
    return validate(FILTERS.get(name), table, where=f"filters.{name}", source="[prepare]")
