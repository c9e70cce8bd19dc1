"""Money: which payments are taken, and what paying an order off brings about."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.masterdata import PAYMENT_METHODS
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Document, Invoice, Line, Order, Payment
from posbridge_dagster.sandbox.mplus.rendering import delivery_state
from posbridge_dagster.sandbox.mplus.warehouse import deliver

_NOTED = ("description", "giftcardNumber", "externalPaymentId", "externalReference")
_ON_INVOICE = ("deliveryAddress", "invoiceAddress", "orderCategoryNumber")


@dataclass(frozen=True)
class Paid:
    """How paying ended: a result without its prefix, an explanation, and the invoice that came of it."""

    result: str
    text: str = ""
    invoice: Invoice | None = None


def objection(payments: Iterable[Message]) -> str:
    """Return why a payment is not taken, empty where all are."""
    for payment in payments:
        method = PAYMENT_METHODS.get(payment.get("method", ""))
        if method is None:
            return f"payment method {payment.get('method', '')!r} does not exist"
        if not method["active"]:
            return f"payment method {method['method']} is not active"
        if payment.get("amount", 0) < 0 and not method["allowNegativeAmount"]:
            return f"payment method {method['method']} does not allow negative amounts"
    return ""


def take(document: Document, payments: Iterable[Message], context: Context) -> None:
    """Write payments, already found good, on a document."""
    document.payments.extend(
        Payment(
            uuid4(),
            payment["method"],
            payment.get("amount", 0),
            context.date_in(payment, "financialDate") or document.financial_date,
            context.moment_in(payment, "entryTimestamp") or context.now,
            payment.get("branchNumber") or document.financial_branch,
            payment.get("workplaceNumber") or document.workplace,
            payment.get("employeeNumber") or document.employee_number,
            {name: payment[name] for name in _NOTED if name in payment},
        )
        for payment in payments
    )


def pay_order(order: Order, payments: list[Message], prepay: bool, context: Context) -> Paid:
    """Take a deposit (prepay), or pay off, deliver and invoice. What does not end in OK leaves the order as it was."""
    refused = _refusal(order, payments, prepay)
    if refused:
        return refused
    take(order, payments, context)
    order.change_counter += 1
    context.wrote = True
    if prepay:
        context.books.keep_order(order)
        return Paid("OK")
    if delivery_state(order) != "COMPLETE":
        deliver(order, context)
    invoice = invoice_of(order, context)
    return Paid("OK", invoice=invoice)


def _refusal(order: Order, payments: list[Message], prepay: bool) -> Paid | None:
    if order.invoice_ids:
        return Paid("ORDER-ALREADY-INVOICED", "the order has been invoiced already")
    if order.cancelled:
        return Paid("FAILED", "the order is cancelled")
    if text := objection(payments):
        return Paid("FAILED", text)
    sign = -1 if order.total_incl < 0 else 1
    paid, due = sign * (order.paid + sum(payment.get("amount", 0) for payment in payments)), sign * order.total_incl
    if paid > due:
        return Paid("FAILED", f"{paid} cents are paid, more than the total of {due} cents")
    if paid < due and not prepay:
        return Paid("PAYMENT-INSUFFICIENT", f"{paid} of {due} cents are paid")
    return None


def invoice_of(order: Order, context: Context) -> Invoice:
    """Invoice an order with the payments that it has, and return the invoice."""
    books = context.books
    year = order.financial_date.year
    invoice = Invoice(
        id=uuid4(),
        external_id="",
        year=year,
        number=books.next_number(f"invoice/{year}"),
        relation_number=order.relation_number,
        employee_number=order.employee_number,
        entry_branch=order.entry_branch,
        financial_branch=order.financial_branch,
        workplace=order.workplace,
        entered_at=context.now,
        financial_date=order.financial_date,
        vat_method=order.vat_method,
        vat_country=order.vat_country,
        total_incl=order.total_incl,
        total_excl=order.total_excl,
        vat_totals=order.vat_totals,
        lines=order.lines,
        reference=order.reference,
        payments=list(order.payments),
        members={name: order.members[name] for name in _ON_INVOICE if name in order.members},
        order_ids=[order.id],
        packing_slips=list(order.packing_slips),
        due_date=order.financial_date,
    )
    books.keep_invoice(invoice)
    _tell_bookings(invoice.id, order.packing_slips, order.lines, context)
    order.invoice_ids.append(invoice.id)
    books.keep_order(order)
    return invoice


def _tell_bookings(invoice_id: UUID, slips: list[UUID], lines: list[Line], context: Context) -> None:
    """Note the invoice on the stock bookings of its packing slips; they are among the last where both came at once."""
    for booking in context.books.state.bookings[-len(lines) :] if lines else ():
        if booking.packing_slip_id in slips:
            booking.invoice_id = invoice_id
