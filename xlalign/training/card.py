"""The model card of a pretrained encoder."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from xlalign.objectives import presets
from xlalign.training.settings import PretrainSettings


def render(settings: PretrainSettings, summary: dict[str, Any], languages: list[str]) -> str:
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
        recipe=settings.recipe,
        summary=summary,
        languages=languages,
        options=sorted(presets.hyperparameters(settings.recipe).items()),
    )
