"""Orders, from record and reckoning to the fields of an answer."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.lines import discount_applications, line_nodes, shipping_nodes, tax_line, tip_nodes
from posbridge_dagster.sandbox.shopify.nodes.payments import place_node, refund_nodes, transaction_nodes
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import address_node
from posbridge_dagster.sandbox.shopify.nodes.returns import return_nodes
from posbridge_dagster.sandbox.shopify.reckoning import Reckoning, reckon
from posbridge_dagster.sandbox.shopify.records import Order
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text, money_bag
from posbridge_dagster.sandbox.shopify.scene import Scene

APPS = {"pos": ("129785", "Point of Sale"), "web": ("580111", "Online Store")}
OTHER_APP = ("1354745", "Draft Orders")


def order_node(order: Order, scene: Scene) -> Node:
    """Return an Order. Lines, payments and refunds are made when they are asked for."""
    sums = reckon(order)
    node = Node(
        {"__typename": "Order", **_facts(order, scene), **_states(order, sums), **_money(sums, scene.shop.currency)},
        record=order,
        sums=sums,
        customer=lambda: _customer(order, scene),
        retailLocation=lambda: place_node(order.location, scene) if order.source_name == "pos" else None,
        shippingAddress=lambda: address_node(order.shipping, order.part(1), scene),
        billingAddress=lambda: address_node(order.billing, order.part(2), scene),
        displayAddress=lambda: address_node(order.shipping or order.billing, order.part(1), scene),
        shippingLine=lambda: next(iter(node["shipping_nodes"]), None),
        shipping_nodes=lambda: shipping_nodes(sums, scene),
        line_nodes=lambda: line_nodes(sums, scene),
        other_line_nodes=lambda: [*tip_nodes(sums, scene), *_fully_refunded(node["line_nodes"])],
        application_nodes=lambda: discount_applications(sums, scene.shop.currency),
        transactions=lambda: transaction_nodes(sums, scene),
        return_nodes=lambda: return_nodes(sums, {line["id"]: line for line in node["line_nodes"]}, node["refunds"]),
        refunds=lambda: refund_nodes(sums, scene, {line["id"]: line for line in node["line_nodes"]}, node["shipping_nodes"]),
        fulfillments=lambda: _fulfillments(order, scene),
    )
    return node


def _customer(order: Order, scene: Scene) -> Node | None:
    customer = scene.shop.customers.get(order.customer)
    return None if customer is None else customer_node(customer, scene)


def _facts(order: Order, scene: Scene) -> dict[str, Any]:
    app_id, app_name = APPS.get(order.source_name, OTHER_APP)
    currency = scene.shop.currency
    digits = "".join(filter(str.isdigit, order.name))
    return {
        "id": gid("Order", order.number),
        "legacyResourceId": str(order.number),
        "name": order.name,
        "number": int(digits[-9:]) if digits else order.number % 10**9,
        "createdAt": moment_text(order.created_at),
        "updatedAt": moment_text(order.updated_at),
        "processedAt": moment_text(order.created_at),
        "closedAt": moment_or_none(order.cancelled_at),
        "cancelledAt": moment_or_none(order.cancelled_at),
        "cancelReason": "OTHER" if order.cancelled_at else None,
        "closed": order.cancelled_at is not None,
        "test": order.test,
        "edited": False,
        "confirmed": True,
        "app": {"id": gid("OrderApp", app_id), "name": app_name},
        "attribution": {"handle": order.source_name or "draft_orders", "displayName": app_name},
        "sourceName": order.source_name or None,
        "sourceIdentifier": order.source_identifier,
        "publication": None,
        "staffMember": None,
        "purchasingEntity": None,
        "email": (order.email or None) if scene.sees_people else None,
        "phone": (order.phone or None) if scene.sees_people else None,
        "poNumber": order.po_number or None,
        "customerLocale": "nl",
        "currencyCode": currency,
        "presentmentCurrencyCode": currency,
        "taxesIncluded": True,
        "taxExempt": False,
        "customAttributes": [{"key": key, "value": value} for key, value in order.attributes],
        "note": order.note or None,
        "tags": order.tags,
        "discountCode": order.discount_code or None,
        "discountCodes": [order.discount_code] if order.discount_code else [],
        "paymentGatewayNames": list(dict.fromkeys(entry.gateway for entry in order.transactions)),
        "transactionsCount": {"count": len(order.transactions), "precision": "EXACT"},
        "fulfillmentsCount": {"count": 1 if order.fulfilled and order.goods else 0, "precision": "EXACT"},
    }


def _states(order: Order, sums: Reckoning) -> dict[str, Any]:
    counted = [entry for entry in sums.lines if entry.line.kind != "gift_card"]
    return {
        "displayFinancialStatus": sums.financial_status,
        "displayFulfillmentStatus": fulfillment_status(order),
        "returnStatus": "RETURNED" if order.exchanges else "NO_RETURN",
        "unpaid": sums.settled < sums.total,
        "fullyPaid": sums.settled >= sums.total,
        "capturable": False,
        "refundable": sums.received > sums.refunded,
        "restockable": any(entry.kept for entry in sums.lines),
        "subtotalLineItemsQuantity": sum(entry.line.quantity for entry in counted),
        "currentSubtotalLineItemsQuantity": sum(entry.kept for entry in counted),
    }


def fulfillment_status(order: Order) -> str:
    """Return the displayed state of the goods of an order."""
    if order.fulfilled:
        return "FULFILLED"
    return "UNFULFILLED"


def _money(sums: Reckoning, currency: str) -> dict[str, Any]:
    amounts = {
        "totalPriceSet": sums.total,
        "originalTotalPriceSet": sums.total,
        "currentTotalPriceSet": sums.current_total,
        "subtotalPriceSet": sums.subtotal,
        "currentSubtotalPriceSet": sums.current_subtotal,
        "totalTaxSet": sums.tax,
        "currentTotalTaxSet": sum(sums.current_tax_by_rate.values()),
        "totalDiscountsSet": sums.discounts,
        "currentTotalDiscountsSet": sums.discounts,
        "totalShippingPriceSet": sums.order.shipping_cents,
        "totalRefundedShippingSet": sums.returned_shipping,
        "totalTipReceivedSet": sums.tip,
        "totalRefundedSet": sums.refunded,
        "totalReceivedSet": sums.received,
        "totalOutstandingSet": sums.total - sums.settled,
        "netPaymentSet": sums.received - sums.refunded,
        "refundDiscrepancySet": sum(entry.discrepancy for entry in sums.refunds),
        "totalCapturableSet": 0,
    }
    return {
        **{name: money_bag(cents, currency) for name, cents in amounts.items()},
        "taxLines": [tax_line(rate, cents, currency) for rate, cents in sums.tax_by_rate.items()],
        "currentTaxLines": [tax_line(rate, cents, currency) for rate, cents in sums.current_tax_by_rate.items()],
        "totalCashRoundingAdjustment": {
            "paymentSet": money_bag(sums.payment_rounding, currency),
            "refundSet": money_bag(sums.refund_rounding, currency),
        },
    }


def _fully_refunded(lines: list[Node]) -> list[Node]:
    return [line for line in lines if line["quantity"] and not line["currentQuantity"]]


def _fulfillments(order: Order, scene: Scene) -> list[Node]:
    if not order.fulfilled or not order.goods:
        return []
    at = moment_text(order.created_at)
    number = order.part(1)
    return [
        Node(
            {
                "__typename": "Fulfillment",
                "id": gid("Fulfillment", number),
                "legacyResourceId": str(number),
                "name": f"{order.name}-F1",
                "status": "SUCCESS",
                "displayStatus": "FULFILLED",
                "createdAt": at,
                "updatedAt": at,
                "deliveredAt": None,
                "totalQuantity": sum(line.quantity for line in order.goods),
                "requiresShipping": any(line.kind == "article" for line in order.goods),
                "trackingInfo": [],
            },
            record=order,
            location=lambda: place_node(order.location, scene),
        )
    ]
