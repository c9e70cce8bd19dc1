"""Reading orders and invoices: one by its id, or many by marker and filters."""

from collections.abc import Callable
from typing import TypeVar

from posbridge_dagster.sandbox.mplus.context import Context, Perform, identifier
from posbridge_dagster.sandbox.mplus.markers import page
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Document, Invoice, Order
from posbridge_dagster.sandbox.mplus.rendering import invoice_message, order_message

AnyDocument = TypeVar("AnyDocument", bound=Document)
Test = Callable[[AnyDocument], bool]

_SALES_ORDERS = ["ORDER-TYPE-SALES-ORDER", "ORDER-TYPE-REPEAT-SALES-ORDER", "ORDER-TYPE-EXTERNAL-SALES-ORDER"]


def get_order(request: Message, context: Context) -> Message:
    """Return one order by its own id."""
    id_ = identifier(request.get("orderId"))
    return _order_answer(context.books.state.orders.get(id_) if id_ else None, context)


def find_order(request: Message, context: Context) -> Message:
    """Return one order by the id that its integrator gave it."""
    return _order_answer(context.books.orders_by_ext.get(request.get("extOrderId", "")), context)


def _order_answer(order: Order | None, context: Context) -> Message:
    if order is None:
        return {"result": "GET-ORDER-RESULT-NOT-FOUND"}
    return {"result": "GET-ORDER-RESULT-OK", "order": order_message(order, context.books)}


def get_orders(request: Message, context: Context) -> Message:
    """List orders; without an orderTypeList no table or cafeteria orders."""
    asked = request["request"]
    orders = context.books.state.orders
    tests: list[Test[Order]] = _document_tests(asked, context)
    types = set((asked.get("orderTypeList") or {}).get("orderType", _SALES_ORDERS))
    tests.append(lambda order: order.order_type in types)
    if ids := {identifier(text) for text in asked.get("orderIds", ())}:
        tests.append(lambda order: order.id in ids)
    if numbers := {(number.get("year"), number.get("number")) for number in asked.get("orderNumbers", ())}:
        tests.append(lambda order: (order.year, order.number) in numbers)
    chosen = page(context.books.order_log, asked, lambda id_: all(test(orders[id_]) for test in tests), context.switches)
    lines = asked.get("includeLineList", True)
    return {"orderList": {"order": [order_message(orders[id_], context.books, lines) for id_ in chosen]}}


def get_orders_by_ext_order_ids(request: Message, context: Context) -> Message:
    """List the orders that have one of the given external ids."""
    asked = request["request"]
    named = (context.books.orders_by_ext.get(text) for text in (asked.get("extOrderIds") or {}).get("id", ()))
    lowest = asked.get("syncMarker") or 0
    found = sorted({order.sync_marker: order for order in named if order and order.sync_marker >= lowest}.items())
    limit = min(asked.get("syncMarkerLimit") or context.switches["page_cap"], context.switches["page_cap"])
    return {"orderList": {"order": [order_message(order, context.books) for _, order in found[:limit]]}}


def get_invoice(request: Message, context: Context) -> Message:
    """Return one invoice by its own id."""
    id_ = identifier(request.get("invoiceId"))
    return _invoice_answer(context.books.state.invoices.get(id_) if id_ else None, context)


def find_invoice(request: Message, context: Context) -> Message:
    """Return one invoice by the id that its integrator gave it."""
    return _invoice_answer(context.books.invoices_by_ext.get(request.get("extInvoiceId", "")), context)


def _invoice_answer(invoice: Invoice | None, context: Context) -> Message:
    if invoice is None:
        return {"result": "GET-INVOICE-RESULT-NOT-FOUND"}
    return {"result": "GET-INVOICE-RESULT-OK", "invoice": invoice_message(invoice, context.books)}


def get_invoices(request: Message, context: Context) -> Message:
    """List invoices; ``finalizeInvoices`` makes this reading call write."""
    asked = request["request"]
    invoices = context.books.state.invoices
    tests: list[Test[Invoice]] = _document_tests(asked, context)
    if ids := {identifier(text) for text in asked.get("invoiceIds", ())}:
        tests.append(lambda invoice: invoice.id in ids)
    if numbers := {(number.get("year"), number.get("number")) for number in asked.get("invoiceNumbers", ())}:
        tests.append(lambda invoice: (invoice.year, invoice.number) in numbers)
    chosen = page(context.books.invoice_log, asked, lambda id_: all(test(invoices[id_]) for test in tests), context.switches)
    if asked.get("finalizeInvoices"):
        for invoice in (invoices[id_] for id_ in chosen):
            if invoice.finalized_at is None:
                invoice.finalized_at, context.wrote = context.now, True
                context.books.keep_invoice(invoice)
    lines = asked.get("includeLineList", True)
    return {"invoiceList": {"invoice": [invoice_message(invoices[id_], context.books, lines) for id_ in chosen]}}


def _document_tests(asked: Message, context: Context) -> list[Test[AnyDocument]]:
    """Return the filters that orders and invoices share."""
    tests: list[Test[AnyDocument]] = []
    first, last = context.date_in(asked, "fromFinancialDate"), context.date_in(asked, "throughFinancialDate")
    if first:
        tests.append(lambda document: document.financial_date >= first)
    if last:
        tests.append(lambda document: document.financial_date <= last)
    if branches := set(asked.get("branchNumbers", ())):
        tests.append(lambda document: document.financial_branch in branches)
    if employees := set(asked.get("employeeNumbers", ())):
        tests.append(lambda document: document.employee_number in employees)
    if relations := set(asked.get("relationNumbers", ())):
        tests.append(lambda document: document.relation_number in relations)
    if articles := set(asked.get("articleNumbers", ())):
        tests.append(lambda document: any(line.article_number in articles for line in document.lines))
    return tests


OPERATIONS: dict[str, Perform] = {
    "getOrder": get_order,
    "findOrder": find_order,
    "getOrders": get_orders,
    "getOrdersByExtOrderIds": get_orders_by_ext_order_ids,
    "getInvoice": get_invoice,
    "findInvoice": find_invoice,
    "getInvoices": get_invoices,
}
