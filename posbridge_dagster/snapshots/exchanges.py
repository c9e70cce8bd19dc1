"""Exchanges: which lines and payments of an order belong to goods that were taken in exchange, and not to the sale itself.

Shopify keeps an exchange as a return on the order of the sale; the new goods are lines of that order, an extra payment is one
of its payments (see the changelog of 2025-03-21, retail exchanges as returns). The sale itself stays what it was: what an
exchange added carries the id of its return.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.content import parts_fingerprint
from posbridge_dagster.snapshots.node_values import Node

Row = dict[str, Any]
_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def exchange_rows(node: Node, order_id: str, zone: ZoneInfo) -> list[Row]:
    """Return the rows of ``exchanges`` of one order, oldest first: its returns for which new goods were taken."""
    made = sorted((_made_at(each), tail(each["id"])) for each in node.get("returns") or () if _new_lines(each))
    return [
        {
            "return_id": return_id,
            "order_id": order_id,
            "position": position,
            "day": at.astimezone(zone).date().isoformat(),
            "created_at": at,
        }
        for position, (at, return_id) in enumerate(made, 1)
    ]


def mark_exchanges(node: Node, exchanges: Sequence[Row], lines: list[Row], payments: list[Row]) -> Row:
    """Give the lines and payments of exchanges the id of their return, and return what they add to the order.

    Payments belong to the sale, in the order in which they were made, until it is settled; change belongs to what it was given
    on. A later one belongs to the exchange made nearest to it in time. The cash rounding of an order becomes one line for the
    sale and one for each exchange.
    """
    if not exchanges:
        return {"exchanged_minor": 0, "exchanged_tax_minor": 0, "exchanged_rounding_minor": 0}
    brought_by = {line: tail(each["id"]) for each in node["returns"] for line in _new_lines(each)}
    for line in lines:
        line["return_id"] = brought_by.get(line["line_id"])
    on_top = not node["taxesIncluded"]
    _allocate(
        payments, exchanges, sum(_gross(line, on_top=on_top) for line in lines if not line["return_id"] and line["kind"] != "rounding")
    )
    rounded = _split_rounding(lines, payments)
    new = [line for line in lines if line["return_id"] and line["kind"] != "rounding"]
    return {
        "exchanged_minor": sum(_gross(line, on_top=on_top) for line in new),
        "exchanged_tax_minor": sum(line["tax_minor"] for line in new),
        "exchanged_rounding_minor": rounded,
    }


def with_content(exchanges: Sequence[Row], refunds: Sequence[Row], lines: Sequence[Row], payments: Sequence[Row]) -> list[Row]:
    """Return the exchanges with a fingerprint of what came back, what was taken and what was paid for each."""
    return [
        exchange
        | {
            "fingerprint": parts_fingerprint(
                {
                    "back": [refund["fingerprint"] for refund in refunds if refund["return_id"] == exchange["return_id"]],
                    "lines": [
                        [line[name] for name in ("line_id", "quantity", "total_minor", "tax_minor")]
                        for line in lines
                        if line.get("return_id") == exchange["return_id"]
                    ],
                    "payments": [
                        [payment[name] for name in ("payment_id", "gateway", "money_minor")]
                        for payment in payments
                        if payment.get("return_id") == exchange["return_id"] and payment["money_minor"]
                    ],
                }
            )
        }
        for exchange in exchanges
    ]


def _made_at(each: Node) -> datetime:
    return datetime.fromisoformat(each["createdAt"])


def _new_lines(each: Node) -> list[str]:
    return [tail(line["id"]) for item in each.get("exchangeLineItems") or () for line in item.get("lineItems") or ()]


def _gross(line: Row, *, on_top: bool) -> int:
    return int(line["total_minor"] + (line["tax_minor"] if on_top else 0))


def _allocate(payments: list[Row], exchanges: Sequence[Row], due: int) -> None:
    settled = 0
    for payment in sorted(payments, key=lambda row: row["processed_at"] or _LONG_AGO):
        amount = payment["money_minor"] - (payment["rounding_minor"] if payment["money_minor"] else 0)
        of_the_sale = settled < due or (amount < 0 and settled > due) or not amount
        payment["return_id"] = None if of_the_sale else _nearest(exchanges, payment["processed_at"] or _LONG_AGO)
        settled += amount if of_the_sale else 0


def _nearest(exchanges: Sequence[Row], at: datetime) -> str:
    return str(min(exchanges, key=lambda row: abs((row["created_at"] - at).total_seconds()))["return_id"])


def _split_rounding(lines: list[Row], payments: list[Row]) -> int:
    """Put the rounding of payments for exchanges on lines of their own and return how much that is."""
    rounding = next((line for line in lines if line["kind"] == "rounding"), None)
    if rounding is None:
        return 0
    whole = rounding["total_minor"]
    shares: dict[str, int] = {}
    for payment in payments:
        if payment["return_id"] and payment["money_minor"] and payment["rounding_minor"]:
            shares[payment["return_id"]] = shares.get(payment["return_id"], 0) + payment["rounding_minor"]
    for return_id, share in shares.items():
        amounts = {"unit_price_minor": share, "total_minor": share}
        lines.append({**rounding, **amounts, "line_id": f"rounding:{return_id}", "return_id": return_id, "position": len(lines) + 1})
    left = whole - sum(shares.values())
    rounding |= {"unit_price_minor": left, "total_minor": left}
    return int(whole - left)
