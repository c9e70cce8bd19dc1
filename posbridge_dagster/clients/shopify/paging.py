"""Reads lists to their end, outer and inner ones, and gives records that are complete.

In a complete record every connection is a plain list (``node["lineItems"] == [...]``) that holds all of its children.
A list is not believed when it is shorter than the count beside it (``transactions`` and ``transactionsCount``) or holds
a child twice, and a record that changed between two of its pages is read again from its start.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import FieldNode, SelectionSetNode

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.continuation import next_page, one_record, type_of
from posbridge_dagster.clients.shopify.cost import LARGEST_PAGE, page_size
from posbridge_dagster.clients.shopify.documents import Document, flat_fields, is_connection, response_key

Node = dict[str, Any]
READINGS_OF_ONE_RECORD = 5
IDS_IN_A_CALL = 50


def pages(
    client: ShopifyClient, document: Document, variables: Mapping[str, Any] | None = None, *, most: int = LARGEST_PAGE
) -> Iterator[list[Node]]:
    """Yield the pages of the document's outer connection, records complete, each record once.

    A page is as large as fits into one call, at most ``most``. A record that moves to a later page while the list is read is
    given where it came first. Raises the failures of ``clients.failures``.
    """
    outer = _outer_connection(document)
    given = dict(variables or {})
    size, after, seen = page_size(document, given, most=most), None, set[str]()
    while True:
        try:
            data = client.execute(document, {**given, "first": size, "after": after})
        except Misconfigured as failure:
            if failure.code != "MAX_COST_EXCEEDED" or size == 1:
                raise
            size //= 2  # some costs are set by hand; Shopify's own figure goes before ours
            continue
        connection = data[response_key(outer)]
        nodes = [node for node in connection["nodes"] if node.get("id") is None or node["id"] not in seen]
        seen |= {node["id"] for node in nodes if node.get("id")}
        yield [complete(client, document, given, node, _node_selections(outer, document)) for node in nodes]
        after = _next_cursor(connection["pageInfo"], after, document)
        if after is None:
            return


def records(client: ShopifyClient, document: Document, ids: Sequence[str], *, at_once: int = IDS_IN_A_CALL) -> Iterator[list[Node]]:
    """Yield the records with these ids, complete and in their order, for a document that asks ``nodes(ids: $ids)``.

    Raises UnknownOutcome naming the ids that no record has (any more).
    """
    field = next(child for child, _ in flat_fields(document.operation.selection_set, document.fragments))
    assert field.selection_set is not None
    for start in range(0, len(ids), at_once):
        wanted = list(ids[start : start + at_once])
        nodes = client.execute(document, {"ids": wanted})[response_key(field)]
        missing = [gid for gid, node in zip(wanted, nodes, strict=True) if not node]
        if missing:
            raise _incomplete(document, f"{', '.join(missing[:5])} cannot be found", "vanished")
        yield [complete(client, document, {}, node, field.selection_set) for node in nodes]


def complete(client: ShopifyClient, document: Document, variables: Mapping[str, Any], node: Node, selections: SelectionSetNode) -> Node:
    """Return a record with all of its inner pages read, or read again from its start when it changed meanwhile.

    Raises UnknownOutcome when it changes faster than it can be read, has gone, or keeps contradicting itself.
    """
    reader = _Reader(client, document, variables)
    reason = ""
    for _ in range(READINGS_OF_ONE_RECORD):
        try:
            return reader.completed(node, selections)
        except _Unsettled as unsettled:
            reason = str(unsettled)
        again = client.execute(one_record(document, selections, type_of(node["id"])), {**variables, "id": node["id"]})["node"]
        if again is None:
            raise _incomplete(document, f"{node['id']} went away while it was read", "vanished")
        node = again
    raise _incomplete(document, f"{node['id']} could not be read whole: {reason}", "unsettled")


class _Unsettled(Exception):
    """What was read of a record does not fit together; reading it again may help."""


class _Reader:
    """Follows what a document selects through an answer."""

    def __init__(self, client: ShopifyClient, document: Document, variables: Mapping[str, Any]) -> None:
        self._client, self._document, self._variables = client, document, variables

    def completed(self, node: Node, selections: SelectionSetNode) -> Node:
        whole = dict(node)
        for field, _ in flat_fields(selections, self._document.fragments):
            key = response_key(field)
            if key in node:
                whole[key] = self._value(node, key, field)
        if reason := contradiction(whole):
            raise _Unsettled(reason)
        return whole

    def _value(self, owner: Node, key: str, field: FieldNode) -> Any:
        value = owner[key]
        if field.selection_set is None or value is None:
            return value
        if is_connection(field, self._document.fragments):
            inner = _node_selections(field, self._document)
            children = [self.completed(child, inner) for child in self._children(owner, key, field)]
            return _without_doubles(children, key)
        if isinstance(value, list):
            return [item and self.completed(item, field.selection_set) for item in value]
        return self.completed(value, field.selection_set)

    def _children(self, owner: Node, key: str, field: FieldNode) -> Iterator[Node]:
        connection = owner[key]
        after: str | None = None
        yield from connection["nodes"]
        while after := _next_cursor(connection["pageInfo"], after, self._document):
            connection = self._next_page(owner, key, field, after)
            yield from connection["nodes"]

    def _next_page(self, owner: Node, key: str, field: FieldNode, after: str) -> Node:
        if "id" not in owner:
            raise _incomplete(self._document, f"{key} has another page and its owner no id", "document")
        document = next_page(self._document, field, type_of(owner["id"]), has_updated_at="updatedAt" in owner)
        variables = {**self._variables, "id": owner["id"], "after": after}
        size = page_size(document, variables)
        again = self._client.execute(document, {**variables, "first": size})["node"]
        if again is None:
            raise _Unsettled(f"the owner of {key} went away")
        if again.get("updatedAt") != owner.get("updatedAt"):
            raise _Unsettled(f"it changed between two pages of {key}")
        page: Node = again[key]
        return page


def _outer_connection(document: Document) -> FieldNode:
    fields = [field for field, _ in flat_fields(document.operation.selection_set, document.fragments)]
    paged = [field for field in fields if is_connection(field, document.fragments)]
    if len(paged) != 1:
        raise ValueError(f"{document.name} has {len(paged)} outer connections; one can be paged")
    return paged[0]


def _node_selections(connection: FieldNode, document: Document) -> SelectionSetNode:
    assert connection.selection_set is not None
    for child, _ in flat_fields(connection.selection_set, document.fragments):
        if child.name.value == "nodes" and child.selection_set:
            return child.selection_set
    raise ValueError(f"{document.name} selects no nodes of {connection.name.value}")


def _next_cursor(page_info: Mapping[str, Any], last: str | None, document: Document) -> str | None:
    """Return where the next page starts, None at the end. Raises UnknownOutcome for a cursor that leads nowhere or in a circle."""
    if not page_info["hasNextPage"]:
        return None
    cursor = page_info["endCursor"]
    if not cursor or cursor == last:
        raise _incomplete(document, "there is a next page and no way to it", "cursor")
    return str(cursor)


def _without_doubles(children: list[Node], key: str) -> list[Node]:
    ids = [child["id"] for child in children if child.get("id")]
    if len(ids) != len(set(ids)):
        raise _Unsettled(f"{key} holds a child twice")
    return children


def contradiction(node: Node) -> str | None:
    """Return in words which list of a record is shorter than the count selected beside it, None when none is."""
    for key, counted in node.items():
        name = key.removesuffix("Count")
        listed = node.get(name)
        if name != key and isinstance(listed, list) and isinstance(counted, dict) and len(listed) < counted["count"]:
            return f"{name} holds {len(listed)} of {counted['count']}"
    return None


def _incomplete(document: Document, message: str, code: str) -> RemoteFailure:
    return UnknownOutcome(
        message, system="Shopify", operation=document.name, code=code, advice="Nothing of it was used; read it again later."
    )
