"""The JSON Schema of a flow's mapping file, so that an editor completes and checks it while it is written."""

from typing import Any, get_args

from posbridge_dagster.mapping.conditions import OPERATORS, Operator
from posbridge_dagster.mapping.declared import On
from posbridge_dagster.mapping.kinds import Kind
from posbridge_dagster.mapping.transforms import TRANSFORMS, Transform
from posbridge_dagster.mapping.vocabulary import TargetField, TargetFrame, Vocabulary

_VALUE: dict[Kind, dict[str, Any]] = {
    "text": {"type": ["string", "number"]},
    "whole": {"type": ["integer", "string"], "pattern": "^[+-]?[0-9]{1,18}$"},
    "decimal": {"type": ["number", "string"], "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?$"},
    "yes_no": {"type": "boolean"},
    "moment": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"},
    "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
}
_SCALAR = {"type": ["string", "number", "boolean"]}
_SENTENCE = {"type": "string", "minLength": 1}


def json_schema(vocabulary: Vocabulary[Any]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the mapping files of a flow: its frames, columns, fields and transforms."""
    settings = vocabulary.settings.model_json_schema(ref_template="#/$defs/{model}")
    columns = [str(source) for source, kind in vocabulary.kinds.items() if kind is not None]
    definitions = {
        **{name: _closed(shape) for name, shape in settings.pop("$defs", {}).items()},
        "column": {"enum": columns},
        "condition": _condition(),
        "selection": _condition({"otherwise": {**_SENTENCE, "description": "what to say of a record that is not selected"}}),
        "transform": {"anyOf": [shape for transform in TRANSFORMS.values() for shape in _transform(transform)]},
        "lookup": _lookup(),
        "rule": _rule(vocabulary),
    }
    sections = {
        "flow": {"const": vocabulary.flow},
        "select": {"type": "array", "items": {"$ref": "#/$defs/selection"}},
        "settings": _closed(settings),
        "fields": _table({name: _target(target) for name, target in vocabulary.targets.items()}, _with_required(vocabulary)),
        "lookups": {"type": "object", "additionalProperties": {"$ref": "#/$defs/lookup"}},
        "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
    }
    needed = ["flow", *(["fields"] if _with_required(vocabulary) else []), *(["settings"] if settings.get("required") else [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"mapping of {vocabulary.flow}",
        **_table(sections, needed),
        "$defs": definitions,
    }


def _table(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _closed(shape: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "additionalProperties": False} if "properties" in shape else shape


def _with_required(vocabulary: Vocabulary[Any]) -> list[str]:
    return [name for name, target in vocabulary.targets.items() if any(entry.required for entry in target.fields.values())]


def _condition(more: dict[str, Any] | None = None) -> dict[str, Any]:
    operators = {name: _operand(operator) for name, operator in OPERATORS.items()}
    return {
        **_table({"field": {"$ref": "#/$defs/column"}, **operators, **(more or {})}, ["field"]),
        "anyOf": [{"required": [name]} for name in operators],
    }


def _operand(operator: Operator) -> dict[str, Any]:
    shapes: dict[str, dict[str, Any]] = {
        "one": _SCALAR,
        "several": {"type": "array", "items": _SCALAR, "minItems": 1},
        "pattern": _SENTENCE,
        "yes_no": {"type": "boolean"},
    }
    return {**shapes[operator.operand], "description": operator.says}


def _transform(transform: Transform) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = []
    if transform.parameter is None or transform.optional:
        shapes.append({"const": transform.name, "description": transform.says})
    if transform.parameter is not None:
        shapes.append({**_table({transform.name: transform.parameter.json_schema()}, [transform.name]), "description": transform.says})
    return shapes


def _target(target: TargetFrame) -> dict[str, Any]:
    fields = {name: _field(entry) for name, entry in target.fields.items()}
    return _table(fields, [name for name, entry in target.fields.items() if entry.required])


def _field(entry: TargetField) -> dict[str, Any]:
    column, step = {"$ref": "#/$defs/column"}, {"$ref": "#/$defs/transform"}
    properties: dict[str, Any] = {
        "from": {"anyOf": [column, {"type": "array", "items": column, "minItems": 1}]},
        "value": _VALUE[entry.kind],
        "transform": {"anyOf": [step, {"type": "array", "items": step}]},
        "lookup": {"type": "string"},
        "default": _VALUE[entry.kind],
        "required": {"const": True} if entry.required else {"type": "boolean"},
        "on": {"enum": [time for time in get_args(On) if not (entry.required and time == "update")]},
    }
    constant = {"required": ["value"], "not": {"anyOf": [{"required": [key]} for key in ("transform", "lookup", "default")]}}
    return {**_table(properties, []), "oneOf": [{"required": ["from"]}, constant], "description": entry.says}


def _lookup() -> dict[str, Any]:
    missing = {"anyOf": [{"enum": ["quarantine", "keep"]}, _table({"default": _SCALAR}, ["default"])]}
    return _table({"values": {"type": "object", "additionalProperties": _SCALAR}, "missing": missing}, ["values", "missing"])


def _rule(vocabulary: Vocabulary[Any]) -> dict[str, Any]:
    sets = {f"{name}.{field}": _VALUE[entry.kind] for name, target in vocabulary.targets.items() for field, entry in target.fields.items()}
    deeds = {"skip": _SENTENCE, "quarantine": _SENTENCE, "set": _table(sets, [])}
    then = {**_table(deeds, []), "minProperties": 1, "maxProperties": 1}
    when = {"type": "array", "items": {"$ref": "#/$defs/condition"}}
    return _table({"name": _SENTENCE, "when": when, "then": then}, ["name", "when", "then"])
