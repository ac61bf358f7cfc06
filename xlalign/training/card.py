"""The model card of a pretrained encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from xlalign.objectives.options import Recipe
    from xlalign.training.data import RecipeBatches
    from xlalign.training.settings import PretrainSettings


def render(settings: PretrainSettings, recipe: Recipe, summary: dict[str, Any], batches: RecipeBatches) -> str:
    """README.md of a model folder, with the front matter that the hub and sentence-transformers read."""
    environment = Environment(
        loader=PackageLoader("xlalign.training"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template("card.md").render(
        settings=settings,
        recipe=recipe,
        summary=summary,
        languages=batches.data.languages,
        options=sorted(settings.options.items()),
    )
