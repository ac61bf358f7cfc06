"""The plug-in of the extend guide, as if it were installed."""

import gc
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from xlalign import registry

PLUGIN = Path(__file__).parents[2] / "docs/examples/plugin"


@pytest.fixture
def plugin(monkeypatch):
    """As if `pip install docs/examples/plugin` had been run before any table was looked at."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = [
        EntryPoint(name=name, value=value, group=group)
        for group, table in project["entry-points"].items()
        for name, value in table.items()
    ]
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setattr(registry, "entry_points", lambda group: [point for point in points if point.group == group])
    for table in [item for item in gc.get_objects() if type(item) is registry.Registry]:
        fresh: registry.Registry[object] = registry.Registry(table.kind, table._table, table.group)
        monkeypatch.setitem(vars(table), "_plugins", fresh._plugins)
