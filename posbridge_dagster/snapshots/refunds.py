"""The refunds of an order: what came back, what was given back for it, and by which payments.

What a refund gives back is the sum of its lines, for refunds as for orders: shipping, amounts beside the goods and cash
rounding are lines too. Shopify states an adjustment from its own side: what the parts come to less what was paid, so it is
negative where the customer got more than the goods cost.
"""

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.content import parts_fingerprint
from posbridge_dagster.snapshots.node_values import Node, linked, moment, money
from posbridge_dagster.snapshots.order_payments import payment_columns
from posbridge_dagster.snapshots.refund_lines import lines_of
from posbridge_dagster.snapshots.taken_back import take_back
from posbridge_dagster.snapshots.taken_off import Piece

Row = dict[str, Any]

_ADDS = {"REFUND": 1}
_TOTALS = {"shipping": "shipping_minor", "adjustment": "adjustment_minor", "rounding": "rounding_minor"}


def refund_rows(
    node: Node, order_id: str, lines: Collection[Row], exchanges: Collection[str], taken_off: list[Piece], zone: ZoneInfo
) -> dict[str, list[Row]]:
    """Return the rows of ``refunds``, ``refund_lines`` and ``refund_payments`` of one order.

    ``lines`` are its rows of order_lines, ``exchanges`` the ids of the returns for which new goods were taken. ``taken_off`` are the
    pieces that an edit took off; those whose money a refund gives back are its lines, and are removed from the list. Raises KeyError
    when a refund was read without its lines, or gives back a line that the order does not have.
    """
    rows: dict[str, list[Row]] = {"refunds": [], "refund_lines": [], "refund_payments": []}
    on_top = not node["taxesIncluded"]
    sold = {line["line_id"]: line for line in lines}
    refunds = list(node.get("refunds") or ())
    parts = [list(lines_of(refund, sold, on_top=on_top)) for refund in refunds]
    take_back(node, parts, taken_off, sold, exchanges)
    for position, (refund, own) in enumerate(zip(refunds, parts, strict=True), 1):
        ids = {"refund_id": tail(refund["id"]), "order_id": order_id}
        back = [{**ids, "position": place, **line} for place, line in enumerate(own, 1)]
        paid = [{**ids, **payment} for payment in _payments(refund, back, on_top=on_top)]
        rows["refund_lines"] += back
        rows["refund_payments"] += paid
        rows["refunds"].append(
            {**ids, "position": position, "currency": node["currencyCode"], **_header(refund, back, paid, exchanges, zone)}
        )
    return rows


def _header(refund: Node, lines: list[Row], payments: list[Row], exchanges: Collection[str], zone: ZoneInfo) -> Row:
    processed_at = moment(refund.get("processedAt")) or moment(refund.get("createdAt"))
    return_id = linked(refund, "return")
    totals = dict.fromkeys(("goods_minor", *_TOTALS.values()), 0)
    for line in lines:
        totals[_TOTALS.get(line["kind"], "goods_minor")] += line["total_minor"]
    pending = [payment["amount_minor"] for payment in payments if payment["kind"] == "REFUND" and payment["status"] == "PENDING"]
    return {
        "return_id": return_id,
        "exchange": return_id in exchanges,
        "day": processed_at.astimezone(zone).date().isoformat() if processed_at else None,
        "created_at": moment(refund.get("createdAt")),
        "processed_at": processed_at,
        "updated_at": moment(refund.get("updatedAt")),
        "note": refund.get("note"),
        "line_count": len(lines),
        "payment_count": len(payments),
        "refunded_minor": money(refund, "totalRefundedSet"),
        "money_minor": sum(payment["money_minor"] for payment in payments),
        "pending_minor": sum(pending),
        **totals,
        "tax_minor": sum(line["tax_minor"] for line in lines),
        "fingerprint": _fingerprint(lines, payments),
    }


def _payments(refund: Node, lines: list[Row], *, on_top: bool) -> list[Row]:
    rows = [payment_columns(payment, _ADDS) for payment in refund["transactions"]]
    rounded = sum(line["total_minor"] for line in lines if line["kind"] == "rounding")
    due = sum(line["total_minor"] + (line["tax_minor"] if on_top else 0) for line in lines)
    if rounded and sum(row["money_minor"] for row in rows) == due - rounded:
        # Whether the amount is stated before or after cash rounding is not documented; what the lines come to tells.
        for row in rows:
            row["money_minor"] += row["rounding_minor"] if row["money_minor"] else 0
    return rows


def _fingerprint(lines: list[Row], payments: list[Row]) -> str:
    return parts_fingerprint(
        {
            "lines": [[line.get(name) for name in ("source_line_id", "kind", "quantity", "total_minor", "tax_minor")] for line in lines],
            "payments": [
                [payment[name] for name in ("payment_id", "gateway", "money_minor")] for payment in payments if payment["money_minor"]
            ],
        }
    )
