"""`benchmarks/shape.py`: what it says of chains and cycles of imports."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

SHAPE: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "shape.py"))


def test_a_cycle_is_one_link_of_the_chain():
    imports = {"a": {"b"}, "b": {"c", "e"}, "c": {"b", "d"}, "d": set[str](), "e": set[str]()}
    assert {group for group in SHAPE["cycles"](imports) if len(group) > 1} == {frozenset("bc")}
    assert SHAPE["chain"](imports)[:2] == ["a", "b+"]
    assert len(SHAPE["chain"](imports)) == 3


def test_lazy_and_type_only_imports_are_told_apart(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("")
    (house / "low.py").write_text("import typing\nif typing.TYPE_CHECKING:\n    from house.high import Roof\n")
    (house / "high.py").write_text(
        "class Roof:\n    def under(self):\n        from house import low\n        return low\n"
    )
    found = SHAPE["House"](house)
    assert not any(found.imports(lazy=False).values())
    assert {len(group) for group in SHAPE["cycles"](found.imports(lazy=True))} == {1, 2}
