"""A field that holds any part of a registry: ours or a plug-in's, validated alike."""

from importlib.metadata import EntryPoint

import pytest
from shapes import SHAPES, Circle, Drawing, Plugged

from xlalign import registry
from xlalign.config.load import validate
from xlalign.errors import UserError


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("plugged", "shapes:Plugged", group)])
    vars(SHAPES).pop("_plugins", None)


def read(table: object) -> Drawing:
    return validate(Drawing, {"shapes": table}, "drawing", "x.toml")


def test_each_table_is_read_by_the_model_that_it_names():
    drawing = read({"a": {"kind": "circle", "radius": 3}, "b": {"kind": "plugged", "holes": 5, "size": 4}})
    assert drawing.shapes == {"a": Circle(radius=3), "b": Plugged(holes=5, size=4)}
    assert drawing.model_dump()["shapes"]["b"] == {"kind": "plugged", "holes": 5, "size": 4}
    assert Drawing(shapes={"a": Circle()}).shapes["a"] == Circle()


def test_all_mistakes_are_told_with_their_place():
    with pytest.raises(UserError) as caught:
        read({"a": {"kind": "circle", "radios": 3, "size": "x"}, "b": {"kind": "circel"}, "c": {}, "d": 3})
    assert caught.value.message.splitlines() == [
        "x.toml: 5 mistakes",
        "  `drawing.shapes.a.size`: Input should be a valid integer, unable to parse string as an integer (found 'x')",
        "  unknown key `drawing.shapes.a.radios`; did you mean `radius`?",
        "  `drawing.shapes.b`: unknown shape `circel`; known: circle, plugged; did you mean `circle`? "
        "(found {'kind': 'circel'})",
        "  `drawing.shapes.c`: `kind` is missing; one of circle, plugged (found {})",
        "  `drawing.shapes.d`: wanted a table with `kind` (found 3)",
    ]
