"""JSON Schema of a whole pipeline file, for editors."""

from __future__ import annotations

from typing import Any

from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.pipeline import SECTIONS

URL = "https://xlalign.readthedocs.io/schema.json"
Schema = dict[str, Any]


def schema() -> Schema:
    """What a pipeline file may say: a stage's table, or tables of stages by name."""
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
    gathers = any(own.info.mode == "before" for own in model.__pydantic_decorators__.model_validators.values())
    if not gathers:
        return found
    # It sorts further keys (hyperparameters of a preset, fields of an aligner) into fields that nobody writes.
    return {key: value for key, value in found.items() if key != "required"} | {"additionalProperties": True}


def _open(own: Schema) -> Schema:
    """Options of a source stand beside its `uri`, which may also be written as text alone."""
    fields = own.get("properties", {})
    table = {**own, "additionalProperties": True} if "options" in fields else own
    return {"anyOf": [{"type": "string"}, table]} if own.get("required") == ["uri"] else table


def _stage(table: Schema, *, single: bool) -> Schema:
    named = {"type": "object", "minProperties": 1, "additionalProperties": table}
    return {"anyOf": [table, named]} if single else named
