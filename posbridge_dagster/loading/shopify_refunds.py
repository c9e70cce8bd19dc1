"""Writes MplusKASSA's credits as refunds of the orders they take back.

``refundCreate`` knows its idempotency key for 24 hours only, so a refund also carries the id of its credit in its note and the
refunds of the order are looked at before one is sent.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.order_writing import OrderCreated, written_order
from posbridge_dagster.clients.shopify.orders import refund_details
from posbridge_dagster.clients.shopify.refund_writing import create_refund, order_payments, refund_transactions
from posbridge_dagster.loading.once import HalfWritten, Item, Written
from posbridge_dagster.loading.shopify_input import gid, source_identifier
from posbridge_dagster.loading.shopify_lines import goods_of, placed
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import decimal_amount, minor_units

Row = Mapping[str, Any]
_NOTED = re.compile(r"\((mplus:[^()\s]+)\)")


@dataclass(frozen=True)
class Found:
    """A refund that is there already; its order is named as people know it."""

    refund: Row
    order_name: str


class ShopifyRefunds:
    """A writer of refunds; payloads are those of ShopifyOrders with ``order_id``, the digits of the order to give back on."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the refunds that are already there, by custom id of their credit; without an order there is none."""
        items = [item for item in items if item.payload["order_id"]]
        ids = list(dict.fromkeys(gid("Order", item.payload["order_id"]) for item in items))
        orders = [order for page in refund_details(self._client, ids) for order in page] if ids else []
        refunds = [Found(refund, order["name"]) for order in orders for refund in order["refunds"]]
        marks = {_mark(item): item.external_id for item in items}
        named = [(credit_named_in(found.refund["note"] or ""), found) for found in refunds]
        return {marks[mark]: found for mark, found in named if mark in marks}

    def told(self, found: Found) -> Written:
        """Return a refund that was found as it stands."""
        money = found.refund["totalRefundedSet"]["shopMoney"]
        return Written(tail(found.refund["id"]), found.order_name, -minor_units(str(money["amount"]), money["currencyCode"]))

    def finish(self, item: Item, found: Found, key: str) -> Written:
        """Return a refund that is there; nothing of it can be missing, for it is made in one call."""
        return Written(tail(found.refund["id"]), found.order_name, item.amount_minor)

    def write(self, item: Item, key: str) -> Written:
        """Give the money back on the order's payments and take the lines off it; what was never paid is only taken off."""
        order_id = gid("Order", item.payload["order_id"])
        order, payments = written_order(self._client, order_id), order_payments(self._client, order_id)
        wanted = item.payload["order"]
        credited = decimal_amount(wanted["total_minor"], wanted["currency"])
        given = min(credited, sum((payment.left for payment in payments), Decimal(0)))
        fields = {
            "orderId": order_id,
            "note": f"MplusKASSA {wanted['number']} ({_mark(item)})",
            "refundLineItems": refund_lines(item.payload["lines"], order, self._refunded(order_id)),
            "shipping": _shipping(item.payload["lines"], wanted["currency"]),
            "transactions": refund_transactions(order_id, payments, given) if given else [],
        }
        refund = create_refund(self._client, {name: part for name, part in fields.items() if part}, key)
        written = Written(tail(refund.id), order.name, item.amount_minor)
        if Decimal(refund.total) != given:
            there = Written(written.target_id, written.target_number, -minor_units(refund.total, refund.currency))
            raise HalfWritten(there, "total_differs", f"Shopify gave {refund.total} {refund.currency} back, {given} was asked for")
        return written

    def _refunded(self, order_id: str) -> Counter[str]:
        """Return how many pieces of each line went back before."""
        taken: Counter[str] = Counter()
        for order in next(iter(refund_details(self._client, [order_id]))):
            for refund in order["refunds"]:
                for line in refund["refundLineItems"]:
                    taken[line["lineItem"]["id"]] += line["quantity"]
        return taken


def credit_named_in(note: str) -> str:
    """Return the mark of the credit that a refund's note names, ``mplus:<administration>:<id>``; empty where it names none."""
    named = _NOTED.search(note)
    return named.group(1) if named else ""


def refund_lines(lines: Sequence[Row], order: OrderCreated, refunded: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what a credit takes back as ``refundLineItems``: found by text, else by article, each up to what is left of it.

    Raises Refused naming the line that the order does not have, or not any more.
    """
    left = {line.id: line.quantity - refunded.get(line.id, 0) for line in order.lines}
    wanted = [(line, line["quantity"]) for line in goods_of(lines)]
    taken = placed(wanted, order, left, operation="RefundCreate", code="credited_line_unknown", done="are credited")
    return [{"lineItemId": line_id, "quantity": count, "restockType": "NO_RESTOCK"} for line_id, count in taken.items()]


def _shipping(lines: Sequence[Row], currency: str) -> dict[str, str] | None:
    total = sum(line["total_minor"] for line in lines if line["kind"] == "shipping")
    return {"amount": str(decimal_amount(total, currency))} if total else None


def _mark(item: Item) -> str:
    return source_identifier(item.external_id)
