"""Credits of an invoice: all of it, as the API can, or some pieces of some lines, as the staff does at the till."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from posbridge_dagster.sandbox.mplus.cashdesk import objection, take
from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.pricing import document_totals, rounded
from posbridge_dagster.sandbox.mplus.records import ZERO, Invoice, Line
from posbridge_dagster.sandbox.mplus.warehouse import book_sale

CREDIT = "INVOICE-TYPE-CREDIT-INVOICE"


def credit_invoice(invoice: Invoice, lines: list[Line], day: date, reason: str, context: Context) -> Invoice:
    """Keep and return the credit of an invoice with these lines, whose goods go back to stock."""
    incl, excl, vat = document_totals(lines, invoice.vat_method)
    credit = replace(
        invoice,
        id=uuid4(),
        external_id="",
        year=day.year,
        number=context.books.next_number(f"invoice/{day.year}"),
        entered_at=context.now,
        financial_date=day,
        due_date=day,
        lines=lines,
        total_incl=incl,
        total_excl=excl,
        vat_totals=vat,
        payments=[],
        order_ids=[],
        packing_slips=[],
        invoice_type=CREDIT,
        credits=invoice.id,
        credited_reason=reason,
        finalized_at=None,
        change_counter=1,
        version_number=1,
    )
    invoice.credited_by = credit.id
    invoice.change_counter += 1
    book_sale(credit.lines, credit.financial_branch, context.books, context.now, invoice_id=credit.id)
    context.books.keep_invoice(credit)
    context.books.keep_invoice(invoice)
    context.wrote = True
    return credit


def returned(line: Line, quantity: Decimal, before: Decimal = ZERO) -> Line:
    """Return the line that takes a quantity back; ``before`` was taken back earlier, and all parts together are the whole line."""

    def part(amount: int) -> int:
        return rounded(amount * before / line.quantity) - rounded(amount * (before + quantity) / line.quantity)

    return replace(
        line,
        id=uuid4(),
        quantity=-quantity,
        discount_amount=part(line.discount_amount),
        total_incl=part(line.total_incl),
        total_excl=part(line.total_excl),
        delivered=ZERO,
        cancelled=ZERO,
    )


class Desk:
    """The service desk of one administration; ``at_work`` gives the context of one deed while nobody else changes the books."""

    def __init__(self, at_work: Callable[[], AbstractContextManager[Context]]) -> None:
        self._at_work = at_work

    def credit(self, invoice_id: UUID, pieces: Mapping[int, Decimal], day: date, paid_out: Mapping[str, int] | None = None) -> UUID:
        """Credit some pieces of an invoice and return the id of the credit.

        ``pieces`` are by position on the invoice, 1 is its first line; ``paid_out`` says by payment method how many cents were given
        back. Raises drafts.Refused for more pieces than are left of a line, LookupError for what is not there.
        """
        with self._at_work() as context:
            invoice = context.books.state.invoices[invoice_id]
            if invoice.credits:
                raise Refused(["it is a credit itself"])
            taken = _taken_back(invoice, context)
            lines = [_part(invoice, position, quantity, taken) for position, quantity in pieces.items()]
            payments = [{"method": method, "amount": -cents} for method, cents in (paid_out or {}).items()]
            if text := objection(payments):
                raise Refused([text])
            credit = credit_invoice(invoice, lines, day, "Goederen terug", context)
            take(credit, payments, context)
            return credit.id


def _part(invoice: Invoice, position: int, quantity: Decimal, taken: Mapping[int, Decimal]) -> Line:
    line = invoice.lines[position - 1]
    left = line.quantity - taken.get(position, ZERO)
    if not ZERO < quantity <= left:
        raise Refused([f"line {position}: {quantity} cannot be taken back, {left} are left"])
    return returned(line, quantity, taken.get(position, ZERO))


def _taken_back(invoice: Invoice, context: Context) -> dict[int, Decimal]:
    """Return how much of each line, by position, went back by earlier credits."""
    taken: dict[int, Decimal] = {}
    lines = [line for other in context.books.state.invoices.values() if other.credits == invoice.id for line in other.lines]
    for back in lines:
        rest = -back.quantity
        for position, line in enumerate(invoice.lines, 1):
            if (line.article_number, line.text, line.price) == (back.article_number, back.text, back.price):
                part = min(rest, line.quantity - taken.get(position, ZERO))
                taken[position] = taken.get(position, ZERO) + part
                rest -= part
    return taken
