"""Goods handed over: an order's lines marked as fulfilled.

What is asked for is a state and not a step, so it may be asked for again: only what is missing from it is done.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.paging import Node, records

_OPEN = ("OPEN", "IN_PROGRESS", "INCOMPLETE")
_GONE = ("CANCELLED", "CLOSED")


def fulfilment_orders(client: ShopifyClient, order_id: str) -> list[Node]:
    """Return the fulfilment orders of an order with their ``status``, ``assignedLocation`` and all ``lineItems`` as plain lists.

    Raises UnknownOutcome when no order has the global id.
    """
    found: list[Node] = next(records(client, document("fulfilment_orders"), [order_id]))[0]["fulfillmentOrders"]
    return found


def fulfil(client: ShopifyClient, order_id: str, delivered: Mapping[str, int] | None = None) -> list[Node]:
    """Mark an order's lines as fulfilled and return the fulfilments that this took (``id``, ``status``), none when there was nothing to do.

    ``delivered`` says by global id of the line how many have been handed over in all, not how many more; without it
    everything has. One fulfilment is made per location. The customer is not mailed.

    Raises Refused before anything is written when lines are on hold or more is delivered than can be fulfilled, UserErrors
    when Shopify refuses a fulfilment.
    """
    try:
        return [_created(client, part) for part in _missing(order_id, fulfilment_orders(client, order_id), delivered)]
    except UserErrors:
        if _missing(order_id, fulfilment_orders(client, order_id), delivered):
            raise
        return []  # another one marked them in the meantime


def _missing(order_id: str, orders: Sequence[Node], delivered: Mapping[str, int] | None) -> list[list[Node]]:
    """Return what has still to be fulfilled, as the parts of one fulfilment for each location."""
    parts: dict[str | None, list[Node]] = defaultdict(list)
    wanted = _everything(order_id, orders) if delivered is None else _rest(order_id, orders, delivered)
    for order in orders:
        lines = [
            {"id": line["id"], "quantity": wanted[line["id"]]}
            for line in order["lineItems"]
            if order["status"] in _OPEN and wanted.get(line["id"])
        ]
        if lines:
            location = order["assignedLocation"]["location"] or {}
            whole = delivered is None
            parts[location.get("id")].append({"fulfillmentOrderId": order["id"], **({} if whole else {"fulfillmentOrderLineItems": lines})})
    return list(parts.values())


def _everything(order_id: str, orders: Sequence[Node]) -> dict[str, int]:
    """Return what remains by fulfilment order line."""
    held = {order["status"] for order in orders if order["status"] not in _OPEN + _GONE and any(map(_remaining, order["lineItems"]))}
    if held:
        raise _refused(order_id, f"has lines that are {', '.join(sorted(held)).lower()}", "Release them in the shop's admin.")
    return {line["id"]: _remaining(line) for order in orders if order["status"] in _OPEN for line in order["lineItems"]}


def _rest(order_id: str, orders: Sequence[Node], delivered: Mapping[str, int]) -> dict[str, int]:
    """Return by fulfilment order line how much more has to be fulfilled so that every line reaches what was delivered of it."""
    rest: dict[str, int] = {}
    for line_id, quantity in delivered.items():
        places = [(order["status"], line) for order in orders for line in order["lineItems"] if line["lineItem"]["id"] == line_id]
        missing = quantity - sum(line["totalQuantity"] - line["remainingQuantity"] for status, line in places if status != "CANCELLED")
        for status, line in places:
            if status in _OPEN and missing > 0:
                rest[line["id"]] = min(missing, _remaining(line))
                missing -= rest[line["id"]]
        if missing > 0:
            why = f"cannot have {quantity} of {line_id} fulfilled, {missing} too many"
            raise _refused(order_id, why, "Compare its lines, refunds and holds with what was delivered.")
    return rest


def _created(client: ShopifyClient, parts: list[Node]) -> Node:
    variables = {"fulfillment": {"lineItemsByFulfillmentOrder": parts, "notifyCustomer": False}}
    made: Node = client.execute(document("fulfilment_create"), variables)["fulfillmentCreate"]["fulfillment"]
    return made


def _remaining(line: Node) -> int:
    return int(line["remainingQuantity"])


def _refused(order_id: str, why: str, advice: str) -> Refused:
    return Refused(f"{order_id} {why}", system="Shopify", operation="FulfilmentCreate", code="cannot_fulfil", advice=advice)
