"""What the shop holds, as plain values for tests and for the balance of a demonstration."""

from typing import Any

from posbridge_dagster.sandbox.shopify.nodes.fulfillment import fulfillment_status
from posbridge_dagster.sandbox.shopify.order_records import Order, Transaction
from posbridge_dagster.sandbox.shopify.reckoning import RefundSum, reckon
from posbridge_dagster.sandbox.shopify.scalars import amount_text, gid, moment_or_none, moment_text
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.taxes import by_rate


def census(shop: Shop) -> dict[str, Any]:
    """Return counts and all orders with their money as decimal text."""
    orders = [_order(order) for order in shop.orders]
    return {
        "shop": shop.name,
        "currency": shop.currency,
        "counts": {
            "locations": len(shop.locations),
            "products": len(shop.products),
            "collections": len(shop.collections),
            "variants": len(shop.variants),
            "customers": len(shop.customers),
            "companies": len(shop.companies),
            "metafield_definitions": len(shop.definitions),
            "orders": len(orders),
            "lines": sum(len(order["lines"]) for order in orders),
            "refunds": sum(len(order["refunds"]) for order in orders),
        },
        "orders": orders,
    }


def _order(order: Order) -> dict[str, Any]:
    sums = reckon(order)
    return {
        "id": gid("Order", order.number),
        "name": order.name,
        "createdAt": moment_text(order.created_at),
        "updatedAt": moment_text(order.updated_at),
        "processedAt": moment_text(order.business_moment),
        "cancelledAt": moment_or_none(order.cancelled_at),
        "sourceName": order.source_name,
        "sourceIdentifier": order.source_identifier,
        "test": order.test,
        "edited": order.edited,
        "taxesIncluded": order.taxes_included,
        "financialStatus": sums.financial_status,
        "fulfillmentStatus": fulfillment_status(order),
        "total": amount_text(sums.total),
        "currentTotal": amount_text(sums.current_total),
        "totalTax": amount_text(sums.tax),
        "taxByRate": {f"{rate / 100:g}": amount_text(cents) for rate, cents in by_rate(sums.taxes).items()},
        "tip": amount_text(sums.tip),
        "cashRounding": amount_text(sums.payment_rounding),
        "received": amount_text(sums.received),
        "refunded": amount_text(sums.refunded),
        "shipping": amount_text(order.shipping_cents),
        "customerId": None if order.customer is None else gid("Customer", order.customer),
        "tags": order.tags,
        "metafields": {f"{entry.namespace}.{entry.key}": entry.value for entry in order.metafields},
        "lines": [
            {
                "id": gid("LineItem", entry.line.number),
                "sku": entry.line.sku or None,
                "quantity": entry.line.quantity,
                "currentQuantity": entry.kept,
                "total": amount_text(entry.net),
                "tax": amount_text(entry.tax),
            }
            for entry in sums.lines
        ],
        "transactions": [_transaction(entry) for entry in order.transactions],
        "refunds": [_refund(entry) for entry in sums.refunds],
        "returns": [{"id": gid("Return", entry.number), "exchanges": len(entry.exchanges)} for entry in order.returns],
    }


def _refund(entry: RefundSum) -> dict[str, Any]:
    """Return a refund; ``adjustment`` is what was paid out beyond its lines and shipping, negative in the customer's favour."""
    return {
        "id": gid("Refund", entry.refund.number),
        "createdAt": moment_text(entry.refund.created_at),
        "processedAt": moment_text(entry.refund.processed_at or entry.refund.created_at),
        "total": amount_text(entry.paid),
        "shipping": amount_text(entry.shipping),
        "shippingTax": amount_text(entry.shipping_tax),
        "adjustment": amount_text(entry.discrepancy),
        "cashRounding": amount_text(entry.rounding),
        "transactions": [gid("OrderTransaction", number) for number in entry.refund.transactions],
        "lines": [
            {"lineItemId": gid("LineItem", line.line), "quantity": line.quantity, "total": amount_text(net), "tax": amount_text(tax)}
            for line, (net, tax) in zip(entry.refund.lines, entry.lines, strict=True)
        ],
    }


def _transaction(entry: Transaction) -> dict[str, Any]:
    return {
        "id": gid("OrderTransaction", entry.number),
        "kind": entry.kind,
        "gateway": entry.gateway,
        "status": entry.status,
        "amount": amount_text(entry.cents),
        "rounding": amount_text(entry.rounding_cents),
        "processedAt": moment_text(entry.at),
    }
