"""Transactions, refunds and tenders: the money that moved."""

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.places import location_node
from posbridge_dagster.sandbox.shopify.order_records import Order, RefundLine, Transaction
from posbridge_dagster.sandbox.shopify.reckoning import Reckoning, RefundSum
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text, money, money_bag
from posbridge_dagster.sandbox.shopify.scene import Scene

MANUAL_GATEWAYS = ("cash", "manual")
PAYMENT_METHODS = {"shopify_payments": "credit_card", "cash": "cash", "gift_card": "gift_card"}


def place_node(number: int | None, scene: Scene) -> Node | None:
    """Return a location by its number, or None."""
    location = None if number is None else scene.shop.locations.get(number)
    return None if location is None else location_node(location, scene.shop)


def transaction_nodes(sums: Reckoning, scene: Scene) -> list[Node]:
    """Return the transactions of an order in the order in which they happened."""
    by_number: dict[int, Node] = {}
    for entry in sums.order.transactions:
        by_number[entry.number] = _transaction_node(entry, sums, scene, by_number)
    return list(by_number.values())


def _transaction_node(entry: Transaction, sums: Reckoning, scene: Scene, known: dict[int, Node]) -> Node:
    currency = scene.currency_of(sums.order)
    at = moment_text(entry.at)
    at_till = entry.location is not None and sums.order.source_name == "pos"
    device = {"id": gid("PointOfSaleDevice", (entry.location or 0) * 10 + 1)} if at_till else None
    return Node(
        {
            "__typename": "OrderTransaction",
            "id": gid("OrderTransaction", entry.number),
            "kind": entry.kind,
            "status": entry.status,
            "gateway": entry.gateway,
            "formattedGateway": entry.gateway.replace("_", " ").title(),
            "manualPaymentGateway": entry.gateway in MANUAL_GATEWAYS,
            "test": sums.order.test,
            "amountSet": money_bag(entry.cents, currency),
            "amountRoundingSet": money_bag(entry.rounding_cents, currency) if entry.rounding_cents else None,
            "processedAt": at,
            "createdAt": at,
            "parentTransaction": None if entry.parent is None else known.get(entry.parent),
            "location": place_node(entry.location, scene),
            "device": device,
            "user": None,
            "paymentId": f"#{sums.order.number}.{entry.number % 1000}",
            "receiptJson": None,
            "errorCode": None,
        },
        record=sums.order,
    )


def refund_nodes(sums: Reckoning, scene: Scene, lines: dict[str, Node], shipping: list[Node]) -> list[Node]:
    """Return the refunds of an order; ``lines`` are its line nodes by id."""
    transactions = {node["id"]: node for node in transaction_nodes(sums, scene)} if sums.refunds else {}
    return [_refund_node(entry, sums, scene, lines, shipping, transactions) for entry in sums.refunds]


def _refund_node(
    entry: RefundSum, sums: Reckoning, scene: Scene, lines: dict[str, Node], shipping: list[Node], transactions: dict[str, Node]
) -> Node:
    refund, currency = entry.refund, scene.currency_of(sums.order)
    at = moment_text(refund.created_at)
    return Node(
        {
            "__typename": "Refund",
            "id": gid("Refund", refund.number),
            "legacyResourceId": str(refund.number),
            "createdAt": at,
            "processedAt": moment_text(refund.processed_at or refund.created_at),
            "updatedAt": at,
            "note": refund.note or None,
            "totalRefundedSet": money_bag(entry.paid, currency),
            "staffMember": None,
        },
        record=sums.order,
        line_nodes=lambda: [
            _refund_line(line, share, sums, scene, lines[gid("LineItem", line.line)])
            for line, share in zip(refund.lines, entry.lines, strict=True)
        ],
        shipping_nodes=lambda: _refund_shipping(entry, currency, shipping),
        adjustment_nodes=lambda: _adjustments(entry, currency),
        transaction_nodes=lambda: [transactions[gid("OrderTransaction", number)] for number in refund.transactions],
    )


def _refund_line(line: RefundLine, share: tuple[int, int], sums: Reckoning, scene: Scene, node: Node) -> Node:
    net, tax = share
    currency = scene.currency_of(sums.order)
    handed_over = "RETURN" if sums.order.fulfillments else "CANCEL"
    restock_type = line.restock_type or (handed_over if line.restocked else "NO_RESTOCK")
    location = line.location or sums.order.location
    return Node(
        {
            "__typename": "RefundLineItem",
            "id": gid("RefundLineItem", line.number),
            "lineItem": node,
            "quantity": line.quantity,
            "restockType": restock_type,
            "restocked": line.restocked,
            "location": place_node(location, scene) if line.restocked else None,
            "priceSet": money_bag(net // line.quantity, currency),
            "subtotalSet": money_bag(net, currency),
            "totalTaxSet": money_bag(tax, currency),
        }
    )


def _refund_shipping(entry: RefundSum, currency: str, shipping: list[Node]) -> list[Node]:
    if not entry.shipping or not shipping:
        return []
    return [
        Node(
            {
                "__typename": "RefundShippingLine",
                "id": gid("RefundShippingLine", entry.refund.number),
                "shippingLine": shipping[0],
                "subtotalAmountSet": money_bag(entry.shipping, currency),
                "taxAmountSet": money_bag(entry.shipping_tax, currency),
            }
        )
    ]


def _adjustments(entry: RefundSum, currency: str) -> list[Node]:
    """Return what was paid out beside the goods: negative when the customer got more than the goods cost."""
    if not entry.discrepancy:
        return []
    return [
        Node(
            {
                "__typename": "OrderAdjustment",
                "id": gid("OrderAdjustment", entry.refund.number),
                "reason": "REFUND_DISCREPANCY",
                "amountSet": money_bag(entry.discrepancy, currency),
                "taxAmountSet": money_bag(0, currency),
            }
        )
    ]


def tender_node(entry: Transaction, order: Order, scene: Scene) -> Node:
    """Return a TenderTransaction: one movement of money, negative where it left the till."""
    sign = -1 if entry.kind in ("REFUND", "CHANGE") else 1
    return Node(
        {
            "__typename": "TenderTransaction",
            "id": gid("TenderTransaction", entry.number),
            "amount": money(sign * entry.cents, scene.currency_of(order)),
            "paymentMethod": PAYMENT_METHODS.get(entry.gateway, "other"),
            "processedAt": moment_text(entry.at),
            "remoteReference": None,
            "test": order.test,
        },
        record=order,
    )
