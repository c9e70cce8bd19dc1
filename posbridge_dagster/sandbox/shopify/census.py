"""What the shop holds, as plain values for tests and for the balance of a demonstration."""

from typing import Any

from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.records import Order, Transaction
from posbridge_dagster.sandbox.shopify.scalars import amount_text, gid, moment_text
from posbridge_dagster.sandbox.shopify.shop import Shop


def census(shop: Shop) -> dict[str, Any]:
    """Return counts and all orders with their money as decimal text."""
    orders = [_order(order) for order in shop.orders]
    return {
        "shop": shop.name,
        "currency": shop.currency,
        "counts": {
            "locations": len(shop.locations),
            "products": len(shop.products),
            "variants": len(shop.variants),
            "customers": len(shop.customers),
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
        "sourceName": order.source_name,
        "test": order.test,
        "total": amount_text(sums.total),
        "totalTax": amount_text(sums.tax),
        "tip": amount_text(sums.tip),
        "cashRounding": amount_text(sums.payment_rounding),
        "shipping": amount_text(order.shipping_cents),
        "customerId": None if order.customer is None else gid("Customer", order.customer),
        "tags": order.tags,
        "lines": [
            {
                "id": gid("LineItem", entry.line.number),
                "sku": entry.line.sku or None,
                "quantity": entry.line.quantity,
                "total": amount_text(entry.net),
            }
            for entry in sums.lines
        ],
        "transactions": [_transaction(entry) for entry in order.transactions],
        "refunds": [
            {"id": gid("Refund", entry.refund.number), "total": amount_text(entry.paid), "createdAt": moment_text(entry.refund.created_at)}
            for entry in sums.refunds
        ],
    }


def _transaction(entry: Transaction) -> dict[str, Any]:
    return {
        "id": gid("OrderTransaction", entry.number),
        "kind": entry.kind,
        "gateway": entry.gateway,
        "status": entry.status,
        "amount": amount_text(entry.cents),
    }
