"""Money of orders that was paid on their invoices: goods on account are delivered, invoiced and paid later, on the invoice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.mplus.values import bare_id

Record = Mapping[str, Any]
Payments = list[Record]


def is_open(order: Record) -> bool:
    """Whether an order was invoiced and its own payments do not cover it."""
    return bool(order.get("invoiceIds")) and _sum(order.get("paymentList") or ()) < order.get("totalInclAmount", 0)


def paid_on_invoices(order: Record, invoices: Mapping[str, Record]) -> Payments:
    """Return the payments of an order's invoices (by bare id) that are not among its own, in their order.

    Of an invoice for several orders it is known what belongs to each only when all of it is paid, in one way.
    """
    extra: Payments = []
    for invoice_id in order.get("invoiceIds") or ():
        invoice = invoices.get(bare_id(invoice_id))
        if invoice is None or invoice.get("creditedInvoiceId"):
            continue
        fresh = _unknown([*(order.get("paymentList") or ()), *extra], invoice.get("paymentList") or (), order["totalInclAmount"])
        if len(invoice.get("orderIds") or ()) <= 1:
            extra += fresh
        elif fresh and _is_paid_in_one_way(invoice, fresh):
            open_minor = order["totalInclAmount"] - _sum(order.get("paymentList") or ()) - _sum(extra)
            extra.append({**fresh[-1], "amount": open_minor})
    return extra


def _unknown(known: Sequence[Record], payments: Iterable[Record], total: int) -> Payments:
    """Return the payments that are not known: by their id, or where an invoice copies payments under new ids, by way and amount."""
    ids = {bare_id(payment["paymentId"]) for payment in known if payment.get("paymentId")}
    fresh = [payment for payment in payments if bare_id(payment.get("paymentId") or "") not in ids]
    if _sum(known) + _sum(fresh) <= total:
        return fresh
    copies = Counter((payment["method"], payment["amount"]) for payment in known)
    kept: Payments = []
    for payment in fresh:
        same = (payment["method"], payment["amount"])
        if copies[same]:
            copies[same] -= 1
        else:
            kept.append(payment)
    return kept


def _is_paid_in_one_way(invoice: Record, payments: Sequence[Record]) -> bool:
    is_paid = _sum(invoice.get("paymentList") or ()) >= invoice.get("totalInclAmount", 0)
    return is_paid and len({payment["method"] for payment in payments}) == 1


def _sum(payments: Iterable[Record]) -> int:
    return sum(payment.get("amount", 0) for payment in payments)
