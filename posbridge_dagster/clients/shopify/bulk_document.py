"""A document as a bulk operation takes it, and the joining of its result.

Bulk knows no variables and no pages: values are written into the text, fragments are opened, connections are
``edges { node }``, at most five of them and two deep. Its result is one line per object.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graphql import ArgumentNode, FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode, VariableNode, print_ast

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.documents import Document, flat_fields, response_key
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.shape import Connection, root_shape

PARENT = "__parentId"


@dataclass(frozen=True)
class _Child:
    """A connection of the record: the names each of its lines has, and those it may have."""

    always: frozenset[str]
    possible: frozenset[str]

    def fits(self, names: frozenset[str]) -> bool:
        return self.always <= names <= self.possible


class BulkDocument:
    """One record type with its connections, to be read in bulk."""

    def __init__(self, document: Document, variables: Mapping[str, str]) -> None:
        self.name = document.name
        self._document, self._variables = document, variables
        self.text = self._written(document.operation.selection_set)
        self._record = next(iter(root_shape(document).connections.values())).nodes
        self.children = {key: self._child(connection) for key, connection in self._record.connections.items()}

    def joined(self, lines: Iterable[bytes], *, objects: int, records: int) -> list[Node]:
        """Return the records of a result, each with its children as plain lists.

        ``objects`` and ``records`` are what the operation counted. Raises UnknownOutcome when a line cannot be read or
        belongs to nothing, or when the counts differ.
        """
        found: dict[str, Node] = {}
        children: dict[str, list[Node]] = defaultdict(list)
        arrived = 0
        for row in map(self._row, lines):
            arrived += 1
            if PARENT in row:
                children[row.pop(PARENT)].append(row)
            else:
                found[row["id"]] = {**row, **{key: [] for key in self.children}}
        if (arrived, len(found)) != (objects, records):
            counts = f"{arrived} objects in {len(found)} records arrived, {objects} in {records} were counted"
            raise unusable(self.name, f"is incomplete: {counts}", "incomplete")
        for parent, rows in children.items():
            self._attach(found.get(parent), rows, parent)
        for record in found.values():
            if reason := self._record.contradiction(record):
                raise unusable(self.name, f"contradicts itself: {reason} in {record['id']}", "incomplete")
        return list(found.values())

    def _attach(self, record: Node | None, rows: list[Node], parent: str) -> None:
        if record is None:
            raise unusable(self.name, f"holds lines of {parent}, which is not in it", "orphan")
        for row in rows:
            names = frozenset(row)
            fitting = [key for key, child in self.children.items() if child.fits(names)]
            if len(fitting) != 1:
                raise unusable(self.name, f"holds a line of {parent} that belongs to {len(fitting)} of its lists", "orphan")
            record[fitting[0]].append(row)

    def _row(self, line: bytes) -> Node:
        try:
            row: Node = json.loads(line, parse_float=Decimal)
        except ValueError:
            raise unusable(self.name, "breaks off inside a line", "truncated") from None
        return row

    def _child(self, connection: Connection) -> _Child:
        fields = list(flat_fields(connection.nodes.selections, self._document.fragments))
        return _Child(
            always=frozenset(response_key(field) for field, on in fields if on is None),
            possible=frozenset(response_key(field) for field, _ in fields),
        )

    def _written(self, selections: SelectionSetNode) -> str:
        return "{ " + " ".join(self._parts(selections)) + " }"

    def _parts(self, selections: SelectionSetNode) -> Iterable[str]:
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                yield from self._parts(self._document.fragments[selection.name.value].selection_set)
            elif isinstance(selection, InlineFragmentNode):
                condition = f" on {selection.type_condition.name.value}" if selection.type_condition else ""
                yield f"...{condition} {self._written(selection.selection_set)}"
            elif isinstance(selection, FieldNode):
                yield self._field(selection)

    def _field(self, field: FieldNode) -> str:
        alias = f"{field.alias.value}: " if field.alias else ""
        arguments = ", ".join(self._argument(argument) for argument in field.arguments)
        below = f" {self._written(field.selection_set)}" if field.selection_set else ""
        return alias + field.name.value + (f"({arguments})" if arguments else "") + below

    def _argument(self, argument: ArgumentNode) -> str:
        if not isinstance(argument.value, VariableNode):
            return print_ast(argument)
        return f"{argument.name.value}: {json.dumps(self._variables[argument.value.name.value])}"


def unusable(operation: str, message: str, code: str) -> UnknownOutcome:
    """Return the failure of a bulk result that must not be used."""
    return UnknownOutcome(
        f"the bulk result {message}",
        system="Shopify",
        operation=operation,
        code=f"bulk_{code.lower()}",
        advice="Nothing of it was used; read a shorter time span, or page by page.",
    )


def counts(operation: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of objects and records a bulk operation counted; Shopify sends them as text."""
    return {"objects": int(operation["objectCount"]), "records": int(operation["rootObjectCount"])}
