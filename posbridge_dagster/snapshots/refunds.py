"""The refunds of an order: what came back, what was given back for it, and by which payments.

What a refund gives back is the sum of its lines, for refunds as for orders: shipping, amounts beside the goods and cash
rounding are lines too. Shopify states an adjustment from its own side: what the parts come to less what was paid, so it is
negative where the customer got more than the goods cost.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.content import parts_fingerprint
from posbridge_dagster.snapshots.node_values import Node, linked, moment, money
from posbridge_dagster.snapshots.order_payments import payment_columns

Row = dict[str, Any]

_ADDS = {"REFUND": 1}
_OF_THE_SALE = ("kind", "sku", "barcode", "variant_id", "product_id", "title", "variant_title", "vendor", "tax_rate", "tax_count")
_TOTALS = {"shipping": "shipping_minor", "adjustment": "adjustment_minor", "rounding": "rounding_minor"}


def refund_rows(node: Node, order_id: str, lines: Collection[Row], exchanges: Collection[str], zone: ZoneInfo) -> dict[str, list[Row]]:
    """Return the rows of ``refunds``, ``refund_lines`` and ``refund_payments`` of one order.

    ``lines`` are its rows of order_lines, ``exchanges`` the ids of the returns for which new goods were taken. Raises KeyError
    when a refund was read without its lines, or gives back a line that the order does not have.
    """
    rows: dict[str, list[Row]] = {"refunds": [], "refund_lines": [], "refund_payments": []}
    sold = {line["line_id"]: line for line in lines}
    for position, refund in enumerate(node.get("refunds") or (), 1):
        ids = {"refund_id": tail(refund["id"]), "order_id": order_id}
        back = [{**ids, "position": place, **line} for place, line in enumerate(_lines(refund, sold, on_top=not node["taxesIncluded"]), 1)]
        paid = [{**ids, **payment} for payment in _payments(refund, back, on_top=not node["taxesIncluded"])]
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


def _lines(refund: Node, sold: Mapping[str, Row], *, on_top: bool) -> Iterator[Row]:
    for line in refund["refundLineItems"]:
        source = sold[tail(line["lineItem"]["id"])]
        amounts = {"total_minor": money(line, "subtotalSet"), "tax_minor": money(line, "totalTaxSet")}
        yield _goods(line, source) | amounts
    for line in refund["refundShippingLines"]:
        source = sold[f"shipping:{tail(line['shippingLine']['id'])}"]
        amounts = {"total_minor": money(line, "subtotalAmountSet"), "tax_minor": money(line, "taxAmountSet")}
        yield _amount(f"shipping:{tail(line['id'])}", "shipping", source["title"]) | _of_the_sale(source) | amounts
    for adjustment in refund["orderAdjustments"]:
        tax = money(adjustment, "taxAmountSet")
        yield _amount(f"adjustment:{tail(adjustment['id'])}", "adjustment", "Correctie") | {
            "total_minor": -money(adjustment, "amountSet"),
            "tax_minor": -tax if on_top else 0,
        }
    rounded = sum(money(payment, "amountRoundingSet") for payment in refund["transactions"] if _is_money(payment))
    if rounded:
        yield _amount("rounding", "rounding", "Afronding") | {"total_minor": rounded}


def _goods(line: Node, source: Row) -> Row:
    """Return goods that come back; those that are not put back get a kind of their own, so that a mapping can book them elsewhere."""
    lost = source["kind"] == "article" and line["restockType"] == "NO_RESTOCK"
    return {
        **_of_the_sale(source),
        "line_id": tail(line["id"]) if line.get("id") else f"line:{source['line_id']}",
        "kind": "no_restock" if lost else source["kind"],
        "quantity": line["quantity"],
        "restock_type": line["restockType"],
        "location_id": linked(line, "location"),
    }


def _of_the_sale(source: Row) -> Row:
    return {"source_line_id": source["line_id"], **{name: source.get(name) for name in _OF_THE_SALE}}


def _amount(line_id: str, kind: str, title: str) -> Row:
    return {"line_id": line_id, "kind": kind, "title": title, "quantity": 1, "tax_minor": 0, "tax_rate": 0, "tax_count": 0}


def _payments(refund: Node, lines: list[Row], *, on_top: bool) -> list[Row]:
    rows = [payment_columns(payment, _ADDS) for payment in refund["transactions"]]
    rounded = sum(line["total_minor"] for line in lines if line["kind"] == "rounding")
    due = sum(line["total_minor"] + (line["tax_minor"] if on_top else 0) for line in lines)
    if rounded and sum(row["money_minor"] for row in rows) == due - rounded:
        # Whether the amount is stated before or after cash rounding is not documented; what the lines come to tells.
        for row in rows:
            row["money_minor"] += row["rounding_minor"] if row["money_minor"] else 0
    return rows


def _is_money(payment: Node) -> bool:
    return payment["kind"] in _ADDS and payment["status"] == "SUCCESS" and not payment.get("test")


def _fingerprint(lines: list[Row], payments: list[Row]) -> str:
    return parts_fingerprint(
        {
            "lines": [[line.get(name) for name in ("source_line_id", "kind", "quantity", "total_minor", "tax_minor")] for line in lines],
            "payments": [
                [payment[name] for name in ("payment_id", "gateway", "money_minor")] for payment in payments if payment["money_minor"]
            ],
        }
    )
