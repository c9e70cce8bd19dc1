"""Returns and exchanges."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.order_records import Order, Return, ReturnedLine
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text


def return_nodes(order: Order, node: Node) -> list[Node]:
    """Return the returns of an order; ``node`` is the order's own node."""
    return [return_node(order, node, position) for position in range(len(order.returns))]


def return_node(order: Order, node: Node, position: int) -> Node:
    """Return one return, by its place among those of the order."""
    entry = order.returns[position]
    return Node(
        {
            "__typename": "Return",
            "id": gid("Return", entry.number),
            "name": f"{order.name}-R{position + 1}",
            "status": "OPEN" if entry.closed_at is None else "CLOSED",
            "createdAt": moment_text(entry.created_at),
            "closedAt": moment_or_none(entry.closed_at),
            "totalQuantity": sum(line.quantity for line in entry.lines),
        },
        record=order,
        line_nodes=lambda: [_returned_line(line, entry, node) for line in entry.lines],
        exchange_nodes=lambda: [_exchange_line(number, node) for number in entry.exchanges],
        refund_nodes=lambda: [refund for refund in node["refunds"] if refund["id"] in {gid("Refund", number) for number in entry.refunds}],
        transaction_nodes=lambda: _of_return(entry, node),
    )


def _of_return(entry: Return, node: Node) -> list[Node]:
    wanted = {gid("OrderTransaction", number) for number in entry.transactions}
    return [transaction for transaction in node["transactions"] if transaction["id"] in wanted]


def _progress(quantity: int, closed: bool) -> dict[str, Any]:
    done = quantity if closed else 0
    return {"quantity": quantity, "processedQuantity": done, "unprocessedQuantity": quantity - done}


def _returned_line(line: ReturnedLine, entry: Return, node: Node) -> Node:
    handed_over = {piece["lineItem"]["id"]: piece for fulfillment in node["fulfillments"] for piece in fulfillment["line_nodes"]}
    refunded = line.quantity if entry.refunds else 0
    return Node(
        {
            "__typename": "ReturnLineItem",
            "id": gid("ReturnLineItem", line.number),
            "returnReasonNote": line.note,
            "refundedQuantity": refunded,
            "refundableQuantity": line.quantity - refunded,
            "fulfillmentLineItem": handed_over.get(gid("LineItem", line.line)),
            **_progress(line.quantity, entry.closed_at is not None),
        }
    )


def _exchange_line(number: int, node: Node) -> Node:
    line = next(line for line in node["line_nodes"] if line["id"] == gid("LineItem", number))
    return Node(
        {
            "__typename": "ExchangeLineItem",
            "id": gid("ExchangeLineItem", number),
            "title": line["title"],
            "productId": line["product"]["id"] if line["product"] else None,
            "variantId": line["variant"]["id"] if line["variant"] else None,
            "variantSku": line["sku"],
            "variantTitle": line["variantTitle"],
            "lineItems": [line],
            **_progress(line["quantity"], True),
        }
    )
