"""What has to be looked after in the objects of an answer, worked out once per document instead of once per object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, SelectionSetNode

from posbridge_dagster.clients.shopify.documents import Document, Fragments, flat_fields, is_connection, response_key

COUNT = "Count"


@dataclass(frozen=True)
class Connection:
    """A paged list: the field that asks for it and the shape of its nodes."""

    field: FieldNode
    nodes: "Shape"


@dataclass(frozen=True)
class Shape:
    """The connections of an object, the objects and plain lists below it that hold some, and the lists with a count beside them."""

    selections: SelectionSetNode
    connections: Mapping[str, Connection]
    holders: Mapping[str, "Shape"]
    counted: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to look after."""
        return not (self.connections or self.holders or self.counted)

    def contradiction(self, node: Mapping[str, Any]) -> str | None:
        """Return in words which list of an object is shorter than the count beside it, None when none is."""
        for name in self.counted:
            listed, counted = node.get(name), node.get(name + COUNT)
            if listed is not None and counted is not None and len(listed) < counted["count"]:
                return f"{name} holds {len(listed)} of {counted['count']}"
        return None


def shape_of(selections: SelectionSetNode, fragments: Fragments) -> Shape:
    """Return the shape of what a selection gives."""
    fields = [field for field, _ in flat_fields(selections, fragments)]
    connections: dict[str, Connection] = {}
    holders: dict[str, Shape] = {}
    for field in fields:
        if field.selection_set is None:
            continue
        if is_connection(field, fragments):
            connections[response_key(field)] = Connection(field, shape_of(node_selections(field, fragments), fragments))
        elif not (below := shape_of(field.selection_set, fragments)).is_plain:
            holders[response_key(field)] = below
    keys = {response_key(field) for field in fields}
    counted = tuple(sorted(key.removesuffix(COUNT) for key in keys if key.endswith(COUNT) and key.removesuffix(COUNT) in keys))
    return Shape(selections, connections, holders, counted)


def root_shape(document: Document) -> Shape:
    """Return the shape of the data a document gives."""
    return shape_of(document.operation.selection_set, document.fragments)


def node_selections(connection: FieldNode, fragments: Fragments) -> SelectionSetNode:
    """Return what is selected of each node of a connection, through ``nodes`` or ``edges { node }``."""
    found = connection.selection_set
    assert found is not None
    inside = {child.name.value: child for child, _ in flat_fields(found, fragments)}
    if "edges" in inside and (edges := inside["edges"].selection_set):
        inside = {child.name.value: child for child, _ in flat_fields(edges, fragments)}
    found = (inside.get("nodes") or inside["node"]).selection_set
    assert found is not None
    return found
