"""Carries out any operation over plain values: a list is paged where nodes or pageInfo are asked from it."""

from collections.abc import Callable
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, ValueNode, VariableNode, parse
from graphql.utilities import value_from_ast_untyped

from posbridge_dagster.clients.shopify.documents import flat_fields, response_key
from posbridge_dagster_tests.clients.shopify.scripted import Received, Scripted, cost, data

Value = dict[str, Any]


class PretendGraph:
    """A shop made of dicts. ``root`` holds what an operation asks for by name; everything with an id is found by ``node``.

    What is asked for may also be a function of the arguments.

    ``before_call`` runs before each call with its number, so that a test can change the data between two pages.
    """

    def __init__(self, root: Value, before_call: Callable[[int], None] = lambda number: None) -> None:
        self.root = root
        self.calls = 0
        self.before_call = before_call

    def __call__(self, request: Received) -> Scripted:
        self.calls += 1
        self.before_call(self.calls)
        body = request.json
        document: DocumentNode = parse(body["query"])
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        run = _Run(self, fragments, body["variables"])
        answer = {response_key(field): run.root(field) for field, _ in flat_fields(operation.selection_set, fragments)}
        return data(answer, cost=cost(1, 20_000, actual=1, maximum=20_000, restore=1000))

    def find(self, gid: str) -> Any:
        found = [value for value in _walk(self.root) if value.get("id") == gid]
        return max(found, key=len) if found else None


class _Run:
    def __init__(self, graph: PretendGraph, fragments: dict[str, FragmentDefinitionNode], variables: Value) -> None:
        self._graph, self._fragments, self._variables = graph, fragments, variables
        self._fields: dict[int, list[FieldNode]] = {}

    def root(self, field: FieldNode) -> Any:
        given = {argument.name.value: self._argument(argument.value) for argument in field.arguments}
        if field.name.value == "node":
            return self._value(self._graph.find(given["id"]), field)
        if field.name.value == "nodes":
            return [self._value(self._graph.find(gid), field) for gid in given["ids"]]
        value = self._graph.root[field.name.value]
        return self._value(value(given) if callable(value) else value, field)

    def _value(self, value: Any, field: FieldNode) -> Any:
        if value is None or field.selection_set is None:
            return value
        if any(child.name.value in ("nodes", "pageInfo") for child in self._below(field)):
            return self._page(value, field)
        if isinstance(value, list):
            return [self._object(item, field) for item in value]
        return self._object(value, field)

    def _below(self, field: FieldNode) -> list[FieldNode]:
        """The same selection is asked of thousands of rows, so it is opened once."""
        assert field.selection_set is not None
        if id(field) not in self._fields:
            self._fields[id(field)] = [child for child, _ in flat_fields(field.selection_set, self._fragments)]
        return self._fields[id(field)]

    def _object(self, value: Value, field: FieldNode) -> Value:
        return {response_key(child): self._value(value.get(child.name.value), child) for child in self._below(field)}

    def _page(self, rows: list[Value], field: FieldNode) -> Value:
        given = {argument.name.value: self._argument(argument.value) for argument in field.arguments}
        start = int(given.get("after") or 0)
        end = start + given["first"]
        nodes = next(child for child in self._below(field) if child.name.value == "nodes")
        info = {"hasNextPage": end < len(rows), "endCursor": str(min(end, len(rows))) if rows else None}
        return {"nodes": [self._object(row, nodes) for row in rows[start:end]], "pageInfo": info}

    def _argument(self, value: ValueNode) -> Any:
        return self._variables.get(value.name.value) if isinstance(value, VariableNode) else value_from_ast_untyped(value, self._variables)


def _walk(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
