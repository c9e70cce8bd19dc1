"""Writes sales as MplusKASSA orders, payment and hand-over in the same call.

``createOrderV3`` with a deterministic idempotency key is the only write of a paid sale. ``extOrderId`` is unique for ever in
MplusKASSA, so a batch of ids tells what is already there before anything is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.order_changes import is_cancelled
from posbridge_dagster.clients.mplus.orders import OrderWritten, create_order, orders_by_external_ids, settle_order
from posbridge_dagster.loading.item import HalfWritten, Item, Written
from posbridge_dagster.model.money import decimal_amount

_ADDRESS = {
    "name": "name",
    "contact": "contact",
    "company_name": "companyName",
    "address": "address",
    "zipcode": "zipcode",
    "city": "city",
    "country": "country",
}


class MplusOrders:
    """A writer of orders; an item's payload has ``order`` (a row of MAPPED_ORDERS with relation_number), ``lines`` and ``payments``."""

    def __init__(self, client: MplusClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the orders that are already there, by extOrderId; one call for a hundred ids."""
        return orders_by_external_ids(self._client, [item.external_id for item in items])

    def write(self, item: Item, key: str) -> Written:
        """Create the order, paid and handed over as the sale was."""
        prepay, payments = prepay_of(item.payload["order"]), payment_members(item.payload["payments"])
        answer = create_order(self._client, order_members(item), payments=payments, prepay=prepay, key=key)
        return self.finish(item, answer.order, key) if answer.was_there else _checked(item, answer)

    def told(self, found: Mapping[str, Any]) -> Written:
        """Return an order that was found as it stands."""
        return told(found)

    def finish(self, item: Item, found: Mapping[str, Any], key: str) -> Written:
        """Check an order that is there, and pay it where an earlier attempt ended between order and payment."""
        there = told(found)
        if is_cancelled(found):
            raise HalfWritten(there, "cancelled_in_target", "the order is there but cancelled in MplusKASSA")
        check_total(item, there)
        prepay, payments = prepay_of(item.payload["order"]), payment_members(item.payload["payments"])
        return _checked(item, settle_order(self._client, dict(found), payments, prepay=prepay, key=key))


def told(order: Mapping[str, Any]) -> Written:
    """Return an order of MplusKASSA as it stands, unchecked."""
    return Written(str(order["orderId"]), str(order.get("transactionString") or ""), order.get("totalInclAmount"))


def _checked(item: Item, answer: OrderWritten) -> Written:
    written = Written(answer.order_id, answer.number, answer.total_incl_cents)
    if answer.payment_failed:
        raise HalfWritten(
            written, "payment_failed", f"the order is there but its payment was refused: {answer.message or answer.pay_result}"
        )
    check_total(item, written)
    return written


def order_members(item: Item) -> dict[str, Any]:
    """Return an item as the members of a MplusKASSA order, prices in cents with VAT, quantities with their decimal places."""
    order = item.payload["order"]
    return {
        "orderId": "",
        "extOrderId": item.external_id,
        "orderType": "ORDER-TYPE-SALES-ORDER",
        "entryBranchNumber": order["branch_number"],
        "employeeNumber": order["employee_number"],
        "relationNumber": order["relation_number"],
        "deliveryAddress": address_members(order, "delivery"),
        "invoiceAddress": address_members(order, "invoice"),
        "financialDate": date.fromisoformat(order["financial_date"]),
        "financialBranchNumber": order["branch_number"],
        "workplaceNumber": order["workplace_number"],
        "reference": order["reference"],
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "deliveryMethod": order["delivery_method"],
        "paymentMethod": order["payment_terms"],
        "lineList": [_line(line) for line in item.payload["lines"]],
    }


def address_members(order: Mapping[str, Any], prefix: str) -> dict[str, Any] | None:
    """Return one address of a document, or None where it has none."""
    members = {member: order[f"{prefix}_{column}"] for column, member in _ADDRESS.items() if order[f"{prefix}_{column}"]}
    return members or None


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    data = {"quantity": line["quantity"], "decimalPlaces": 0, "price": line["price_minor"], "vatCode": line["vat_code"]}
    return {"articleNumber": line["article_number"], "text": line["text"], "data": data}


def payment_members(payments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return payments as MplusKASSA's; amounts in cents, those of nothing left out."""
    return [
        {"method": payment["method"], "amount": payment["amount_minor"], "description": payment["reference"]}
        for payment in payments
        if payment["amount_minor"]
    ]


def prepay_of(order: Mapping[str, Any]) -> bool | None:
    """Return how the payment is booked: False delivers and invoices, True books a deposit, None leaves the order open.

    A sale that costs nothing and was handed over is delivered and invoiced too; it has no payment.
    """
    if order["handed_over"] and order["paid_minor"] == order["total_minor"]:
        return False
    return True if order["paid_minor"] else None


def check_total(item: Item, written: Written) -> None:
    """Raise HalfWritten when the other system's total is not, to the cent, what the sale came to."""
    if written.written_minor is not None and written.written_minor != item.amount_minor:
        there, here = (decimal_amount(amount, item.currency) for amount in (written.written_minor, item.amount_minor))
        raise HalfWritten(written, "total_differs", f"MplusKASSA holds it with {there} {item.currency}, the sale is {here} {item.currency}")
