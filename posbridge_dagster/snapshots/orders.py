"""A day of Shopify orders as frames.

Every amount of an order is a row of ``order_lines``, also those that Shopify keeps elsewhere (shipping, tips, cash
rounding), so one identity holds for all orders whose prices include VAT: the totals of the lines add up to ``total_minor +
rounding_minor``. An order that cannot be read is kept as one row with a ``fault``; it never hides the others.
"""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from posbridge_dagster.model.identity import email_key, tail
from posbridge_dagster.model.money import MoneyError
from posbridge_dagster.snapshots.exchanges import exchange_rows, mark_exchanges, with_content
from posbridge_dagster.snapshots.fingerprint import order_fingerprint
from posbridge_dagster.snapshots.node_values import Node, address_columns, moment, money, rounding
from posbridge_dagster.snapshots.order_lines import order_lines, order_taxes
from posbridge_dagster.snapshots.order_payments import order_payments
from posbridge_dagster.snapshots.order_shapes import SHAPES
from posbridge_dagster.snapshots.refunds import refund_rows
from posbridge_dagster.snapshots.taken_off import pieces_taken_off, take_off

Rows = dict[str, list[dict[str, Any]]]


def order_frames(nodes: Iterable[Node], zone: ZoneInfo) -> dict[str, pd.DataFrame]:
    """Return complete order nodes as the frames of ``order_shapes``, one frame per name, in the order they were read."""
    rows: Rows = {name: [] for name in SHAPES}
    customers: dict[str, dict[str, Any]] = {}
    for node in nodes:
        try:
            one = _order_rows(node, zone)
        except (MoneyError, KeyError, TypeError, ValueError, ArithmeticError) as error:
            rows["orders"].append(_unreadable(node, zone, error))
            continue
        for name, part in one.items():
            if name == "customers":
                customers.update((row["customer_key"], row) for row in part)
            else:
                rows[name].extend(part)
    rows["customers"] = list(customers.values())
    return {name: shape.frame(rows[name]) for name, shape in SHAPES.items()}


def _order_rows(node: Node, zone: ZoneInfo) -> Rows:
    order_id = tail(node["id"])
    lines = order_lines(node, order_id)
    payments = order_payments(node, order_id)
    exchanges = exchange_rows(node, order_id, zone)
    swaps = {exchange["return_id"] for exchange in exchanges}
    received = sum(payment["money_minor"] for payment in payments)
    taken_off = pieces_taken_off(node, lines, swaps, received)
    refunds = refund_rows(node, order_id, lines, swaps, taken_off, zone)
    order = _order(node, order_id, zone)
    take_off(node, order, lines, taken_off)
    exchanged = mark_exchanges(node, exchanges, lines, payments)
    customer = _customer(node)
    order |= {
        **exchanged,
        "line_count": len(lines),
        "payment_count": len(payments),
        "refund_count": len(refunds["refunds"]),
        "received_minor": received,
        "customer_key": customer["customer_key"] if customer else None,
    }
    order["fingerprint"] = order_fingerprint(order, lines, payments)
    return {
        "orders": [order],
        "order_lines": lines,
        "order_taxes": order_taxes(node, order_id),
        "order_payments": payments,
        **refunds,
        "exchanges": with_content(exchanges, refunds["refunds"], lines, payments),
        "customers": [customer] if customer else [],
    }


def _order(node: Node, order_id: str, zone: ZoneInfo) -> dict[str, Any]:
    created_at, cancelled_at = moment(node["createdAt"]), moment(node.get("cancelledAt"))
    location = node.get("retailLocation") or {}
    return {
        "order_id": order_id,
        "name": node["name"],
        "day": created_at.astimezone(zone).date().isoformat() if created_at else None,
        "created_at": created_at,
        "updated_at": moment(node["updatedAt"]),
        "processed_at": moment(node["processedAt"]),
        "cancelled_at": cancelled_at,
        "cancelled_day": cancelled_at.astimezone(zone).date().isoformat() if cancelled_at else None,
        "test": node["test"],
        "edited": node.get("edited"),
        "source_name": node.get("sourceName"),
        "source_identifier": node.get("sourceIdentifier"),
        "app_name": (node.get("app") or {}).get("name"),
        "location_id": tail(location["id"]) if location else None,
        "location_name": location.get("name"),
        "currency": node["currencyCode"],
        "presentment_currency": node.get("presentmentCurrencyCode"),
        "taxes_included": node["taxesIncluded"],
        "financial_status": node.get("displayFinancialStatus"),
        "fulfillment_status": node.get("displayFulfillmentStatus"),
        "return_status": node.get("returnStatus"),
        "email": node.get("email"),
        "phone": node.get("phone"),
        "note": node.get("note"),
        "tags": ", ".join(sorted(node.get("tags") or ())),
        "purchase_order_number": node.get("poNumber"),
        **address_columns("billing", node.get("billingAddress")),
        **address_columns("shipping", node.get("shippingAddress")),
        "total_minor": money(node, "totalPriceSet"),
        "subtotal_minor": money(node, "subtotalPriceSet"),
        "tax_minor": money(node, "totalTaxSet"),
        "discount_minor": money(node, "totalDiscountsSet"),
        "shipping_minor": money(node, "totalShippingPriceSet"),
        "tip_minor": money(node, "totalTipReceivedSet"),
        "rounding_minor": rounding(node),
        "refunded_minor": money(node, "totalRefundedSet"),
    }


def _customer(node: Node) -> dict[str, Any] | None:
    """Return whom the order names: its customer, else the person of its e-mail address, else nobody (a walk-in)."""
    customer = node.get("customer")
    order_address = node.get("billingAddress") or node.get("shippingAddress")
    if customer:
        address = customer.get("defaultAddress") or order_address or {}
        person: dict[str, Any] = {
            "customer_key": f"customer:{tail(customer['id'])}",
            "customer_id": tail(customer["id"]),
            "email": (customer.get("defaultEmailAddress") or {}).get("emailAddress") or node.get("email"),
            "first_name": customer.get("firstName") or address.get("firstName"),
            "last_name": customer.get("lastName") or address.get("lastName"),
            "phone": (customer.get("defaultPhoneNumber") or {}).get("phoneNumber") or address.get("phone"),
            "tags": ", ".join(customer.get("tags") or ()),
            "changed_at": moment(customer.get("updatedAt")),
        }
    elif node.get("email"):
        address = order_address or {}
        person = {
            "customer_key": email_key(node["email"]),
            "email": node["email"],
            "first_name": address.get("firstName"),
            "last_name": address.get("lastName"),
            "phone": node.get("phone") or address.get("phone"),
            "changed_at": moment(node["updatedAt"]),
        }
    else:
        return None
    person["full_name"] = " ".join(name for name in (person["first_name"], person["last_name"]) if name) or None
    parts = address_columns("", address)
    person |= {name: parts[f"_{name}"] for name in ("company", "address1", "address2", "postal_code", "city", "country")}
    return person | address_columns("shipping", node.get("shippingAddress"))


def _unreadable(node: Node, zone: ZoneInfo, error: Exception) -> dict[str, Any]:
    created_at = moment(node["createdAt"])
    return {
        "order_id": tail(node["id"]),
        "name": node.get("name"),
        "day": created_at.astimezone(zone).date().isoformat() if created_at else None,
        "created_at": created_at,
        "updated_at": moment(node.get("updatedAt")),
        "currency": node.get("currencyCode"),
        "source_name": node.get("sourceName"),
        "test": node.get("test"),
        "financial_status": node.get("displayFinancialStatus"),
        "fault": f"{type(error).__name__}: {error}",
    }
