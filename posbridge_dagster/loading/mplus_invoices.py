"""Writes sales as MplusKASSA invoices: ``processInvoice`` where the service knows it, ``saveInvoice`` on older ones.

Where the service knows ``processInvoice``, a plan lets it check each invoice without keeping it.
Invoices have no batch look-up, so each is looked up by ``extInvoiceId`` before it is written. Payments are a call of their own
without an idempotency key: the invoice's paid amount is read before it is paid.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.invoices import find_invoice, get_invoice, pay_invoice, process_invoice, save_invoice
from posbridge_dagster.loading.item import HalfWritten, Item, Written
from posbridge_dagster.loading.mplus_orders import check_total, payment_members


class MplusInvoices:
    """A writer of invoices; payloads are those of MplusOrders."""

    def __init__(self, client: MplusClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the invoices that are already there, by extInvoiceId."""
        found = {item.external_id: find_invoice(self._client, item.external_id) for item in items}
        return {external_id: invoice for external_id, invoice in found.items() if invoice is not None}

    def rehearse(self, item: Item) -> None:
        """Let MplusKASSA check and add up the invoice without keeping it, where the service can and the relation exists already.

        The key is of this call alone, so that the answer of a rehearsal is never taken for that of the real one.
        """
        if item.payload["order"]["relation_number"] is None or not self._client.features.knows_process_invoice:
            return
        told = process_invoice(self._client, invoice_members(item, cents=False), key=str(uuid4()), dry_run=True)
        check_total(item, Written("", "", told.total_incl_cents))

    def write(self, item: Item, key: str) -> Written:
        """Create the invoice and book its payments."""
        if self._client.features.knows_process_invoice:
            written = process_invoice(self._client, invoice_members(item, cents=False), key=key)
        else:
            written = save_invoice(self._client, invoice_members(item, cents=True))
        invoice = written.invoice or get_invoice(self._client, written.invoice_id) or {}
        return self.finish(item, {"invoiceId": written.invoice_id, **invoice}, key)

    def told(self, found: Mapping[str, Any]) -> Written:
        """Return an invoice that was found as it stands."""
        return invoice_told(found)

    def finish(self, item: Item, found: Mapping[str, Any], key: str) -> Written:
        """Check an invoice that is there and book what is not paid yet."""
        written = invoice_told(found)
        check_total(item, written)
        payments = payment_members(item.payload["payments"])
        if payments and not found.get("paidAmount"):
            try:
                pay_invoice(self._client, written.target_id, payments)
            except Refused as refusal:
                raise HalfWritten(
                    written, "payment_failed", f"the invoice is there but its payment was refused: {refusal.reason}"
                ) from None
        return written


def invoice_told(invoice: Mapping[str, Any]) -> Written:
    """Return an invoice of MplusKASSA as it stands, unchecked."""
    return Written(str(invoice["invoiceId"]), str(invoice.get("transactionString") or ""), invoice.get("totalInclAmount"))


def invoice_members(item: Item, *, cents: bool) -> dict[str, Any]:
    """Return an item as the members of an invoice: prices in cents for saveInvoice, in decimal euros for processInvoice."""
    order = item.payload["order"]
    members: dict[str, Any] = {
        "extInvoiceId": item.external_id,
        "employeeNumber": order["employee_number"],
        "relationNumber": order["relation_number"],
        "financialDate": date.fromisoformat(order["financial_date"]),
        "financialBranchNumber": order["branch_number"],
        "entryBranchNumber": order["branch_number"],
        "workplaceNumber": order["workplace_number"],
        "reference": order["reference"],
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "lineList": [_line(line, cents=cents) for line in item.payload["lines"]],
    }
    return members | {"invoiceId": ""} if cents else members


def _line(line: Mapping[str, Any], *, cents: bool) -> dict[str, Any]:
    if cents:
        data = {"quantity": line["quantity"], "decimalPlaces": 0, "price": line["price_minor"], "vatCode": line["vat_code"]}
    else:
        data = {"quantity": Decimal(line["quantity"]), "price": Decimal(line["price_minor"]).scaleb(-2), "vatCode": line["vat_code"]}
    return {"articleNumber": line["article_number"], "text": line["text"], "data": data}
