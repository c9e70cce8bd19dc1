"""The payments of an order."""

from collections.abc import Mapping
from typing import Any

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.node_values import Node, linked, moment, money, rounding

_ADDS = {"SALE": 1, "CAPTURE": 1, "CHANGE": -1}


def order_payments(node: Node, order_id: str) -> list[dict[str, Any]]:
    """Return the rows of ``order_payments`` of one order; their ``money_minor`` adds up to the money received."""
    rows = [{"order_id": order_id, **payment_columns(payment, _ADDS)} for payment in node["transactions"]]
    rounded = rounding(node)
    if rounded and sum(row["money_minor"] for row in rows) == money(node, "totalPriceSet"):
        # Whether a payment's amount is stated before or after cash rounding is not documented; the order's total tells.
        for row in rows:
            row["money_minor"] += row["rounding_minor"] if row["money_minor"] else 0
    return rows


def payment_columns(payment: Node, adds: Mapping[str, int]) -> dict[str, Any]:
    """Return the columns that all payments have; ``adds`` says by kind what a successful one adds to ``money_minor``."""
    amount = money(payment, "amountSet")
    counts = payment["status"] == "SUCCESS" and not payment.get("test")
    return {
        "payment_id": tail(payment["id"]),
        "kind": payment["kind"],
        "status": payment["status"],
        "gateway": payment.get("gateway"),
        "amount_minor": amount,
        "rounding_minor": money(payment, "amountRoundingSet"),
        "money_minor": amount * adds.get(payment["kind"], 0) if counts else 0,
        "currency": payment["amountSet"]["shopMoney"]["currencyCode"],
        "processed_at": moment(payment.get("processedAt")),
        "location_id": linked(payment, "location"),
        "device_id": linked(payment, "device"),
        "parent_id": linked(payment, "parentTransaction"),
        "test": payment.get("test"),
    }
