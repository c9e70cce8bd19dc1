"""Reads lists to their end, outer and inner ones, and gives records that are complete.

In a complete record every connection is a plain list (``node["lineItems"] == [...]``) that holds all of its children.
A list is not believed when it is shorter than the count beside it (``transactions`` and ``transactionsCount``) or holds
a child twice, and a record that changed between two of its pages is read again from its start.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.continuation import next_page, one_record, type_of
from posbridge_dagster.clients.shopify.cost import LARGEST_PAGE, page_size
from posbridge_dagster.clients.shopify.documents import Document, outer_fields, response_key
from posbridge_dagster.clients.shopify.shape import Connection, Shape, root_shape, shape_of

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
    reader = _Reader(client, document, variables or {})
    key, outer = _outer_connection(document)
    size, after, seen = page_size(document, reader.variables, most=most), None, set[str]()
    while True:
        try:
            connection = client.execute(document, {**reader.variables, "first": size, "after": after})[key]
        except Misconfigured as failure:
            if failure.code != "MAX_COST_EXCEEDED" or size == 1:
                raise
            size //= 2  # some costs are set by hand; Shopify's own figure goes before ours
            continue
        nodes = [node for node in connection["nodes"] if node.get("id") is None or node["id"] not in seen]
        seen |= {node["id"] for node in nodes if node.get("id")}
        yield [reader.whole(node, outer.nodes) for node in nodes]
        after = _next_cursor(connection["pageInfo"], after, document)
        if after is None:
            return


def records(
    client: ShopifyClient, document: Document, ids: Sequence[str], *, at_once: int = IDS_IN_A_CALL, all_there: bool = True
) -> Iterator[list[Node]]:
    """Yield the records with these ids, complete and in their order, for a document that asks ``nodes(ids: $ids)``.

    Raises UnknownOutcome naming the ids that no record has (any more); without ``all_there`` those are left out.
    """
    reader = _Reader(client, document, {})
    field = outer_fields(document)[0]
    assert field.selection_set is not None
    shape = shape_of(field.selection_set, document.fragments)
    for start in range(0, len(ids), at_once):
        wanted = list(ids[start : start + at_once])
        nodes = client.execute(document, {"ids": wanted})[response_key(field)]
        missing = [gid for gid, node in zip(wanted, nodes, strict=True) if not node]
        if missing and all_there:
            raise _incomplete(document, f"{', '.join(missing[:5])} cannot be found", "vanished")
        yield [reader.whole(node, shape) for node in nodes if node]


def whole(client: ShopifyClient, document: Document, data: Node, *path: str) -> Node:
    """Return the record at a path of an answer, such as ``"orderCreate", "order"``, with all of its inner pages read.

    Raises as ``pages``; the record must be there.
    """
    node, shape = data, root_shape(document)
    for key in path:
        node, shape = node[key], shape.holders[key]
    return _Reader(client, document, {}).whole(node, shape)


class _Unsettled(Exception):
    """What was read of a record does not fit together; reading it again may help."""


class _Reader:
    """Completes the records of one document."""

    def __init__(self, client: ShopifyClient, document: Document, variables: Mapping[str, Any]) -> None:
        self.variables = dict(variables)
        self._client, self._document = client, document

    def whole(self, node: Node, shape: Shape) -> Node:
        """Return a record with all of its inner pages read, or read again from its start when it changed meanwhile.

        Raises UnknownOutcome when it changes faster than it can be read, has gone, or keeps contradicting itself.
        """
        reason = ""
        for reading in range(READINGS_OF_ONE_RECORD):
            try:
                return self._completed(self._again(node["id"], shape) if reading else node, shape)
            except _Unsettled as unsettled:
                reason = str(unsettled)
        raise _incomplete(self._document, f"{node['id']} could not be read whole: {reason}", "unsettled")

    def _again(self, gid: str, shape: Shape) -> Node:
        record = one_record(self._document, shape.selections, type_of(gid))
        node: Node | None = self._client.execute(record, {**self.variables, "id": gid})["node"]
        if node is None:
            raise _incomplete(self._document, f"{gid} went away while it was read", "vanished")
        return node

    def _completed(self, node: Node, shape: Shape) -> Node:
        if shape.is_plain:
            return node
        whole = dict(node)
        for key, connection in shape.connections.items():
            if node.get(key) is not None:
                whole[key] = self._children(node, key, connection)
        for key, below in shape.holders.items():
            value = node.get(key)
            if isinstance(value, list):
                whole[key] = [item and self._completed(item, below) for item in value]
            elif value is not None:
                whole[key] = self._completed(value, below)
        if reason := shape.contradiction(whole):
            raise _Unsettled(reason)
        return whole

    def _children(self, owner: Node, key: str, connection: Connection) -> list[Node]:
        page, after = owner[key], None
        children: list[Node] = list(page["nodes"])
        while after := _next_cursor(page["pageInfo"], after, self._document):
            page = self._next_page(owner, key, connection, after)
            children += page["nodes"]
        ids = [child["id"] for child in children if child.get("id")]
        if len(ids) != len(set(ids)):
            raise _Unsettled(f"{key} holds a child twice")
        return [self._completed(child, connection.nodes) for child in children]

    def _next_page(self, owner: Node, key: str, connection: Connection, after: str) -> Node:
        if "id" not in owner:
            raise _incomplete(self._document, f"{key} has another page and its owner no id", "document")
        document = next_page(self._document, connection.field, type_of(owner["id"]), has_updated_at="updatedAt" in owner)
        variables = {**self.variables, "id": owner["id"], "after": after}
        again = self._client.execute(document, {**variables, "first": page_size(document, variables)})["node"]
        if again is None:
            raise _Unsettled(f"the owner of {key} went away")
        if again.get("updatedAt") != owner.get("updatedAt"):
            raise _Unsettled(f"it changed between two pages of {key}")
        page: Node = again[key]
        return page


def _outer_connection(document: Document) -> tuple[str, Connection]:
    paged = root_shape(document).connections
    if len(paged) != 1:
        raise ValueError(f"{document.name} has {len(paged)} outer connections; one can be paged")
    return next(iter(paged.items()))


def _next_cursor(page_info: Mapping[str, Any], last: str | None, document: Document) -> str | None:
    """Return where the next page starts, None at the end. Raises UnknownOutcome for a cursor that leads nowhere or in a circle."""
    if not page_info["hasNextPage"]:
        return None
    cursor = page_info["endCursor"]
    if not cursor or cursor == last:
        raise _incomplete(document, "there is a next page and no way to it", "cursor")
    return str(cursor)


def _incomplete(document: Document, message: str, code: str) -> RemoteFailure:
    advice = "Nothing of it was used; read it again later."
    return UnknownOutcome(message, system="Shopify", operation=document.name, code=code, advice=advice)
