"""Brings invoices that were sent up to date with their sale: changed, paid later, cancelled.

MplusKASSA lets an invoice be changed until something is paid on it or it is final. An invoice is never cancelled: one that is
not paid is credited as a whole, one that is paid is taken back by its refunds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.invoices import find_invoice, get_invoice, pay_invoice, update_invoice
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.loading.item import HalfWritten, Item, Written
from posbridge_dagster.loading.mplus_credits import credited
from posbridge_dagster.loading.mplus_differences import changed_members, differences, payment_differences
from posbridge_dagster.loading.mplus_invoices import invoice_members, invoice_told
from posbridge_dagster.loading.mplus_order_changes import TRIES, cannot_be_changed, given_back, refuse_what_is_held_back
from posbridge_dagster.loading.mplus_orders import check_total, payment_members
from posbridge_dagster.model.money import decimal_amount


class MplusInvoiceChanges:
    """Makes invoices what their items say; items are those of MplusOrderChanges."""

    def __init__(self, client: MplusClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Record]:
        """Return the invoices by extInvoiceId."""
        found = {item.external_id: find_invoice(self._client, item.external_id) for item in items}
        return {external_id: invoice for external_id, invoice in found.items() if invoice is not None}

    def finish(self, item: Item, found: Record, key: str) -> Written:
        """Bring an invoice up to date; raises HalfWritten with what differs where MplusKASSA no longer allows that."""
        if item.payload["order"]["cancelled_day"]:
            return self._cancelled(item, found)
        refuse_what_is_held_back(item, invoice_told(found))
        return self._paid(item, self._as_sold(item, found))

    def _as_sold(self, item: Item, found: Record) -> Record:
        wanted = invoice_members(item, cents=True)
        for _ in range(TRIES):
            off = differences(wanted, found)
            if not off:
                return found
            if found.get("paidAmount") or found.get("finalized"):
                raise cannot_be_changed(item, invoice_told(found), off)
            changed = update_invoice(self._client, changed_members(wanted, found), found)
            if changed is not None and (off := differences(wanted, changed)):
                reason = f"MplusKASSA took the change and holds something else: {', '.join(off)}"
                raise HalfWritten(invoice_told(changed), "not_as_asked", reason)
            found = changed or get_invoice(self._client, found["invoiceId"]) or found
        reason = "somebody else keeps changing the invoice; it was left as it is."
        raise Refused(reason, system=SYSTEM, operation="saveInvoice", code="has_changed")

    def _paid(self, item: Item, found: Record) -> Written:
        there = invoice_told(found)
        check_total(item, there)
        missing, surplus = payment_differences(payment_members(item.payload["payments"]), found.get("paymentList") or ())
        if surplus:
            said = ", ".join(f"{method} {decimal_amount(cents, item.currency)}" for method, cents in surplus)
            raise HalfWritten(there, "payments_differ", f"MplusKASSA holds payments that the sale has not: {said} {item.currency}")
        if missing:
            pay_invoice(self._client, there.target_id, missing, paid_before_cents=found.get("paidAmount") or 0)
        return there

    def _cancelled(self, item: Item, found: Record) -> Written:
        there = invoice_told(found)
        if found.get("paidAmount"):
            return given_back(item, there)
        order: Mapping[str, Any] = item.payload["order"]
        credit = credited(self._client, there.target_id, date.fromisoformat(order["cancelled_day"]), f"{order['name']} cancelled")
        return replace(there, reason=f"cancelled: credited as {credit.get('transactionString') or 'a whole'}")
