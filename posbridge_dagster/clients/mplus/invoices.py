"""Sales invoices: read, looked up by our own ids, made exactly once, paid, credited.

Reading never finalises: the member of getInvoices that would do it is not in our WSDL, so it cannot be sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.envelope import InvalidRequest
from posbridge_dagster.clients.mplus.faults import SYSTEM, Meaning, judge
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.orders import REPLAY, with_places
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, Page, day_members, pages_since, sold_members
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id


@dataclass(frozen=True)
class InvoiceWritten:
    """An invoice that is in MplusKASSA after the call, or that a dry run would make (``invoice_id`` is empty then).

    ``was_there`` says that the external id was taken before this call, ``replayed`` that the service repeated its answer to
    the same key. ``total_incl_cents`` and ``invoice`` are missing where the service answers without the invoice.
    """

    invoice_id: str
    number: str
    total_incl_cents: int | None
    was_there: bool = False
    replayed: bool = False
    invoice: Record = field(default_factory=dict, repr=False)


def invoices_since(
    client: MplusClient,
    marker: int = 0,
    page_size: int = PAGE_SIZE,
    *,
    include_lines: bool = True,
    first_day: date | None = None,
    last_day: date | None = None,
    relations: Sequence[int] = (),
    articles: Sequence[int] = (),
) -> Iterator[Page]:
    """Yield pages of changed invoices with the marker to ask from next; without lines the references to orders are absent too.

    ``first_day`` and ``last_day`` keep to a range of financial dates, both included; ``relations`` and ``articles`` to invoices of
    one of these relations with one of these articles.
    """

    def fetch(since: int) -> list[Record]:
        asked = {"syncMarker": since, "syncMarkerLimit": page_size, "includeLineList": include_lines}
        return _listed(client, asked | day_members(first_day, last_day) | sold_members(relations, articles))

    return pages_since("getInvoices", marker, fetch)


def invoices_by_id(client: MplusClient, invoice_ids: Iterable[str], batch: int = 100) -> dict[str, Record]:
    """Return the invoices with these ids, whatever their day, by bare id (``values.bare_id``); an id of none is not in the answer."""
    waiting = iter(dict.fromkeys(invoice_ids))
    found: dict[str, Record] = {}
    while ids := list(islice(waiting, batch)):
        found |= {bare_id(row["invoiceId"]): row for row in _listed(client, {"invoiceIds": ids, "includeLineList": True})}
    return found


def _listed(client: MplusClient, asked: Mapping[str, Any]) -> list[Record]:
    answer = client.call("getInvoices", {"request": {"articlePluNumbers": [], "articleBarcodes": [], **asked}})
    rows: list[Record] = answer["invoiceList"]
    return rows


def get_invoice(client: MplusClient, invoice_id: str) -> Record | None:
    """Return an invoice by the id that MplusKASSA gave it, None when there is none."""
    return _found("getInvoice", client.call("getInvoice", {"invoiceId": invoice_id}))


def find_invoice(client: MplusClient, external_id: str) -> Record | None:
    """Return the invoice with this external id, None when there is none."""
    return _found("findInvoice", client.call("findInvoice", {"extInvoiceId": external_id}))


def process_invoice(client: MplusClient, invoice: Mapping[str, Any], *, key: str, dry_run: bool = False) -> InvoiceWritten:
    """Create an invoice exactly once on a service that knows processInvoice (``features.knows_process_invoice``).

    ``invoice`` is an InvoiceInput of the WSDL with an ``extInvoiceId``: prices are Decimal amounts, not cents, quantities
    Decimal numbers. A dry run checks and computes without writing. An external id that is taken is told as ``was_there``.
    Raises Refused when the invoice was not made, UnknownOutcome when that could not be found out.
    """
    external_id = _external_id("processInvoice", invoice)
    request = {"idempotencyKey": key, "invoice": dict(invoice), "processorContext": {"dryRun": dry_run}}

    def send() -> InvoiceWritten:
        answer = client.call("processInvoice", {"request": request}, repeatable=False)
        try:
            judge("processInvoice", answer)
        except Refused:
            existing = None if dry_run else find_invoice(client, external_id)
            if existing is None:
                raise
            return replace(_from_invoice(existing), was_there=True)
        return replace(_from_invoice(answer.get("invoice") or {}), replayed=answer.get("idempotencyResult") == REPLAY)

    return written_once(client, send, lambda: _look_up(client, external_id))


def save_invoice(client: MplusClient, invoice: Mapping[str, Any]) -> InvoiceWritten:
    """Create an invoice exactly once on a service without processInvoice.

    ``invoice`` is an Invoice of the WSDL with an ``extInvoiceId``: prices are cents. The call has no idempotency key; after a
    lost answer the invoice is looked up before it is sent again. Raises like ``process_invoice``.
    """
    external_id = _external_id("saveInvoice", invoice)
    kept = {name: value for name, value in invoice.items() if name not in ("invoiceId", "changeCounter", "versionNumber")}
    members = {"invoice": {**kept, "lineList": [with_places(line) for line in invoice.get("lineList") or ()]}}

    def send() -> InvoiceWritten:
        answer = client.call("saveInvoice", members, repeatable=False)
        if judge("saveInvoice", answer, Meaning.ALREADY).meaning is Meaning.ALREADY:
            return _already_there(client, external_id)
        return InvoiceWritten(answer["info"]["invoiceId"], answer["info"]["invoiceString"], None)

    return written_once(client, send, lambda: _look_up(client, external_id))


def pay_invoice(client: MplusClient, invoice_id: str, payments: Sequence[Mapping[str, Any]], *, paid_before_cents: int = 0) -> None:
    """Book payments on an invoice on which ``paid_before_cents`` were paid so far.

    The call has no idempotency key: after a lost answer the paid amount is read, and the call is sent again only when it is
    still what it was. Raises Refused when the payments were not booked, or (code ``paid_amount``) when the paid amount is
    neither.
    """
    expected = paid_before_cents + sum(payment["amount"] for payment in payments)

    def send() -> bool:
        answer = client.call("payInvoice", {"request": {"invoiceId": invoice_id, "paymentList": list(payments)}}, repeatable=False)
        judge("payInvoice", answer)
        return True

    def look_up() -> bool | None:
        paid = (get_invoice(client, invoice_id) or {}).get("paidAmount", 0)
        if paid not in (expected, paid_before_cents):
            reason = f"the invoice shows {paid} cents paid where {paid_before_cents} or {expected} were expected."
            advice = "Look at the invoice in MplusKASSA; nothing is booked on it blindly."
            raise Refused(reason, system=SYSTEM, operation="payInvoice", code="paid_amount", advice=advice)
        return True if paid == expected else None

    written_once(client, send, look_up)


def update_invoice(client: MplusClient, invoice: Mapping[str, Any], known: Record) -> Record | None:
    """Change an invoice and return it as it is then, None when somebody else has changed it since it was read.

    ``invoice`` has the members to change and the whole list of lines, prices in cents; ``known`` is the invoice as it was read.
    The counters of that reading make a second sending harmless. Raises Refused when it may not be changed.
    """
    counters: Record = {name: known[name] for name in ("changeCounter", "versionNumber") if name in known}
    lines = [with_places(line) for line in invoice.get("lineList") or ()]
    members = {**invoice, "invoiceId": known["invoiceId"], **counters, "lineList": lines}
    answer = client.call("saveInvoice", {"invoice": members}, repeatable=True)
    meaning = judge("saveInvoice", answer, Meaning.CHANGED).meaning
    return None if meaning is Meaning.CHANGED else get_invoice(client, known["invoiceId"])


def credit_invoice(client: MplusClient, invoice_id: str, *, day: date | None = None, explanation: str | None = None) -> None:
    """Credit a whole invoice; the credit comes with the next ``invoices_since``.

    A service without creditInvoiceV2 books it on its own day with its own words. The answer does not tell the credit's id
    (see ``credits_of``) and the call has no idempotency key: after UnknownOutcome, look for the credit before crediting again.
    Raises Refused when it was not credited.
    """
    if client.features.knows_credit_invoice_v2:
        request = {"invoiceId": invoice_id, "financialDate": day, "explanation": explanation}
        judge("creditInvoiceV2", client.call("creditInvoiceV2", {"request": request}))
    else:
        judge("creditInvoice", client.call("creditInvoice", {"invoiceId": invoice_id}))


def credits_of(client: MplusClient, invoice_ids: Iterable[str], first_day: date, last_day: date | None = None) -> dict[str, Record]:
    """Return the credits of invoices, booked on these days, by the bare id of the invoice; one that has none is not in the answer.

    The headers of all invoices of those days are read: there is no look-up by the credited invoice.
    """
    wanted = {bare_id(invoice_id) for invoice_id in invoice_ids}
    pages = invoices_since(client, include_lines=False, first_day=first_day, last_day=last_day) if wanted else ()
    rows = (row for page, _ in pages for row in page)
    return {bare_id(row["creditedInvoiceId"]): row for row in rows if bare_id(row.get("creditedInvoiceId") or "") in wanted}


def _external_id(operation: str, invoice: Mapping[str, Any]) -> str:
    external_id = invoice.get("extInvoiceId")
    if not isinstance(external_id, str) or not external_id:
        raise InvalidRequest(operation, "invoice.extInvoiceId", "is missing; without it the invoice could be made twice")
    return external_id


def _look_up(client: MplusClient, external_id: str) -> InvoiceWritten | None:
    existing = find_invoice(client, external_id)
    return None if existing is None else _from_invoice(existing)


def _already_there(client: MplusClient, external_id: str) -> InvoiceWritten:
    existing = _look_up(client, external_id)
    if existing is None:
        reason = "the external invoice id is taken by an invoice that cannot be found."
        raise Refused(reason, system=SYSTEM, operation="saveInvoice", code="external_id_taken", advice="Look the invoice up in MplusKASSA.")
    return replace(existing, was_there=True)


def _from_invoice(invoice: Record) -> InvoiceWritten:
    number = invoice.get("transactionString", "")
    return InvoiceWritten(invoice.get("invoiceId", ""), number, invoice.get("totalInclAmount"), invoice=invoice)


def _found(operation: str, answer: Record) -> Record | None:
    if judge(operation, answer, Meaning.NOT_FOUND).meaning is Meaning.NOT_FOUND:
        return None
    invoice: Record | None = answer.get("invoice")
    return invoice
