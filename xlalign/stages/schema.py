"""JSON Schema of a whole pipeline file, for editors."""

from __future__ import annotations

from typing import Any

from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.graph import SECTIONS

URL = "https://xlalign.readthedocs.io/schema.json"
Schema = dict[str, Any]


def schema() -> Schema:
    """What a pipeline file may say: a stage's table, or tables of stages by name.

    Models that take further keys (hyperparameters of a preset, options of a source) have a field `options` for them.
    """
    shared: Schema = {}
    tables = {
        name: _stage(_model(section.settings, shared), single=section.single) for name, section in SECTIONS.items()
    }
    properties = {
        "title": {"type": "string", "description": "what the pipeline is for, in one line"},
        **tables,
        "execution": _model(ExecutionSettings, shared),
        "mirrors": _model(PrepareSettings, shared)["properties"]["mirrors"],
        "profiles": {
            "type": "object",
            "description": "by name: dotted fields that `--profile NAME` changes",
            "additionalProperties": {"type": "object"},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": URL,
        "title": "xlalign pipeline",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": {name: _open(own) for name, own in shared.items()},
    }


def _model(model: type[Settings], shared: Schema) -> Schema:
    found = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    shared.update(found.pop("$defs", {}))
    return _open(found)


def _open(own: Schema) -> Schema:
    """A model that collects further keys in `options` takes them; one that is a `uri` may be written as text alone."""
    fields = own.get("properties", {})
    table = {**own, "additionalProperties": True} if "options" in fields else own
    return {"anyOf": [{"type": "string"}, table]} if own.get("required") == ["uri"] else table


def _stage(table: Schema, *, single: bool) -> Schema:
    named = {"type": "object", "minProperties": 1, "additionalProperties": table}
    return {"anyOf": [table, named]} if single else named
