"""Sales orders: read, looked up by our own ids, made exactly once, paid."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.envelope import InvalidRequest
from posbridge_dagster.clients.mplus.faults import RULES, SYSTEM, Meaning, OperationUnknown, judge
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, Page, day_members, pages_since, sold_members
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.model.identity import idempotency_key

SALES_ORDERS = ("ORDER-TYPE-SALES-ORDER", "ORDER-TYPE-REPEAT-SALES-ORDER", "ORDER-TYPE-EXTERNAL-SALES-ORDER")
REPLAY = "IDEMPOTENCY-RESULT-REPLAY-RESPONSE"
AS_PRICED = {"applySalesAndActions": False, "applySalesPrices": False, "applyPriceGroups": False}
"""Members of a request that keep the till from pricing the lines anew."""


@dataclass(frozen=True)
class OrderPaid:
    """What became of a payment; ``already`` says that the order had been invoiced before."""

    order_id: str
    invoice_id: str | None
    pay_result: str
    already: bool = False
    replayed: bool = False


@dataclass(frozen=True)
class OrderWritten:
    """An order that is in MplusKASSA after the call, and how it came to be there.

    ``was_there`` says that the external id was taken before this call; such an order is told as it is and nothing was paid
    on it (see ``settle_order``). ``replayed`` says that the service repeated its answer to the same key. ``payment_failed``
    says that the order exists and a payment that was asked for is not on it; ``pay_result`` and ``message`` say why.
    ``order`` is the record of the service, as after creation; it is empty when the service queued the order for a branch.
    """

    order_id: str
    number: str
    total_incl_cents: int | None
    was_there: bool = False
    replayed: bool = False
    payment_failed: bool = False
    pay_result: str = ""
    message: str = ""
    invoice_id: str | None = None
    order: Record = field(default_factory=dict, repr=False)


def orders_since(
    client: MplusClient,
    marker: int = 0,
    page_size: int = PAGE_SIZE,
    *,
    order_types: Sequence[str] = SALES_ORDERS,
    include_lines: bool = True,
    first_day: date | None = None,
    last_day: date | None = None,
    relations: Sequence[int] = (),
    articles: Sequence[int] = (),
) -> Iterator[Page]:
    """Yield pages of changed orders with the marker to ask from next; without lines the references to invoices are absent too.

    ``first_day`` and ``last_day`` keep to a range of financial dates, both included; ``relations`` and ``articles`` to orders of one
    of these relations with one of these articles.

    Types and lines are asked for in so many words because their defaults leave orders or lines out; a service from before
    2025-05 does not know the member for lines, reads over it and always gives them.
    """

    def fetch(since: int) -> list[Record]:
        asked = {"syncMarker": since, "syncMarkerLimit": page_size, "orderTypeList": list(order_types), "includeLineList": include_lines}
        asked |= {"articlePluNumbers": [], "articleBarcodes": [], **day_members(first_day, last_day), **sold_members(relations, articles)}
        rows: list[Record] = client.call("getOrders", {"request": asked})["orderList"]
        return rows

    return pages_since("getOrders", marker, fetch)


def sales_orders_by_id(client: MplusClient, order_ids: Collection[str], batch: int = 100) -> dict[str, Record]:
    """Return the sales orders with these ids by bare id, without lines; an id of none, or of a table's order, is not in the answer."""
    waiting = iter(dict.fromkeys(order_ids))
    found: dict[str, Record] = {}
    while ids := list(islice(waiting, batch)):
        asked = {
            "orderIds": ids,
            "orderTypeList": list(SALES_ORDERS),
            "includeLineList": False,
            "articlePluNumbers": [],
            "articleBarcodes": [],
        }
        rows = client.call("getOrders", {"request": asked})["orderList"]
        found |= {bare_id(row["orderId"]): row for row in rows}
    return found


def get_order(client: MplusClient, order_id: str) -> Record | None:
    """Return an order by the id that MplusKASSA gave it, None when there is none."""
    return _found("getOrder", client.call("getOrder", {"orderId": order_id}))


def find_order(client: MplusClient, external_id: str) -> Record | None:
    """Return the order with this external id, None when there is none."""
    return _found("findOrder", client.call("findOrder", {"extOrderId": external_id}))


def orders_by_external_ids(client: MplusClient, external_ids: Iterable[str], batch: int = 100) -> dict[str, Record]:
    """Return the orders that exist by their external ids; an id without an order is not in the answer.

    Asks for ``batch`` ids per call, one by one on installations that cannot do better.
    """
    waiting = iter(dict.fromkeys(external_ids))
    found: dict[str, Record] = {}
    while ids := list(islice(waiting, batch)):
        found |= _orders_of_batch(client, ids)
    return found


def create_order(
    client: MplusClient,
    order: Mapping[str, Any],
    *,
    payments: Sequence[Mapping[str, Any]] | None = None,
    prepay: bool | None = None,
    key: str,
) -> OrderWritten:
    """Create an order exactly once and put the payments on it.

    ``order`` is in the members of the WSDL with an ``extOrderId``; the till is told not to price it anew. ``prepay`` true
    books the payments as a deposit, false also hands over and invoices; a sale of nothing is handed over without a payment.
    None leaves the order open. ``key`` is the idempotency key; the same record must bring the same one. Where the service
    cannot take payments on creation they are booked by a second call under a key derived from it. After a lost answer the
    order is looked up before it is sent again.

    Raises Refused when the order was not created, UnknownOutcome when it could not be found out whether it was created or
    paid: then find it by its external id, and ``settle_order`` it, before it is tried again.
    """
    if payments and prepay is None:
        raise ValueError("payments need prepay: true for a deposit, false to hand over and invoice")
    is_settled = _asks_to_settle(payments, prepay)
    is_paid_on_create = is_settled and client.features.knows_payments_on_create
    request = {"idempotencyKey": key, "order": _new_order(order), **AS_PRICED}
    if is_paid_on_create:
        request |= {"prepay": prepay, "paymentList": list(payments or ())}

    def send() -> OrderWritten:
        answer = client.call("createOrderV3", {"request": request}, repeatable=False)
        if judge("createOrderV3", answer, Meaning.ALREADY, Meaning.UNPAID).meaning is Meaning.ALREADY:
            return _already_there(client, order["extOrderId"], str(answer.get("errorMessage") or ""))
        return _from_answer(answer)

    def look_up() -> OrderWritten | None:
        existing = find_order(client, order["extOrderId"])
        return None if existing is None else _from_order(existing)

    written = written_once(client, send, look_up)
    if not is_settled or written.was_there or written.payment_failed or written.pay_result or written.invoice_id:
        return written
    needs_look = is_paid_on_create or written.replayed  # a fresh order on an old service is known to be unpaid
    current = (get_order(client, written.order_id) if needs_look else None) or written.order
    settled = settle_order(client, current or {"orderId": written.order_id}, payments or (), prepay=prepay, key=key)
    told = {name: getattr(settled, name) for name in ("payment_failed", "pay_result", "message", "invoice_id")}
    return replace(written, **told)


def settle_order(
    client: MplusClient, order: Record, payments: Sequence[Mapping[str, Any]], *, prepay: bool | None, key: str
) -> OrderWritten:
    """Book on an existing order what ``create_order`` would have booked, when the order shows no payment yet.

    For an order that a run which was cut short left behind: ``order`` is its current record, ``key`` the key it was created
    with. Raises UnknownOutcome when it could not be found out whether the payment was booked.
    """
    written = _from_order(order)
    if not _asks_to_settle(payments, prepay) or written.invoice_id or order.get("paymentList") or order.get("prepaidAmount"):
        return written
    try:
        answer = _pay(client, written.order_id, payments, prepay=bool(prepay), key=idempotency_key(key, "pay"))
        judge("payOrderV2", answer, Meaning.ALREADY, Meaning.CHANGED, Meaning.REFUSED)
    except Refused as refusal:
        return replace(written, payment_failed=True, message=refusal.reason)
    is_paid = RULES[answer["result"]].meaning in (Meaning.DONE, Meaning.ALREADY)
    told = {"pay_result": answer["result"], "message": str(answer.get("errorMessage") or ""), "invoice_id": answer.get("invoiceId")}
    return replace(written, payment_failed=not is_paid, **told)


def pay_order(client: MplusClient, order_id: str, payments: Sequence[Mapping[str, Any]], *, prepay: bool, key: str) -> OrderPaid:
    """Pay an order once: a deposit, or (``prepay`` false) the whole with packing slip and invoice.

    An order that was invoiced before counts as paid. Raises Refused when the payment was not booked.
    """
    answer = _pay(client, order_id, payments, prepay=prepay, key=key)
    already = judge("payOrderV2", answer, Meaning.ALREADY).meaning is Meaning.ALREADY
    return OrderPaid(order_id, answer.get("invoiceId"), answer["result"], already, answer.get("idempotencyResult") == REPLAY)


def _asks_to_settle(payments: Sequence[Mapping[str, Any]] | None, prepay: bool | None) -> bool:
    """Whether there is money to book or, where a sale costs nothing, only goods to hand over."""
    return bool(payments) or prepay is False


def _pay(client: MplusClient, order_id: str, payments: Sequence[Mapping[str, Any]], *, prepay: bool, key: str) -> Record:
    request = {"orderId": order_id, "prepay": prepay, "paymentList": list(payments)}
    answer = client.call("payOrderV2", {"request": {"idempotencyKey": key, **request}})
    if answer.get("result") == "PAY-ORDER-RESULT-ORDER-HAS-CHANGED":  # nothing was booked; a repeated key would only repeat the answer
        answer = client.call("payOrderV2", {"request": {"idempotencyKey": idempotency_key(key, "after a change"), **request}})
    return answer


def _orders_of_batch(client: MplusClient, ids: list[str]) -> dict[str, Record]:
    if client.features.knows_orders_by_ext_ids:
        try:
            return _orders_of_pages(client, ids)
        except OperationUnknown:
            pass  # noted by the client: from here on they are asked for one by one
    return {external_id: order for external_id in ids if (order := find_order(client, external_id)) is not None}


def _orders_of_pages(client: MplusClient, ids: list[str]) -> dict[str, Record]:
    operation = "getOrdersByExtOrderIds"

    def fetch(since: int) -> list[Record]:
        asked = {"syncMarker": since, "syncMarkerLimit": len(ids), "extOrderIds": ids}
        rows: list[Record] = client.call(operation, {"request": asked})["orderList"]
        return rows

    found: dict[str, Record] = {}
    for rows, _ in pages_since(operation, 0, fetch):
        found |= {row["extOrderId"]: row for row in rows if row.get("extOrderId") in ids}
        if len(found) == len(ids):
            break
    return found


def _new_order(order: Mapping[str, Any]) -> Record:
    if not order.get("extOrderId"):
        raise InvalidRequest("createOrderV3", "request.order.extOrderId", "is missing; without it the order could be created twice")
    kept = {name: value for name, value in order.items() if name not in ("changeCounter", "versionNumber")}
    lines = [with_places(line) for line in order.get("lineList") or ()]
    return {"orderType": SALES_ORDERS[0], **kept, "orderId": "", "lineList": lines}


def with_places(line: Mapping[str, Any]) -> Record:
    """Return a line whose quantity has its decimal places written out: readers differ in what absent ones mean (0 or 2)."""
    data = line.get("data")
    return dict(line) if not isinstance(data, Mapping) else {**line, "data": {"decimalPlaces": 0, **data}}


def _from_answer(answer: Record) -> OrderWritten:
    order, info = answer.get("order") or {}, answer.get("info") or {}
    pay_result = str(answer.get("payResult") or "")
    return OrderWritten(
        order_id=info.get("orderId") or order.get("orderId", ""),
        number=order.get("transactionString") or info.get("orderString", ""),
        total_incl_cents=order.get("totalInclAmount"),
        replayed=answer.get("idempotencyResult") == REPLAY,
        payment_failed=RULES[answer["result"]].meaning is Meaning.UNPAID,
        pay_result=pay_result,
        message=str(answer.get("errorMessage") or ""),
        invoice_id=answer.get("invoiceId") or None,
        order=order,
    )


def _from_order(order: Record) -> OrderWritten:
    invoices = order.get("invoiceIds") or []
    number = order.get("transactionString", "")
    return OrderWritten(order["orderId"], number, order.get("totalInclAmount"), invoice_id=invoices[0] if invoices else None, order=order)


def _already_there(client: MplusClient, external_id: str, message: str) -> OrderWritten:
    existing = find_order(client, external_id)
    if existing is None:
        advice = "An external id is never free again, not after a cancellation either; look the order up in MplusKASSA."
        reason = "the external order id is taken by an order that cannot be found."
        raise Refused(reason, system=SYSTEM, operation="createOrderV3", code="external_id_taken", advice=advice)
    return replace(_from_order(existing), was_there=True, message=message)


def _found(operation: str, answer: Record) -> Record | None:
    if judge(operation, answer, Meaning.NOT_FOUND).meaning is Meaning.NOT_FOUND:
        return None
    order: Record | None = answer.get("order")
    return order
