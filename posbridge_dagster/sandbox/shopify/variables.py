"""Variables held against their types, refused in the words of Shopify (``INVALID_VARIABLE``)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_type,
    is_required_input_field,
    type_from_ast,
)

from posbridge_dagster.sandbox.shopify.refusals import Refusal
from posbridge_dagster.sandbox.shopify.schema import is_one_of

MOST_ITEMS = 250
LONGER = {"variants": 2048, "values": 2048}  # of productSet's input, whose products have that many
GLOBAL_ID = re.compile(r"gid://\w[\w-]*/\w+/[^/\s]+")
Problem = dict[str, Any]


def variable_refusals(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the formatted errors of an operation's variables; none when all of them fit."""
    refusals = []
    for definition in operation.variable_definitions:
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if kind is None or not is_input_type(kind):
            continue
        value = variables.get(name)
        if name not in variables and definition.default_value is not None:
            continue
        location = definition.loc.start_token if definition.loc else None
        places = [{"line": location.line, "column": location.column}] if location else []
        refusal = _refusal(name, kind, value)
        if refusal is not None:
            refusals.append({"message": refusal.message, "locations": places, "extensions": refusal.extensions})
    return refusals


def _refusal(name: str, kind: Any, value: Any) -> Refusal | None:
    longer = LONGER if "ProductSetInput" in str(kind) else {}
    too_long = next(_too_long(value, MOST_ITEMS, longer), None)
    if too_long is not None:
        message = f"The input array size of {too_long[0]} is greater than the maximum allowed of {too_long[1]}."
        return Refusal(message, "MAX_INPUT_SIZE_EXCEEDED")
    problems = _problems(kind, value, [])
    if not problems:
        return None
    details = [f"{'.'.join(map(str, problem['path']))} ({problem['explanation']})" for problem in problems if problem["path"]]
    suffix = f" for {', '.join(details)}" if details else ""
    return Refusal(
        f"Variable ${name} of type {kind} was provided invalid value{suffix}", "INVALID_VARIABLE", value=value, problems=problems
    )


def _too_long(value: Any, most: int, longer: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Yield the size and the limit of every list within a value that has too many items."""
    if isinstance(value, list):
        if len(value) > most:
            yield len(value), most
        for item in value:
            yield from _too_long(item, MOST_ITEMS, longer)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _too_long(member, longer.get(name, MOST_ITEMS), longer)


def _problems(kind: GraphQLInputType, value: Any, path: list[str | int]) -> list[Problem]:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            return [_problem(path, "Expected value to not be null")]
        return _problems(kind.of_type, value, path)
    if value is None:
        return []
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [problem for index, item in enumerate(items) for problem in _problems(kind.of_type, item, [*path, index])]
    if isinstance(kind, GraphQLInputObjectType):
        return _object_problems(kind, value, path)
    return _leaf_problems(kind, value, path)


def _problem(path: list[str | int], explanation: str) -> Problem:
    return {"path": path, "explanation": explanation}


def _object_problems(kind: GraphQLInputObjectType, value: Any, path: list[str | int]) -> list[Problem]:
    if not isinstance(value, dict):
        return [_problem(path, f"Expected {json.dumps(value)} to be a key-value object.")]
    problems = [_problem([*path, name], f"Field is not defined on {kind.name}") for name in value if name not in kind.fields]
    for name, definition in kind.fields.items():
        if name in value or is_required_input_field(definition):
            problems += _problems(definition.type, value.get(name), [*path, name])
    if is_one_of(kind) and len(value) != 1:
        problems.append(_problem(path, f"'{kind.name}' requires exactly one argument, but {len(value)} were provided."))
    return problems


def _leaf_problems(kind: Any, value: Any, path: list[str | int]) -> list[Problem]:
    if isinstance(kind, GraphQLEnumType):
        if value in kind.values:
            return []
        return [_problem(path, f"Expected {json.dumps(value)} to be one of: {', '.join(kind.values)}")]
    if kind.name == "ID":
        valid = isinstance(value, str | int) and GLOBAL_ID.fullmatch(str(value)) is not None
        return [] if valid else [_problem(path, f"Invalid global id '{value}'")]
    fits = {
        "Int": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, int | float) and not isinstance(value, bool),
        "Boolean": isinstance(value, bool),
        "String": isinstance(value, str),
    }
    if fits.get(kind.name, True):
        return []
    return [_problem(path, f"Could not coerce value {json.dumps(value)} to {kind.name}")]
