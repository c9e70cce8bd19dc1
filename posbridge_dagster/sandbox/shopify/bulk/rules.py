"""What Shopify refuses in a bulk query or mutation although it is valid GraphQL, in its words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
)

from posbridge_dagster.sandbox.shopify.cost import edge_type
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.validation import static_refusals

MOST_CONNECTIONS, DEEPEST = 5, 2
NODES_MESSAGE = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '{first} {{ edges {{ node {{'."
    " Selecting via 'nodes' is not supported. Invalid connection fields: {all}."
)
PARENT_MESSAGE = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type."
    " Connection fields without 'id': {all}."
)


@dataclass
class _Findings:
    connections: int = 0
    deepest: int = 0
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False


def bulk_problems(schema: GraphQLSchema, query: str) -> list[str]:
    """Return what is wrong with a bulk query; nothing when it may run."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [f"Failed to parse the query - {error.message}"]
    operations = [entry for entry in document.definitions if isinstance(entry, OperationDefinitionNode)]
    if len(operations) != 1:
        return ["Bulk queries must contain exactly one operation."]
    operation = operations[0]
    if operation.operation != OperationType.QUERY:
        return ["Invalid operation type. Only `query` operations are supported."]
    invalid = static_refusals(schema, document)
    if invalid:
        return [f"Invalid bulk query: {refusal['message']}" for refusal in invalid]
    reader = _Reader(document)
    reader.look(operation.selection_set, schema.query_type, 0, None, False)
    roots = [node.name.value for node, _ in reader.fields(operation.selection_set, schema.query_type)]
    return [*_root_problems(roots), *_problems(reader.findings)]


def mutation_problem(schema: GraphQLSchema, mutation: str) -> dict[str, Any] | None:
    """Return the user error of a mutation that cannot run in bulk; None when it may."""
    try:
        document = parse(mutation)
    except GraphQLError as error:
        places = [f" at [{place.line}, {place.column}]" for place in error.locations or ()][:1]
        said = error.message.removeprefix("Syntax Error: ")
        said = "unexpected end of file" if "<EOF>" in said else said
        return user_error(f"Failed to parse the mutation - syntax error, {said}{''.join(places)}", code="INVALID_MUTATION")
    operations = [entry for entry in document.definitions if isinstance(entry, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation != OperationType.MUTATION:
        message = "Bulk mutations must contain exactly one operation of type `mutation`."
        return user_error(message, "mutation", code="INVALID_MUTATION")
    reader = _Reader(document)
    roots = [node.name.value for node, _ in reader.fields(operations[0].selection_set, schema.mutation_type)]
    if len(roots) != 1:
        return user_error("You must use exactly one mutation.", "mutation", code="INVALID_MUTATION")
    if roots[0].startswith("bulkOperation"):
        return user_error("You must use an allowed mutation name.", "mutation")
    invalid = static_refusals(schema, document)
    if invalid:
        return user_error(f"Invalid mutation: {invalid[0]['message']}", "mutation", code="INVALID_MUTATION")
    reader.look(operations[0].selection_set, schema.mutation_type, 0, None, False)
    if reader.findings.connections > 1:
        message = "Bulk mutations cannot contain more than 1 connection."
        return user_error(message, "mutation", code="INVALID_MUTATION")
    return None


def _root_problems(roots: list[str]) -> Iterator[str]:
    for name in ("node", "nodes"):
        if name in roots:
            yield f"Bulk queries cannot contain a top level `{name}` field."


def _problems(found: _Findings) -> Iterator[str]:
    if not found.connections:
        yield "Bulk queries must contain at least one connection."
    if found.connections > MOST_CONNECTIONS:
        yield f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
    if found.deepest > DEEPEST:
        yield f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
    if found.by_nodes:
        yield NODES_MESSAGE.format(first=found.by_nodes[0], all=", ".join(f"'{name}'" for name in found.by_nodes))
    if found.without_id:
        yield PARENT_MESSAGE.format(all=", ".join(dict.fromkeys(found.without_id)))
    if found.in_list:
        yield "Queries that contain a connection field within a list field are not currently supported."


@dataclass(frozen=True)
class _Owner:
    """The node that a nested connection hangs on: whose connection it is of, and whether it selects its id."""

    connection: str
    selects_id: bool


class _Reader:
    def __init__(self, document: DocumentNode) -> None:
        self.findings = _Findings()
        self._fragments = {entry.name.value: entry for entry in document.definitions if isinstance(entry, FragmentDefinitionNode)}

    def look(
        self, selection: SelectionSetNode | None, parent: GraphQLNamedType | None, depth: int, owner: "_Owner | None", in_list: bool
    ) -> None:
        """Go through a selection; ``owner`` is the node it belongs to, ``depth`` in how many connections that is."""
        for node, on in self.fields(selection, parent):
            known = on.fields.get(node.name.value) if isinstance(on, GraphQLObjectType | GraphQLInterfaceType) else None
            if known is None:
                continue
            returned = get_named_type(known.type)
            if not returned.name.endswith("Connection"):
                is_list = in_list or is_list_type(get_nullable_type(known.type))
                self.look(node.selection_set, returned, depth, owner, is_list)
                continue
            if owner is not None and not owner.selects_id:
                self.findings.without_id.append(owner.connection)
            self._connection(node, returned, depth + 1, in_list)

    def _connection(self, node: FieldNode, connection: GraphQLNamedType, depth: int, in_list: bool) -> None:
        self.findings.connections += 1
        self.findings.deepest = max(self.findings.deepest, depth)
        self.findings.in_list = self.findings.in_list or in_list
        for member, _ in self.fields(node.selection_set, connection):
            if member.name.value == "nodes":
                self.findings.by_nodes.append(node.name.value)
            if member.name.value == "edges":
                self._edges(member, edge_type(connection), depth, node.name.value)

    def _edges(self, edges: FieldNode, edge: GraphQLObjectType, depth: int, connection: str) -> None:
        for item, _ in self.fields(edges.selection_set, edge):
            if item.name.value == "node":
                kind = get_named_type(edge.fields["node"].type)
                selected = self.fields(item.selection_set, kind)
                owner = _Owner(connection, any(node.name.value == "id" and node.alias is None for node, _ in selected))
                self.look(item.selection_set, kind, depth, owner, False)

    def fields(
        self, selection: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType | None]]:
        """Yield the selected fields, fragments opened."""
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield node, parent
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set, parent)
            elif isinstance(node, FragmentSpreadNode):
                yield from self.fields(self._fragments[node.name.value].selection_set, parent)
