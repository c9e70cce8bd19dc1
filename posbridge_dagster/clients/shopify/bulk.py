"""The same orders by one bulk operation: no points per order, one file of lines, read as a stream.

Children name their parent by ``__parentId`` and may stand anywhere in the file, so they are joined by that and never by
their place. A result is used only when the operation completed and every object it counts arrived.
"""

import logging
from collections.abc import Iterator

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure
from posbridge_dagster.clients.shopify.bulk_document import BulkDocument, counts, unusable
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.orders import count_orders, orders
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.transport import streamed_lines

RECORDS_A_PAGE = 250
BULK_ABOVE = 2000
_UNFINISHED = ("CREATED", "RUNNING", "CANCELING")

_log = logging.getLogger(__name__)


def orders_in_bulk(client: ShopifyClient, search: str, *, deadline: Deadline | None = None) -> Iterator[list[Node]]:
    """Yield complete orders that match a search, in the shape of ``orders.orders``, by one bulk operation.

    Raises Busy when five bulk operations run already, UnknownOutcome when it failed, expired, was cancelled, took too long or
    gave less than it counted, Misconfigured when the token may not read orders.
    """
    bulk = BulkDocument(document("orders_bulk"), {"search": search})
    operation = run(client, bulk, deadline or Deadline())
    found = client.patience.retry(lambda: _records(bulk, operation), repeatable=True)
    for start in range(0, len(found), RECORDS_A_PAGE):
        yield found[start : start + RECORDS_A_PAGE]


def orders_by_count(
    client: ShopifyClient, search: str, *, bulk_above: int = BULK_ABOVE, deadline: Deadline | None = None
) -> Iterator[list[Node]]:
    """Yield complete orders that match a search: page by page, or by a bulk operation when there are more than ``bulk_above``."""
    if count_orders(client, search) > bulk_above:
        return orders_in_bulk(client, search, deadline=deadline)
    return orders(client, search)


def run(client: ShopifyClient, bulk: BulkDocument, deadline: Deadline) -> Node:
    """Start a bulk query, wait for its end and return the completed operation. Raises as ``orders_in_bulk``."""
    # A second start after a lost answer takes one of five slots and changes nothing in the shop.
    started = client.execute(document("bulk_run_query"), {"query": bulk.text}, repeatable=True)
    operation: Node = started["bulkOperationRunQuery"]["bulkOperation"]
    ends_at, nap_s = deadline.clock() + deadline.total_s, deadline.first_nap_s
    while operation["status"] in _UNFINISHED or "objectCount" not in operation:
        if deadline.clock() >= ends_at:
            cancel(client, operation["id"])
            raise unusable(bulk.name, f"was not there within {deadline.total_s:g} s, so the operation was cancelled", "deadline")
        deadline.sleep(nap_s)
        nap_s = min(nap_s * 1.5, deadline.longest_nap_s)
        polled = client.execute(document("bulk_operation"), {"id": operation["id"]})["bulkOperation"]
        if polled is None:
            raise unusable(bulk.name, "belongs to an operation that Shopify no longer knows", "vanished")
        operation = polled
    return _completed(bulk, operation)


def _completed(bulk: BulkDocument, operation: Node) -> Node:
    status, code = operation["status"], operation.get("errorCode")
    if code == "ACCESS_DENIED":
        advice = "Check the access scopes of the token."
        raise Misconfigured("the bulk operation was refused access", system="Shopify", operation=bulk.name, code=code, advice=advice)
    if status != "COMPLETED":
        part = "; the part that is there was left unused" if operation.get("partialDataUrl") else ""
        why = f"{status}, {code}" if code else status
        raise unusable(bulk.name, f"belongs to an operation that ended {why}{part}", code or status)
    return operation


def cancel(client: ShopifyClient, operation_id: str) -> None:
    """Free the slot of an operation that takes too long; that it ended meanwhile is as good."""
    try:
        client.execute(document("bulk_cancel"), {"id": operation_id}, repeatable=True)
    except RemoteFailure as failure:
        _log.warning("The bulk operation %s may still run: %s", operation_id, failure)


def _records(bulk: BulkDocument, operation: Node) -> list[Node]:
    url = operation["url"]  # absent when nothing was found
    lines = streamed_lines(url, operation=bulk.name) if url else iter(())
    return bulk.joined(lines, **counts(operation))
