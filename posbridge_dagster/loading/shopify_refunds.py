"""Writes MplusKASSA's credits, and goods that came back without one, as refunds of the orders they take back.

``refundCreate`` knows its idempotency key for 24 hours only, so a refund also carries the id of its document in its note and the
refunds of the order are looked at before one is sent. Goods that come back without a word about their sale are given back on the
newest earlier order of the same relation that has them, at their price, and was paid.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.order_writing import OrderCreated, written_order, written_orders
from posbridge_dagster.clients.shopify.orders import refund_details
from posbridge_dagster.clients.shopify.refund_writing import create_refund, payments_of, refund_transactions
from posbridge_dagster.loading.once import HalfWritten, Item, Written
from posbridge_dagster.loading.shopify_input import gid, source_identifier
from posbridge_dagster.loading.shopify_lines import goods_of, placed
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import decimal_amount, minor_units

Row = Mapping[str, Any]
ON_ORDER = "refunded_on"
"""Under this name the detail of a record keeps the digits of the order that its goods were given back on."""
_NOTED = re.compile(r"\((mplus:[^()\s]+)\)")


@dataclass(frozen=True)
class Found:
    """A refund that is there already; its order is named as people know it."""

    refund: Row
    order_id: str
    order_name: str


class ShopifyRefunds:
    """A writer of refunds; payloads are those of ShopifyOrders with ``orders``, the digits of the orders to give back on.

    A credit has the one that it credits, goods that came back have earlier ones of their relation, the newest first.
    """

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the refunds that are already there, by custom id of their document; without an order there is none."""
        ids = list(dict.fromkeys(gid("Order", digits) for item in items for digits in item.payload["orders"]))
        orders = [order for page in refund_details(self._client, ids) for order in page] if ids else []
        refunds = [Found(refund, tail(order["id"]), order["name"]) for order in orders for refund in order["refunds"]]
        marks = {_mark(item): item.external_id for item in items}
        named = [(document_named_in(found.refund["note"] or ""), found) for found in refunds]
        return {marks[mark]: found for mark, found in named if mark in marks}

    def told(self, found: Found) -> Written:
        """Return a refund that was found as it stands."""
        money = found.refund["totalRefundedSet"]["shopMoney"]
        given = -minor_units(str(money["amount"]), money["currencyCode"])
        return Written(tail(found.refund["id"]), found.order_name, given, kept={ON_ORDER: found.order_id})

    def finish(self, item: Item, found: Found, key: str) -> Written:
        """Return a refund that is there; nothing of it can be missing, for it is made in one call."""
        there = Written(tail(found.refund["id"]), found.order_name, item.amount_minor, kept={ON_ORDER: found.order_id})
        if item.payload["order"]["cancelled"]:
            reason = "MplusKASSA cancelled it, and a refund of Shopify cannot be taken back: book the sale again in one of the two"
            raise HalfWritten(there, "return_cancelled", reason)
        return there

    def rehearse(self, item: Item) -> None:
        """Look for the goods on their order without giving anything back; raises Refused as ``write`` would."""
        self._order_with_goods(item)

    def write(self, item: Item, key: str) -> Written:
        """Give the money back on the order's payments and take the lines off it; what was never paid is only taken off."""
        wanted = item.payload["order"]
        credited = decimal_amount(wanted["total_minor"], wanted["currency"])
        order, lines = self._order_with_goods(item)
        payments = payments_of(order.transactions)
        given = min(credited, sum((payment.left for payment in payments), Decimal(0)))
        wished = [(row["gateway"], decimal_amount(row["amount_minor"], wanted["currency"])) for row in item.payload["payments"]]
        fields = {
            "orderId": order.id,
            "note": f"MplusKASSA {wanted['number']} ({_mark(item)})",
            "refundLineItems": lines,
            "shipping": _shipping(item.payload["lines"], wanted["currency"]),
            "transactions": refund_transactions(order.id, payments, given, wished) if given else [],
        }
        refund = create_refund(self._client, {name: part for name, part in fields.items() if part}, key)
        written = Written(tail(refund.id), order.name, item.amount_minor, kept={ON_ORDER: tail(order.id)})
        if Decimal(refund.total) != given:
            there = Written(written.target_id, written.target_number, -minor_units(refund.total, refund.currency), kept=written.kept)
            raise HalfWritten(there, "total_differs", f"Shopify gave {refund.total} {refund.currency} back, {given} was asked for")
        return written

    def _order_with_goods(self, item: Item) -> tuple[OrderCreated, list[dict[str, Any]]]:
        """Return the order to give back on, with the lines to take off it; raises Refused where there is none."""
        ids = [gid("Order", digits) for digits in item.payload["orders"]]
        if item.payload["order"]["kind"] == "credit":
            order = written_order(self._client, ids[0])
            return order, refund_lines(item.payload["lines"], order)
        for order in written_orders(self._client, ids):
            if (lines := _lines_that_fit(item, order)) is not None:
                return order, lines
        raise Refused(
            f"none of the {len(ids)} earlier orders of its relation has all that came back, at its price and paid",
            system="Shopify",
            operation="RefundCreate",
            code="sale_not_found",
            advice="Refund it on its order in Shopify by hand, or book the return as a credit of its invoice.",
        )


def document_named_in(note: str) -> str:
    """Return the mark of the document that a refund's note names, ``mplus:<administration>:<id>``; empty where it names none."""
    named = _NOTED.search(note)
    return named.group(1) if named else ""


def refund_lines(lines: Sequence[Row], order: OrderCreated, *, at_its_price: bool = False) -> list[dict[str, Any]]:
    """Return what a document takes back as ``refundLineItems``: found by text, else by article, each up to what is left of it.

    Raises Refused naming the line that the order does not have, or not any more; ``at_its_price`` also not at the same price.
    """
    left = {line.id: line.left for line in order.lines}
    wanted = [(line, line["quantity"]) for line in goods_of(lines)]
    code = "credited_line_unknown"
    taken = placed(wanted, order, left, operation="RefundCreate", code=code, done="are credited", at_its_price=at_its_price)
    return [{"lineItemId": line_id, "quantity": count, "restockType": "NO_RESTOCK"} for line_id, count in taken.items()]


def _lines_that_fit(item: Item, order: OrderCreated) -> list[dict[str, Any]] | None:
    """Return the lines to take off an order that has all that came back, sold in the same way and paid; None for another."""
    wanted = item.payload["order"]
    if order.cancelled_at or order.taxes_included != wanted["taxes_included"]:
        return None
    if decimal_amount(wanted["total_minor"], wanted["currency"]) > sum(payment.left for payment in payments_of(order.transactions)):
        return None
    try:
        return refund_lines(item.payload["lines"], order, at_its_price=True)
    except Refused:
        return None


def _shipping(lines: Sequence[Row], currency: str) -> dict[str, str] | None:
    total = sum(line["total_minor"] for line in lines if line["kind"] == "shipping")
    return {"amount": str(decimal_amount(total, currency))} if total else None


def _mark(item: Item) -> str:
    return source_identifier(item.external_id)
