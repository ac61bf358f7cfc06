"""Parts of a made-up kind: one of ours, one that comes as a plug-in, and a model that holds any."""

from typing import Annotated, Literal

from pydantic import SerializeAsAny

from xlalign.config import Settings
from xlalign.registry import OneOf, Registry


class Shape(Settings):
    """What all shapes have."""

    size: int = 1


class Circle(Shape):
    """One of ours."""

    kind: Literal["circle"] = "circle"
    radius: float = 1.0


class Plugged(Shape):
    """A plug-in's."""

    kind: Literal["plugged"] = "plugged"
    holes: int = 2


SHAPES: Registry[type[Shape]] = Registry("shape", {"circle": "shapes:Circle"}, "xlalign.test")


class Drawing(Settings):
    """A table with shapes of any kind."""

    shapes: dict[str, Annotated[SerializeAsAny[Shape], OneOf(SHAPES)]]
