"""Orders, from record and reckoning to the fields of an answer."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.companies import purchasing_node
from posbridge_dagster.sandbox.shopify.nodes.fulfillment import fulfillment_nodes, fulfillment_order_nodes, fulfillment_status
from posbridge_dagster.sandbox.shopify.nodes.lines import discount_applications, line_nodes, shipping_nodes, tax_line, tip_nodes
from posbridge_dagster.sandbox.shopify.nodes.payments import place_node, refund_nodes, transaction_nodes
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import address_node
from posbridge_dagster.sandbox.shopify.nodes.returns import return_nodes
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.reckoning import Reckoning, reckon
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text, money_bag
from posbridge_dagster.sandbox.shopify.scene import Scene

APPS = {"pos": ("129785", "Point of Sale"), "web": ("580111", "Online Store")}
OTHER_APP = ("1354745", "Draft Orders")
OUR_APP = ("2412001", "posbridge")


def order_node(order: Order, scene: Scene) -> Node:
    """Return an Order. Lines, payments and refunds are made when they are asked for."""
    sums = reckon(order)
    node: Node = Node(
        {"__typename": "Order", **_facts(order, scene), **_states(order, sums), **_money(sums, scene.currency_of(order))},
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
        application_nodes=lambda: discount_applications(sums, scene.currency_of(order)),
        transactions=lambda: transaction_nodes(sums, scene),
        lines_by_id=lambda: {line["id"]: line for line in node["line_nodes"]},
        refunds=lambda: refund_nodes(sums, scene, node["lines_by_id"], node["shipping_nodes"]),
        fulfillments=lambda: fulfillment_nodes(order, scene, lambda: node["lines_by_id"]),
        fulfillment_order_nodes=lambda: fulfillment_order_nodes(order, scene, lambda: node["lines_by_id"]),
        return_nodes=lambda: return_nodes(order, node),
        purchasingEntity=lambda: _buyer(order, node, scene),
    )
    return node


def _buyer(order: Order, node: Node, scene: Scene) -> Node | None:
    """Return who buys: a company at one of its places, or the customer."""
    company = None if order.company_place is None else scene.shop.company_of_place(order.company_place)
    if company is None or order.company_place is None:
        buyer: Node | None = node["customer"]
        return buyer
    return purchasing_node(company, order.company_place, order.customer, scene)


def _customer(order: Order, scene: Scene) -> Node | None:
    customer = scene.shop.customers.get(order.customer)
    return None if customer is None else customer_node(customer, scene)


def _facts(order: Order, scene: Scene) -> dict[str, Any]:
    app_id, app_name = OUR_APP if order.by_app else APPS.get(order.source_name, OTHER_APP)
    currency = scene.currency_of(order)
    digits = "".join(filter(str.isdigit, order.name))
    return {
        "id": gid("Order", order.number),
        "legacyResourceId": str(order.number),
        "name": order.name,
        "number": int(digits[-9:]) if digits else order.number % 10**9,
        "createdAt": moment_text(order.created_at),
        "updatedAt": moment_text(order.updated_at),
        "processedAt": moment_text(order.business_moment),
        "closedAt": moment_or_none(order.closed_at or order.cancelled_at),
        "cancelledAt": moment_or_none(order.cancelled_at),
        "cancelReason": (order.cancel_reason or "OTHER") if order.cancelled_at else None,
        "cancellation": {"staffNote": order.cancel_note or None} if order.cancelled_at else None,
        "closed": (order.closed_at or order.cancelled_at) is not None,
        "test": order.test,
        "edited": order.edited,
        "confirmed": True,
        "app": {"id": gid("OrderApp", app_id), "name": app_name},
        "attribution": {"handle": order.source_name or "draft_orders", "displayName": app_name},
        "sourceName": order.source_name or None,
        "sourceIdentifier": order.source_identifier,
        "publication": None,
        "staffMember": None,
        "email": (order.email or None) if scene.sees_people else None,
        "phone": (order.phone or None) if scene.sees_people else None,
        "poNumber": order.po_number or None,
        "customerLocale": "nl",
        "currencyCode": currency,
        "presentmentCurrencyCode": currency,
        "taxesIncluded": order.taxes_included,
        "taxExempt": False,
        "customAttributes": [{"key": key, "value": value} for key, value in order.attributes],
        "note": order.note or None,
        "tags": order.tags,
        "discountCode": order.discount_code or None,
        "discountCodes": [order.discount_code] if order.discount_code else [],
        "paymentGatewayNames": list(dict.fromkeys(entry.gateway for entry in order.transactions)),
        "transactionsCount": {"count": len(order.transactions), "precision": "EXACT"},
        "fulfillmentsCount": {"count": sum(1 for entry in order.fulfillments if entry.lines), "precision": "EXACT"},
    }


def _states(order: Order, sums: Reckoning) -> dict[str, Any]:
    counted = [entry for entry in sums.lines if entry.line.kind != "gift_card"]
    return {
        "displayFinancialStatus": sums.financial_status,
        "displayFulfillmentStatus": fulfillment_status(order),
        "returnStatus": return_status(order),
        "unpaid": not sums.is_paid,
        "fullyPaid": sums.is_paid,
        "capturable": sums.capturable > 0,
        "refundable": sums.received > sums.refunded,
        "restockable": any(entry.kept for entry in sums.lines),
        "subtotalLineItemsQuantity": sum(entry.line.quantity for entry in counted),
        "currentSubtotalLineItemsQuantity": sum(entry.kept for entry in counted),
    }


def return_status(order: Order) -> str:
    """Return the displayed state of what comes back."""
    if not order.returns:
        return "NO_RETURN"
    return "RETURNED" if all(entry.closed_at for entry in order.returns) else "IN_PROGRESS"


def _money(sums: Reckoning, currency: str) -> dict[str, Any]:
    amounts = {
        "totalPriceSet": sums.total,
        "originalTotalPriceSet": sums.original_total,
        "currentTotalPriceSet": sums.current_total,
        "subtotalPriceSet": sums.subtotal,
        "currentSubtotalPriceSet": sums.current_subtotal,
        "totalTaxSet": sums.tax,
        "currentTotalTaxSet": sums.current_tax,
        "totalDiscountsSet": sums.discounts,
        "currentTotalDiscountsSet": sums.discounts,
        "totalShippingPriceSet": sums.order.shipping_cents,
        "totalRefundedShippingSet": sums.returned_shipping,
        "totalTipReceivedSet": sums.tip,
        "totalRefundedSet": sums.refunded,
        "totalReceivedSet": sums.received,
        "totalOutstandingSet": sums.outstanding,
        "netPaymentSet": sums.received - sums.refunded,
        "refundDiscrepancySet": sum(entry.discrepancy for entry in sums.refunds),
        "totalCapturableSet": sums.capturable,
        "currentShippingPriceSet": sums.shipping - sums.returned_shipping,
    }
    return {
        **{name: money_bag(cents, currency) for name, cents in amounts.items()},
        "taxLines": [tax_line(tax, currency) for tax in sums.taxes],
        "currentTaxLines": [tax_line(tax, currency) for tax in sums.current_taxes],
        "totalCashRoundingAdjustment": {
            "paymentSet": money_bag(sums.payment_rounding, currency),
            "refundSet": money_bag(sums.refund_rounding, currency),
        },
    }


def _fully_refunded(lines: list[Node]) -> list[Node]:
    return [line for line in lines if line["quantity"] and not line["currentQuantity"]]
