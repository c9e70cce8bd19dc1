"""Returns: goods that came back for others, with the lines that they brought."""

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.reckoning import Reckoning
from posbridge_dagster.sandbox.shopify.records import Exchange, Order
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text


def return_nodes(sums: Reckoning, lines: dict[str, Node], refunds: list[Node]) -> list[Node]:
    """Return the returns of an order; ``lines`` are its line nodes by id, ``refunds`` its refund nodes."""
    return [_return_node(exchange, sums, lines, refunds) for exchange in sums.order.exchanges]


def settled_return(order: Order, number: int | None) -> Node | None:
    """Return the return that a refund settles, as far as a refund shows it."""
    exchange = next((each for each in order.exchanges if each.number == number), None)
    return None if exchange is None else Node(_facts(exchange, order), record=order)


def _facts(exchange: Exchange, order: Order) -> dict[str, object]:
    at = moment_text(exchange.created_at)
    pieces = sum(line.quantity for refund in order.refunds if refund.settles == exchange.number for line in refund.lines)
    return {
        "__typename": "Return",
        "id": gid("Return", exchange.number),
        "name": f"{order.name}-R{order.exchanges.index(exchange) + 1}",
        "status": "CLOSED",
        "createdAt": at,
        "closedAt": at,
        "totalQuantity": pieces,
    }


def _return_node(exchange: Exchange, sums: Reckoning, lines: dict[str, Node], refunds: list[Node]) -> Node:
    settling = [node for entry, node in zip(sums.refunds, refunds, strict=True) if entry.refund.settles == exchange.number]
    return Node(
        _facts(exchange, sums.order),
        record=sums.order,
        refund_nodes=lambda: settling,
        transaction_nodes=lambda: [payment for refund in settling for payment in refund["transaction_nodes"]],
        return_line_nodes=lambda: [_returned(line) for refund in settling for line in refund["line_nodes"]],
        exchange_line_nodes=lambda: [_taken(lines[gid("LineItem", number)], number) for number in exchange.lines],
    )


def _returned(line: Node) -> Node:
    sold = line["lineItem"]
    return Node(
        {
            "__typename": "ReturnLineItem",
            "id": line["id"].replace("RefundLineItem", "ReturnLineItem"),
            "quantity": line["quantity"],
            "returnReasonNote": "",
            "fulfillmentLineItem": Node(
                {
                    "__typename": "FulfillmentLineItem",
                    "id": sold["id"].replace("LineItem", "FulfillmentLineItem"),
                    "quantity": sold["quantity"],
                    "lineItem": sold,
                    "originalTotalSet": sold["originalTotalSet"],
                    "discountedTotalSet": sold["discountedTotalSet"],
                }
            ),
        }
    )


def _taken(line: Node, number: int) -> Node:
    variant = line["variant"]
    return Node(
        {
            "__typename": "ExchangeLineItem",
            "id": gid("ExchangeLineItem", number),
            "quantity": line["quantity"],
            "title": line["title"],
            "productId": variant["product"]["id"] if variant else None,
            "variantId": variant["id"] if variant else None,
            "variantSku": line["sku"],
            "variantTitle": line["variantTitle"],
            "lineItems": [line],
        }
    )
