"""What a query costs, before and after it ran.

Shopify does not publish the formula. This one agrees with 94.5 % of 8,264 recorded costs exactly: scalars are free, an
object is 1, money and addresses are free, a connection is ``2 + c * floor(2 ln n)`` where c is the cost of one node, a
root count is 10, a mutation is 10 and its payload's own objects are free. Lists are not multiplied.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, log
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from posbridge_dagster.sandbox.shopify.input_cost import input_cost

ROOT_COUNT, MUTATION, MOST = 10, 10, 1000
FREE_TYPES = frozenset(
    {
        "MoneyBag",
        "MoneyV2",
        "MailingAddress",
        "LocationAddress",
        "CustomerEmailMarketingConsentState",
        "CustomerSmsMarketingConsentState",
        "InventoryItemMeasurement",
        "Weight",
        "PageInfo",
    }
)
FREE_FIELDS = frozenset({"pageInfo", "userErrors", "__typename"})


@dataclass
class Cost:
    """The cost of one selected field: its own, that of its parts, and of a connection how many nodes were asked for."""

    name: str
    own: int
    parts: list["Cost"] = field(default_factory=list)
    size: int | None = None
    is_connection: bool = False
    on_type: str | None = None

    def requested(self) -> int:
        """Return the cost before the call runs: it depends on the query alone."""
        if not self.is_connection:
            return self.own + _sum(self.parts)
        return 2 if not self.size else 2 + _node_cost(self.parts) * multiplier(self.size)

    def actual(self, value: Any) -> int:
        """Return the cost of what was answered: null costs nothing below it, a connection its real number of nodes."""
        if value is None:
            return self.own if not self.is_connection else 2
        if self.is_connection:
            return self._actual_connection(value)
        if isinstance(value, list):
            return self.own + max((_actual_parts(self.parts, item) for item in value), default=0)
        return self.own + _actual_parts(self.parts, value)

    def _actual_connection(self, value: dict[str, Any]) -> int:
        nodes: list[Any] = []
        each = 0
        for part in self.parts:
            held = value.get(part.name) or []
            items = [item.get(part.parts[0].name) for item in held] if part.own == 0 and part.parts else held
            leaf = part.parts[0] if part.own == 0 and part.parts else part
            nodes = items or nodes
            each += 1 + (max((_actual_parts(leaf.parts, item) for item in items), default=0) if leaf.parts else 0)
        return 2 + each * multiplier(len(nodes)) if nodes else 2 + (1 if self.parts else 0)


def multiplier(size: int) -> int:
    """Return how often the cost of one node counts for a page of this size."""
    return floor(2 * log(max(2, size)))


def _sum(parts: list[Cost]) -> int:
    common = sum(part.requested() for part in parts if part.on_type is None)
    by_type: dict[str, int] = {}
    for part in parts:
        if part.on_type is not None:
            by_type[part.on_type] = by_type.get(part.on_type, 0) + part.requested()
    return common + max(by_type.values(), default=0)


def _node_cost(parts: list[Cost]) -> int:
    return sum(part.requested() for part in parts)


def _actual_parts(parts: list[Cost], item: Any) -> int:
    if not isinstance(item, dict):
        return 0
    return sum(part.actual(item[part.name]) for part in parts if part.name in item)


class CostReader:
    """Reads the cost of the operations of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            definition.name.value: definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)
        }

    def read(self, operation: OperationDefinitionNode) -> list[Cost]:
        """Return the costs of the root fields."""
        if operation.operation == OperationType.MUTATION:
            return [self._mutation(node) for node, _ in self._fields(operation.selection_set, self._schema.mutation_type)]
        root = self._schema.query_type
        costs = [self._field(node, root, None) for node, _ in self._fields(operation.selection_set, root)]
        for cost, (node, _) in zip(costs, self._fields(operation.selection_set, root), strict=True):
            if node.name.value.endswith("Count"):
                cost.own, cost.parts = ROOT_COUNT, []
        return costs

    def _mutation(self, node: FieldNode) -> Cost:
        assert self._schema.mutation_type is not None
        payload = get_named_type(self._schema.mutation_type.fields[node.name.value].type)
        parts = self._parts(node.selection_set, payload)
        for part in parts:
            part.own = 0
        return Cost(_response_name(node), MUTATION + input_cost(node, self._variables), parts)

    def _parts(self, selection: SelectionSetNode | None, parent: GraphQLNamedType | None) -> list[Cost]:
        costs = [self._field(node, on or parent, on) for node, on in self._fields(selection, parent)]
        return [cost for cost in costs if cost.own or cost.is_connection or cost.parts]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, on: GraphQLNamedType | None) -> Cost:
        name = node.name.value
        on_type = on.name if on is not None else None
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        returned = get_named_type(known.type) if known else None
        if returned is None or name in FREE_FIELDS or is_leaf_type(returned) or returned.name.endswith("UserError"):
            return Cost(_response_name(node), 0, on_type=on_type)
        if returned.name.endswith("Connection"):
            return Cost(_response_name(node), 0, self._node_parts(node, returned), self._size(node), True, on_type)
        own = 0 if returned.name in FREE_TYPES else 1
        return Cost(_response_name(node), own, self._parts(node.selection_set, returned), on_type=on_type)

    def _node_parts(self, node: FieldNode, connection: GraphQLNamedType) -> list[Cost]:
        """Return ``nodes`` (own 1) and ``edges`` (own 0, holding its ``node``) of a connection."""
        parts = []
        for member, _ in self._fields(node.selection_set, connection):
            if member.name.value == "nodes":
                parts.append(self._node(member, connection))
            elif member.name.value == "edges":
                edge = edge_type(connection)
                inner = [self._node(item, edge) for item, _ in self._fields(member.selection_set, edge) if item.name.value == "node"]
                parts.append(Cost(_response_name(member), 0, inner))
        return parts

    def _node(self, node: FieldNode, parent: GraphQLNamedType) -> Cost:
        cost = self._field(node, parent, None)
        cost.own = 1
        return cost

    def _size(self, node: FieldNode) -> int | None:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    size = self._variables.get(argument.value.name.value)
                    if isinstance(size, int):
                        return size
        return None

    def _fields(
        self, selection: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Iterable[tuple[FieldNode, GraphQLNamedType | None]]:
        """Yield the selected fields with the type that an inline fragment or a spread narrows them to, if it does."""
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield node, None
                continue
            if isinstance(node, InlineFragmentNode):
                condition, inner = node.type_condition, node.selection_set
            else:
                assert isinstance(node, FragmentSpreadNode)
                fragment = self._fragments[node.name.value]
                condition, inner = fragment.type_condition, fragment.selection_set
            narrowed = self._schema.get_type(condition.name.value) if condition else parent
            for field_node, deeper in self._fields(inner, narrowed):
                yield field_node, deeper or (None if narrowed is parent else narrowed)


def edge_type(connection: GraphQLNamedType) -> GraphQLObjectType:
    """Return the type of the edges of a connection."""
    assert isinstance(connection, GraphQLObjectType)
    edge = get_named_type(connection.fields["edges"].type)
    assert isinstance(edge, GraphQLObjectType)
    return edge


def _response_name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
