import pickle
from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from xlalign import registry
from xlalign.errors import DataError, UserError, unknown_name
from xlalign.registry import Registry

TABLE = {"join": "posixpath:join", "split": "posixpath:split"}


def test_rows_resolve_lazily():
    table: Registry[Callable[[str], str]] = Registry("thing", {**TABLE, "broken": "no.such.module:x"}, "xlalign.test")
    assert table.names() == ["broken", "join", "split"]
    assert table.get("join").__name__ == "join"


def test_unknown_name_lists_near_matches_then_all():
    with pytest.raises(UserError) as caught:
        Registry("preset", TABLE, "xlalign.test").get("jion")
    assert caught.value.message == "unknown preset `jion`; known: join, split"
    assert caught.value.hint == "did you mean `join`?"
    assert unknown_name("preset", "zzz", ["a"]).hint is None


def test_plugins_add_rows_and_never_replace(monkeypatch):
    points = [
        EntryPoint("norm", "posixpath:normpath", "g"),
        EntryPoint("join", "x:y", "g"),
        EntryPoint("bad", "no.such:x", "g"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    table: Registry[Callable[[str], str]] = Registry("thing", TABLE, "g")
    with pytest.warns(UserWarning, match="`join` .* is ignored"):
        assert table.names() == ["bad", "join", "norm", "split"]
    assert table.get("norm").__name__ == "normpath"
    with pytest.raises(UserError, match=r"plug-in thing `bad` \(no.such:x\) does not import"):
        table.get("bad")


def test_errors_cross_process_borders():
    error = pickle.loads(pickle.dumps(DataError("what", "next")))
    assert (type(error), error.message, error.hint, error.exit_code) == (DataError, "what", "next", 3)
