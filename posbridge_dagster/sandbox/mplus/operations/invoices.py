"""Invoices: making, changing, paying and crediting them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from posbridge_dagster.sandbox.mplus.cashdesk import objection, take
from posbridge_dagster.sandbox.mplus.context import Context, Perform, identifier
from posbridge_dagster.sandbox.mplus.crediting import credit_invoice as credit_whole
from posbridge_dagster.sandbox.mplus.crediting import returned
from posbridge_dagster.sandbox.mplus.drafts import Draft, Refused, check, document_members, draft_in_cents, draft_in_euros, lines_of
from posbridge_dagster.sandbox.mplus.pricing import document_totals
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Invoice
from posbridge_dagster.sandbox.mplus.rendering import invoice_message, invoice_string
from posbridge_dagster.sandbox.mplus.warehouse import book_sale

_PAYMENT_TERM = timedelta(days=14)
_DEFAULT_REASON = "Gecrediteerd via de API"


def save_invoice(request: Message, context: Context) -> Message:
    """Make an invoice (prices in cents), or change one that is read just before."""
    wire = request.get("invoice", {})
    if wire.get("paymentList"):
        context.notes.append("saveInvoice does not take payments; payInvoice does")
    known = _invoice(wire, context)
    if wire.get("invoiceId") and known is None:
        return _saved("NOT-FOUND", f"invoice {wire['invoiceId']} does not exist")
    if known and (wire.get("changeCounter"), wire.get("versionNumber")) != (known.change_counter, known.version_number):
        return _saved("INVOICE-HAS-CHANGED", "the invoice has been changed since it was read")
    if _taken(wire, known, context):
        return _saved("EXT-INVOICE-ID-ALREADY-EXISTS", f"extInvoiceId {wire['extInvoiceId']!r} has been used already")
    try:
        draft = draft_in_cents(wire, wire.get("extInvoiceId", ""), context)
        invoice = _composed(draft, known, context)
    except Refused as refusal:
        return _saved("FAILED", str(refusal))
    invoice.invoice_type = wire.get("invoiceType", invoice.invoice_type)
    invoice.due_date = context.date_in(wire, "dueDate") or invoice.due_date
    _keep(invoice, known, context)
    return _saved("OK", "", invoice)


def process_invoice(request: Message, context: Context) -> Message:
    """Make or change an invoice (prices in decimal euros), or with dryRun only tell what would come of it."""
    wire = request["request"].get("invoice", {})
    dry = bool(request["request"].get("processorContext", {}).get("dryRun"))
    known = _invoice(wire, context)
    if wire.get("invoiceId") and known is None:
        return {"resultCode": "FAILED-SPECIFIED-INVOICE-NOT-FOUND"}
    if known and (known.finalized_at or known.payments or known.credited_by):
        return {"resultCode": "FAILED-SPECIFIED-INVOICE-NOT-EDITABLE"}
    try:
        if _taken(wire, known, context):
            raise Refused([f"extInvoiceId {wire['extInvoiceId']!r} has been used already"])
        invoice = _composed(draft_in_euros(wire, wire.get("extInvoiceId", ""), context), known, context, dry)
    except Refused as refusal:
        return {"resultCode": "FAILED-PROCESSOR", "processorResult": {"errorMessages": refusal.reasons}}
    invoice.due_date = wire.get("dueDate") or invoice.due_date
    if not dry:
        _keep(invoice, known, context)
    return {"invoice": invoice_message(invoice, context.books), "processorResult": {}, "resultCode": "OK"}


def _taken(wire: Message, known: Invoice | None, context: Context) -> bool:
    holder = context.books.invoices_by_ext.get(wire.get("extInvoiceId", ""))
    return holder is not None and holder is not known


def _composed(draft: Draft, known: Invoice | None, context: Context, dry: bool = False) -> Invoice:
    """Return a new invoice, or the known one with new content; raises Refused. Nothing is kept yet."""
    if known and (known.finalized_at or known.payments or known.order_ids):
        raise Refused(["the invoice is finalized, paid or made of an order and cannot be changed"])
    check(draft, context.books)
    lines = lines_of(draft, context.books)
    if known is None:
        counters = dict(context.books.state.counters)
        members = document_members(draft, lines, "invoice", context.books)
        if dry:
            context.books.state.counters = counters
        return Invoice(**members, due_date=draft.financial_date + _PAYMENT_TERM)
    incl, excl, vat = document_totals(lines, draft.vat_method)
    return replace(
        known,
        lines=lines,
        total_incl=incl,
        total_excl=excl,
        vat_totals=vat,
        vat_method=draft.vat_method,
        relation_number=draft.relation_number,
        employee_number=draft.employee_number,
        financial_date=draft.financial_date,
        financial_branch=draft.financial_branch,
        reference=draft.reference,
        external_id=draft.external_id or known.external_id,
        members={**known.members, **draft.members},
        change_counter=known.change_counter + 1,
        version_number=known.version_number + 1,
    )


def _keep(invoice: Invoice, known: Invoice | None, context: Context) -> None:
    books = context.books
    if known:
        book_sale(known.lines, known.financial_branch, books, context.now, factor=-1, invoice_id=known.id)
    book_sale(invoice.lines, invoice.financial_branch, books, context.now, invoice_id=invoice.id)
    books.keep_invoice(invoice)
    context.wrote = True


def _saved(result: str, text: str, invoice: Invoice | None = None) -> Message:
    info: Message = {"invoiceId": "", "invoiceString": ""}
    if invoice:
        info = {
            "invoiceId": invoice.id,
            "invoiceString": invoice_string(invoice),
            "invoiceNumber": {"year": invoice.year, "number": invoice.number},
        }
    return {"result": f"SAVE-INVOICE-RESULT-{result}", "info": info, "errorMessage": text}


def pay_invoice(request: Message, context: Context) -> Message:
    """Write payments on an invoice, up to its total."""
    asked = request["request"]
    invoice = _invoice(asked, context)
    payments = (asked.get("paymentList") or {}).get("payment", [])
    if invoice is None:
        return _paid("FAILED", "the invoice does not exist")
    if text := objection(payments):
        return _paid("FAILED", text)
    sign = -1 if invoice.total_incl < 0 else 1
    if sign * (invoice.paid + sum(payment.get("amount", 0) for payment in payments)) > sign * invoice.total_incl:
        return _paid("PAYMENT-TOO-HIGH", f"{invoice.total_incl - invoice.paid} cents are still to be paid")
    take(invoice, payments, context)
    invoice.change_counter += 1
    context.books.keep_invoice(invoice)
    context.wrote = True
    return _paid("OK", "")


def _paid(result: str, text: str) -> Message:
    return {"result": f"PAY-INVOICE-RESULT-{result}", "errorMessage": text}


def credit_invoice(request: Message, context: Context) -> Message:
    """Credit a whole invoice; the answer does not name the credit."""
    result, text = _credit(request, context)
    return {"result": f"CREDIT-INVOICE-RESULT-{result}", "message": text}


def credit_invoice_v2(request: Message, context: Context) -> Message:
    """Credit a whole invoice with a date and a reason; the answer has neither message nor id."""
    result, _ = _credit(request["request"], context)
    return {"result": f"CREDIT-INVOICE-V2-RESULT-{result}"}


def _credit(asked: Message, context: Context) -> tuple[str, str]:
    invoice = _invoice(asked, context)
    if invoice is None:
        return "NOT-FOUND", "the invoice does not exist"
    if invoice.credited_by or invoice.credits:
        return "FAILED", "the invoice has been credited already, or is a credit itself"
    day = context.date_in(asked, "financialDate") or context.today
    lines = [returned(line, line.quantity) if line.quantity else replace(line, id=uuid4()) for line in invoice.lines]
    credit_whole(invoice, lines, day, asked.get("explanation") or _DEFAULT_REASON, context)
    return "OK", ""


def _invoice(asked: Message, context: Context) -> Invoice | None:
    id_ = identifier(asked.get("invoiceId"))
    return context.books.state.invoices.get(id_) if id_ else None


OPERATIONS: dict[str, Perform] = {
    "saveInvoice": save_invoice,
    "processInvoice": process_invoice,
    "payInvoice": pay_invoice,
    "creditInvoice": credit_invoice,
    "creditInvoiceV2": credit_invoice_v2,
}
