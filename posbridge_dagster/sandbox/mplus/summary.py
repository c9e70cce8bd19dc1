"""What the administration holds, as plain JSON values for tests and the balance of the demo."""

from typing import Any

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.quantities import quantity_text
from posbridge_dagster.sandbox.mplus.records import Document, Line, Payment
from posbridge_dagster.sandbox.mplus.rendering import delivery_state, invoice_state, invoice_string, order_string


def summary(books: Books) -> dict[str, Any]:
    """Return counts and the documents, relations and stock; money in cents, quantities as decimal text, dates as ISO text."""
    state = books.state
    return {
        "counts": {
            "orders": len(state.orders),
            "invoices": len(state.invoices),
            "relations": len(state.relations),
            "products": len(state.families),
            "articles": len(state.articles),
            "stock_bookings": len(state.bookings),
            "idempotency_keys": len(state.replays),
        },
        "orders": [
            {
                "orderId": str(order.id),
                "extOrderId": order.external_id,
                "orderString": order_string(order),
                "orderType": order.order_type,
                **_document(order),
                "deliveryState": delivery_state(order),
                "cancelled": order.cancelled,
                "invoiceIds": [str(id_) for id_ in order.invoice_ids],
            }
            for order in state.orders.values()
        ],
        "invoices": [
            {
                "invoiceId": str(invoice.id),
                "extInvoiceId": invoice.external_id,
                "invoiceString": invoice_string(invoice),
                "invoiceType": invoice.invoice_type,
                **_document(invoice),
                "state": invoice_state(invoice),
                "orderIds": [str(id_) for id_ in invoice.order_ids],
                "creditedInvoiceId": str(invoice.credits) if invoice.credits else None,
            }
            for invoice in state.invoices.values()
        ],
        "relations": [{"relationNumber": card.number, "syncMarker": card.sync_marker, **card.members} for card in state.relations.values()],
        "stock": [
            {
                "branchNumber": branch,
                "articleNumber": number,
                "physical": quantity_text(row.physical),
                "reserved": quantity_text(row.reserved),
            }
            for branch, rows in state.stock.items()
            for number, row in rows.items()
        ],
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "relationNumber": document.relation_number,
        "employeeNumber": document.employee_number,
        "branchNumber": document.financial_branch,
        "workplaceNumber": document.workplace,
        "financialDate": document.financial_date.isoformat(),
        "entryTimestamp": document.entered_at.isoformat(),
        "reference": document.reference,
        "vatMethod": document.vat_method,
        "totalInclAmount": document.total_incl,
        "totalExclAmount": document.total_excl,
        "vat": {str(total.code): total.vat for total in document.vat_totals},
        "paidAmount": document.paid,
        "lines": [_line(line) for line in document.lines],
        "payments": [_payment(payment) for payment in document.payments],
        **{name: document.members[name] for name in ("deliveryAddress", "invoiceAddress") if name in document.members},
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "articleNumber": line.article_number,
        "quantity": quantity_text(line.quantity),
        "price": line.price,
        "discountAmount": line.discount_amount,
        "total": line.total_incl,
        "vatCode": line.vat_code,
        "text": line.text,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {"method": payment.method, "amount": payment.amount, "externalReference": payment.members.get("externalReference", "")}
