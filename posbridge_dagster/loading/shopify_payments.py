"""Payments that were booked on a sale after it was sent, recorded on its order.

Recording a payment cannot be repeated safely, so what is missing is worked out each time from what the order says it received:
payments stand in the order in which they were booked, and the money received covers the first of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.order_writing import OrderCreated
from posbridge_dagster.clients.shopify.payment_recording import record_payment
from posbridge_dagster.model.money import decimal_amount, minor_units

TOGETHER = " + "
"""Between the ways of several payments that were recorded as one."""
_RECEIVED = ("SALE", "CAPTURE")


class MoreReceived(Exception):
    """The order received more than was booked; ``minor`` is by how much."""

    def __init__(self, minor: int) -> None:
        self.minor = minor
        super().__init__(f"{minor} cents more than were booked")


@dataclass(frozen=True)
class Missing:
    """A payment, or the rest of one, that the order does not have yet; cents."""

    gateway: str
    minor: int
    paid_at: datetime | None


def received_minor(order: OrderCreated) -> int:
    """Return the money that an order received, in cents; what was given back later is not taken off."""
    rows = [row for row in order.transactions if row["kind"] in _RECEIVED and row["status"] == "SUCCESS"]
    money = [row["amountSet"]["shopMoney"] for row in rows]
    return sum(minor_units(str(each["amount"]), each["currencyCode"]) for each in money)


def missing_payments(payments: Sequence[Mapping[str, Any]], received: int) -> list[Missing]:
    """Return what of the payments (rows of MAPPED_PAYMENTS, as booked) is not among the cents received. Raises MoreReceived."""
    missing = []
    for payment in payments:
        covered = min(received, payment["amount_minor"])
        received -= covered
        if covered < payment["amount_minor"]:
            missing.append(Missing(payment["gateway"], payment["amount_minor"] - covered, payment["paid_at"]))
    if received:
        raise MoreReceived(received)
    return missing


def record_missing_payments(client: ShopifyClient, order: OrderCreated, payments: Sequence[Mapping[str, Any]]) -> None:
    """Record on an order the payments that it does not have yet.

    The last of them is what is still open wherever the sale is paid in full, and is then recorded without an amount: shops that
    are not on Plus take no other, so there several payments that pay the sale in full are recorded as one, named by all their ways.
    Raises MoreReceived, UnknownOutcome, Refused for what Shopify refuses: with code part_payment where it is a part of what is open.
    """
    missing = missing_payments(payments, received_minor(order))
    currency = order.totals.currency
    open_minor = minor_units(order.totals.outstanding, currency)
    for number, payment in enumerate(missing):
        if payment.minor == open_minor:
            _record(client, order, payment, None)
            continue
        try:
            _record(client, order, payment, decimal_amount(payment.minor, currency))
        except Refused as refusal:
            rest = missing[number:]
            if sum(each.minor for each in rest) != open_minor:
                raise _part_refused(refusal) from None
            together = TOGETHER.join(dict.fromkeys(each.gateway for each in rest))
            _record(client, order, Missing(together, open_minor, rest[-1].paid_at), None)
            return
        open_minor -= payment.minor


def _record(client: ShopifyClient, order: OrderCreated, payment: Missing, amount: Decimal | None) -> None:
    paid_at = min(payment.paid_at, datetime.now(UTC)) if payment.paid_at else None  # Shopify takes no moment to come
    record_payment(client, order.id, payment.gateway, amount, order.totals.currency, paid_at)


def _part_refused(refusal: Refused) -> Refused:
    reason = f"a part of what is open was paid, which Shopify takes from Plus shops only ({refusal.reason})"
    advice = "It is recorded once the rest is paid, or record it in Shopify by hand."
    return Refused(f"{reason}. {advice}", system=refusal.system, operation=refusal.operation, code="part_payment", advice=advice)
