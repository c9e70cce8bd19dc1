"""Writes the refund of a whole invoice as MplusKASSA's own credit of it, any other refund as a negative invoice.

The credit call tells no id and has no idempotency key: the credits since the day of the refund are read before and after it,
and the one that names the invoice is its credit.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.invoices import credit_invoice, credits_of, get_invoice
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.loading.item import Item, Written
from posbridge_dagster.loading.mplus_differences import line_content
from posbridge_dagster.loading.mplus_invoices import MplusInvoices, invoice_members


class MplusCredits:
    """A writer of refunds on invoices; payloads are those of MplusInvoices with ``original_target_id``, the invoice given back of."""

    def __init__(self, client: MplusClient) -> None:
        self._client = client
        self._invoices = MplusInvoices(client)

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return what is already there, by extInvoiceId: negative invoices, and credits of the invoices as a whole."""
        found = dict(self._invoices.find(items))
        waiting = {bare_id(item.payload["original_target_id"]): item for item in items if item.external_id not in found}
        if waiting:
            first_day = min(date.fromisoformat(item.payload["order"]["financial_date"]) for item in waiting.values())
            credits_ = credits_of(self._client, waiting, first_day)
            found |= {
                waiting[invoice_id].external_id: credit for invoice_id, credit in credits_.items() if _is_of(waiting[invoice_id], credit)
            }
        return found

    def told(self, found: Mapping[str, Any]) -> Written:
        """Return a document that was found as it stands."""
        return self._invoices.told(found)

    def finish(self, item: Item, found: Mapping[str, Any], key: str) -> Written:
        """Check a document that is there and book what is not given back yet."""
        return self._invoices.finish(item, found, key)

    def write(self, item: Item, key: str) -> Written:
        """Credit the invoice where all of it comes back, else make a negative one; then book the money."""
        invoice = get_invoice(self._client, item.payload["original_target_id"])
        if invoice is None or not takes_all_back(item, invoice):
            return self._invoices.write(item, key)
        order = item.payload["order"]
        credit = credited(self._client, invoice["invoiceId"], date.fromisoformat(order["financial_date"]), order["reference"])
        return self.finish(item, credit, key)


def takes_all_back(item: Item, invoice: Record) -> bool:
    """Return whether a refund has every line of an invoice, with all its pieces and at its price, and nothing else, in its branch.

    MplusKASSA books a credit in the branch of its invoice; what came back to another one is a document of that.
    """
    if invoice.get("financialBranchNumber") not in (None, item.payload["order"]["branch_number"]):
        return False
    back = sorted((article, -quantity, price, code) for article, quantity, price, code in map(line_content, _lines(item)))
    return back == sorted(line_content(line) for line in invoice.get("lineList") or ())


def credited(client: MplusClient, invoice_id: str, day: date, explanation: str) -> Record:
    """Return the credit of an invoice, after making it where there is none yet.

    A service that takes the day books the credit on it, so only that day is looked at; an older one books it on its own day, which is
    no earlier. Raises Refused when MplusKASSA does not credit it, UnknownOutcome when that could not be found out.
    """
    last_day = day if client.features.knows_credit_invoice_v2 else None

    def look_up() -> Record | None:
        return credits_of(client, [invoice_id], day, last_day).get(bare_id(invoice_id))

    def send() -> Record:
        credit_invoice(client, invoice_id, day=day, explanation=explanation)
        made = look_up()
        if made is None:
            reason = "the invoice was credited and its credit cannot be found."
            raise Refused(reason, system=SYSTEM, operation="creditInvoice", code="credit_not_found", advice="Look for it in MplusKASSA.")
        return made

    return look_up() or written_once(client, send, look_up)


def _lines(item: Item) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = invoice_members(item, cents=True)["lineList"]
    return lines


def _is_of(item: Item, credit: Record) -> bool:
    """Return whether a credit is this refund: a partial refund beside a credit of the whole is another document."""
    return bool(credit.get("totalInclAmount") == item.amount_minor)
