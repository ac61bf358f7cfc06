"""Whether an encoder has the layers that a recipe reads; light, so that a plan can ask before anything runs."""

from __future__ import annotations

from xlalign.errors import UserError
from xlalign.objectives.options import Recipe

FIELDS = ("layers", "layer", "label_layer")
"""Options that name layers."""


def refuse_missing_layers(recipe: Recipe, depth: int) -> None:
    """Check a recipe against an encoder of `depth` layers.

    Raises:
        UserError: an objective reads a layer that the encoder does not have.
    """
    for name, own in recipe.objectives.items():
        for field in FIELDS:
            value = getattr(own, field, ())
            for layer in value if isinstance(value, tuple) else (value,):
                _refuse(name, field, layer, depth)


def _refuse(objective: str, field: str, layer: int, depth: int) -> None:
    if -depth - 1 <= layer <= depth:
        return
    near = max(1, round(layer * depth / 12))
    value = f"[{near}]" if field == "layers" else f"{near}"
    raise UserError(
        f"{objective}.{field} reads layer {layer}, and the encoder has {depth} layers",
        f"set {objective}.{field} = {value}, the same depth as layer {layer} of 12",
    )
