"""Records as messages of the API."""

from typing import Any

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.masterdata import COUNTRY_BY_ISO3, PAYMENT_METHODS
from posbridge_dagster.sandbox.mplus.quantities import scaled
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import ZERO, Card, Document, Invoice, Line, Order, Payment


def order_string(order: Order) -> str:
    """Return the display string of an order, such as ``O2026-17``."""
    return f"O{order.year}-{order.number}"


def invoice_string(invoice: Invoice) -> str:
    """Return the display string of an invoice, such as ``F2026-17``."""
    return f"F{invoice.year}-{invoice.number}"


def card_message(card: Card, number_name: str) -> Message:
    """Return a relation, article or employee; ``number_name`` is the name of its number."""
    return {
        number_name: card.number,
        "syncMarker": card.sync_marker,
        "createTimestamp": card.created_at,
        "changeTimestamp": card.changed_at,
        **card.members,
    }


def progress(lines: list[Line], attribute: str) -> str:
    """Return how much of the lines was ``delivered`` or ``cancelled``: NOTHING, PARTIAL or COMPLETE."""
    done = [getattr(line, attribute) == line.quantity for line in lines if line.quantity]
    if not any(getattr(line, attribute) for line in lines):
        return "NOTHING"
    return "COMPLETE" if all(done) else "PARTIAL"


def delivery_state(order: Order) -> str:
    """Return how much was delivered; an order without quantities is delivered once it has a packing slip."""
    if order.packing_slips and not any(line.quantity for line in order.lines):
        return "COMPLETE"
    return progress(order.lines, "delivered")


def order_message(order: Order, books: Books, lines: bool = True) -> Message:
    """Return an order; without lines its references to invoices are left out too."""
    delivered, cancelled = delivery_state(order), "COMPLETE" if order.cancelled else "NOTHING"
    message = {
        "orderId": order.id,
        "transactionString": order_string(order),
        "orderType": order.order_type,
        **_shared(order, books),
        "prepaidAmount": order.paid,
        "fullyPaid": bool(order.invoice_ids) or (bool(order.payments) and order.paid == order.total_incl),
        "deliveryState": f"ORDER-DELIVERY-STATE-{delivered}",
        "cancelState": f"ORDER-CANCEL-STATE-{cancelled}",
        "completeState": f"ORDER-COMPLETE-STATE-{_complete(delivered, cancelled)}",
        "orderNumber": {"year": order.year, "number": order.number},
        "orderBarcode": f"1{order.year}{order.number:07d}",
    }
    if order.external_id:
        message["extOrderId"] = order.external_id
    if lines:
        invoices = [books.state.invoices[id_] for id_ in order.invoice_ids]
        message["lineList"] = {"line": [line_message(line, position) for position, line in enumerate(order.lines, 1)]}
        message["invoiceIds"] = {"id": order.invoice_ids}
        message["extInvoiceIds"] = {"id": [invoice.external_id for invoice in invoices if invoice.external_id]}
        message["invoiceNumbers"] = {"yearNumber": [{"year": invoice.year, "number": invoice.number} for invoice in invoices]}
        message["packingSlipIds"] = {"id": order.packing_slips}
    return message


def _complete(delivered: str, cancelled: str) -> str:
    if "COMPLETE" in (delivered, cancelled):
        return "COMPLETE"
    return "PARTIAL" if delivered == "PARTIAL" else "NOTHING"


def invoice_state(invoice: Invoice) -> str:
    """Return the state of an invoice, without its prefix."""
    if invoice.paid == invoice.total_incl:
        return "PAID"
    if invoice.total_incl < 0:
        return "OUTSTANDING-CREDIT"
    return "PARTLY-PAID" if invoice.payments else "OUTSTANDING"


def invoice_message(invoice: Invoice, books: Books, lines: bool = True) -> Message:
    """Return an invoice; without lines its references to orders are left out too."""
    message = {
        "invoiceId": invoice.id,
        "transactionString": invoice_string(invoice),
        "invoiceNumber": {"year": invoice.year, "number": invoice.number},
        "invoiceBarcode": f"2{invoice.year}{invoice.number:07d}",
        "invoiceType": invoice.invoice_type,
        **_shared(invoice, books),
        "dueDate": invoice.due_date,
        "paidAmount": invoice.paid,
        "state": f"INVOICE-STATE-{invoice_state(invoice)}",
        "finalized": invoice.finalized_at is not None,
        "finalizedTimestamp": invoice.finalized_at,
    }
    if invoice.external_id:
        message["extInvoiceId"] = invoice.external_id
    if invoice.credits:
        message |= {"creditedInvoiceId": invoice.credits, "creditedReason": invoice.credited_reason}
    if lines:
        orders = [books.state.orders[id_] for id_ in invoice.order_ids]
        message["lineList"] = {"line": [line_message(line, position, bool(orders)) for position, line in enumerate(invoice.lines, 1)]}
        message["orderIds"] = {"id": invoice.order_ids}
        message["extOrderIds"] = {"id": [order.external_id for order in orders if order.external_id]}
        message["orderNumbers"] = {"yearNumber": [{"year": order.year, "number": order.number} for order in orders]}
        message["packingSlipIds"] = {"id": invoice.packing_slips}
    return message


def _shared(document: Document, books: Books) -> dict[str, Any]:
    relation = books.state.relations[document.relation_number]
    country = COUNTRY_BY_ISO3[document.vat_country]
    return {
        "syncMarker": document.sync_marker,
        "entryBranchNumber": document.entry_branch,
        "employeeNumber": document.employee_number,
        "employeeName": books.state.employees[document.employee_number].members["name"],
        "entryTimestamp": document.entered_at,
        "relationNumber": document.relation_number,
        "relationName": relation.members.get("name", ""),
        "financialDate": document.financial_date,
        "financialBranchNumber": document.financial_branch,
        "workplaceNumber": document.workplace,
        "reference": document.reference,
        "totalInclAmount": document.total_incl,
        "totalExclAmount": document.total_excl,
        "vatMethod": document.vat_method,
        "vatGroupList": {
            "vatGroup": [
                {
                    "countryCode": country.number,
                    "countryIso3": country.iso3,
                    "vatCode": total.code,
                    "vatPercentage": total.rate,
                    "exclAmount": total.excl,
                    "vatAmount": total.vat,
                }
                for total in document.vat_totals
            ]
        },
        "changeCounter": document.change_counter,
        "versionNumber": document.version_number,
        "vatCountryCode": country.number,
        "vatCountryIso3": country.iso3,
        "paymentList": {"payment": [payment_message(payment) for payment in document.payments]},
        **document.members,
    }


def line_message(line: Line, position: int, of_order: bool = False) -> Message:
    """Return a line; ``of_order`` says that it stands on an invoice and was taken over from an order."""
    quantity, places = scaled(line.quantity)
    delivered, delivered_places = scaled(line.delivered) if line.delivered is not ZERO else (0, 0)
    cancelled, cancelled_places = scaled(line.cancelled) if line.cancelled is not ZERO else (0, 0)
    message: Message = {
        "lineId": line.id,
        "articleNumber": line.article_number,
        "text": line.text,
        "sequenceNumber": position,
        "lineType": "LINE-TYPE-NONE",
        "data": {
            "quantity": quantity,
            "decimalPlaces": places,
            "deliveredQuantity": delivered,
            "deliveredDecimalPlaces": delivered_places,
            "cancelledQuantity": cancelled,
            "cancelledDecimalPlaces": cancelled_places,
            "price": line.price,
            "priceExcl": line.price_excl,
            "vatCode": line.vat_code,
            "vatPercentage": line.vat_rate,
            "discountType": line.discount_type,
            "discountPercentage": line.discount_percentage,
            "discountAmount": line.discount_amount,
            "totalInclAmount": line.total_incl,
            "totalExclAmount": line.total_excl,
        },
    }
    if of_order:
        message["salesOrderLineId"] = line.id
    return message


def payment_message(payment: Payment) -> Message:
    """Return a payment."""
    return {
        "paymentId": payment.id,
        "financialDate": payment.financial_date,
        "entryTimestamp": payment.entered_at,
        "branchNumber": payment.branch,
        "workplaceNumber": payment.workplace,
        "employeeNumber": payment.employee,
        "method": payment.method,
        "amount": payment.amount,
        "paymentMethodType": PAYMENT_METHODS[payment.method]["type"],
        **payment.members,
    }
