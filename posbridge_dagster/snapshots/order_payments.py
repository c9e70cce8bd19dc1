"""The payments and refunds of an order."""

from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.node_values import Node, linked, moment, money, rounding

_ADDS = {"SALE": 1, "CAPTURE": 1, "CHANGE": -1}


def order_payments(node: Node, order_id: str) -> list[dict[str, Any]]:
    """Return the rows of ``order_payments`` of one order; their ``money_minor`` adds up to the money received."""
    rows = [_payment(payment, order_id) for payment in node["transactions"]]
    rounded = rounding(node)
    if rounded and sum(row["money_minor"] for row in rows) == money(node, "totalPriceSet"):
        # Whether a payment's amount is stated before or after cash rounding is not documented; the order's total tells.
        for row in rows:
            row["money_minor"] += row["rounding_minor"] if row["money_minor"] else 0
    return rows


def _payment(payment: Node, order_id: str) -> dict[str, Any]:
    amount = money(payment, "amountSet")
    counts = payment["status"] == "SUCCESS" and not payment.get("test")
    return {
        "order_id": order_id,
        "payment_id": tail(payment["id"]),
        "kind": payment["kind"],
        "status": payment["status"],
        "gateway": payment.get("gateway"),
        "amount_minor": amount,
        "rounding_minor": money(payment, "amountRoundingSet"),
        "money_minor": amount * _ADDS.get(payment["kind"], 0) if counts else 0,
        "currency": payment["amountSet"]["shopMoney"]["currencyCode"],
        "processed_at": moment(payment.get("processedAt")),
        "location_id": linked(payment, "location"),
        "device_id": linked(payment, "device"),
        "parent_id": linked(payment, "parentTransaction"),
        "test": payment.get("test"),
    }


def order_refunds(node: Node, order_id: str) -> list[dict[str, Any]]:
    """Return the rows of ``refunds`` of one order."""
    return [
        {
            "refund_id": tail(refund["id"]),
            "order_id": order_id,
            "return_id": linked(refund, "return"),
            "created_at": moment(refund.get("createdAt")),
            "processed_at": moment(refund.get("processedAt")),
            "updated_at": moment(refund.get("updatedAt")),
            "note": refund.get("note"),
            "refunded_minor": money(refund, "totalRefundedSet"),
            "currency": node["currencyCode"],
        }
        for refund in node.get("refunds") or ()
    ]
