"""Brings orders that were sent up to date with their sale: changed, paid later, handed over later, cancelled.

The order is read first and made what it should be, so it does not matter how often this is asked or where it was cut short.
MplusKASSA lets an order be changed or cancelled until something of it is delivered or invoiced; after that only documents of
their own (refunds) can correct it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.order_changes import cancel_order, is_cancelled, is_open, update_order
from posbridge_dagster.clients.mplus.orders import get_order, orders_by_external_ids, pay_order
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.loading.item import HalfWritten, Item, Written
from posbridge_dagster.loading.mplus_differences import changed_members, differences, payment_differences
from posbridge_dagster.loading.mplus_orders import check_total, order_members, payment_members, prepay_of, told
from posbridge_dagster.model.identity import idempotency_key
from posbridge_dagster.model.money import decimal_amount

CHANGED = "changed_after_send"
PART_OF_CANCEL = "part_of_cancel"
TRIES = 3


class MplusOrderChanges:
    """Makes orders what their items say.

    Beside the payload of MplusOrders an item has ``held_back`` (why its change may not be written, or empty), ``given_back``
    (the payments of its refunds that are no documents of their own), ``given_back_ids`` (the records of those refunds),
    ``refunded_minor`` (all that was given back of it, in cents) and ``keeps_content`` (only its goods left the shop: what a person
    changed in the order itself stays).
    """

    def __init__(self, client: MplusClient) -> None:
        self._client = client

    def find(self, items: Sequence[Item]) -> Mapping[str, Record]:
        """Return the orders by extOrderId; one call for a hundred ids."""
        return orders_by_external_ids(self._client, [item.external_id for item in items])

    def finish(self, item: Item, found: Record, key: str) -> Written:
        """Bring an order up to date; raises HalfWritten with what differs where MplusKASSA no longer allows that."""
        if item.payload["order"]["cancelled_day"]:
            return self._cancelled(item, found, key)
        refuse_what_is_held_back(item, told(found))
        if is_cancelled(found):
            raise HalfWritten(told(found), "cancelled_in_target", "the order is there but cancelled in MplusKASSA")
        return self._paid(item, found if item.payload["keeps_content"] else self._as_sold(item, found), key)

    def _as_sold(self, item: Item, found: Record) -> Record:
        """Return the order with the content of its sale."""
        wanted = order_members(item)
        for _ in range(TRIES):
            off = differences(wanted, found)
            if not off:
                return found
            if not is_open(found):
                raise cannot_be_changed(item, told(found), off)
            changed = update_order(self._client, changed_members(wanted, found), found)
            if changed is not None and (off := differences(wanted, changed)):
                raise HalfWritten(told(changed), "not_as_asked", f"MplusKASSA took the change and holds something else: {', '.join(off)}")
            found = changed or get_order(self._client, found["orderId"]) or found
        reason = "somebody else keeps changing the order; it was left as it is."
        raise Refused(reason, system=SYSTEM, operation="updateOrderV2", code="has_changed")

    def _paid(self, item: Item, found: Record, key: str) -> Written:
        """Book the payments that the order lacks, and hand it over where the sale was."""
        check_total(item, told(found))
        missing, surplus = payment_differences(payment_members(item.payload["payments"]), found.get("paymentList") or ())
        if surplus:
            said = ", ".join(f"{method} {decimal_amount(cents, item.currency)}" for method, cents in surplus)
            raise HalfWritten(told(found), "payments_differ", f"MplusKASSA holds payments that the sale has not: {said} {item.currency}")
        prepay = prepay_of(item.payload["order"])
        if missing or (prepay is False and is_open(found)):
            pay_order(self._client, found["orderId"], missing, prepay=bool(prepay), key=_payment_key(key, found))
        return told(found)

    def _cancelled(self, item: Item, found: Record, key: str) -> Written:
        if is_cancelled(found):
            return replace(told(found), kept=_parts_of_cancel(item))
        if not is_open(found):
            return given_back(item, told(found))
        self._give_back_deposit(item, found, key)
        order = item.payload["order"]
        cancelled = cancel_order(
            self._client,
            found["orderId"],
            branch=order["branch_number"],
            workplace=order["workplace_number"],
            employee=order["employee_number"],
        )
        written = replace(told(found), kept=_parts_of_cancel(item))
        if cancelled.repaired:
            reason = "somebody else cancelled it at the same moment and that was taken back; it was cancelled again, look at it"
            return replace(written, code="cancel_undone", reason=reason)
        return replace(written, reason="cancelled" + (", a branch still has to do it" if cancelled.pending else ""))

    def _give_back_deposit(self, item: Item, found: Record, key: str) -> None:
        """Book the money of the refunds on the order itself: only what nothing is paid on can be cancelled."""
        deposit = sum(payment["amount"] for payment in found.get("paymentList") or ())
        if not deposit:
            return
        left = deposit + sum(payment["amount_minor"] for payment in item.payload["given_back"])
        if left:
            said = f"{decimal_amount(left, item.currency)} {item.currency}"
            raise HalfWritten(
                told(found), CHANGED, f"changed after it was sent: cancelled, but {said} of its deposit are not given back on it"
            )
        payments = payment_members(item.payload["given_back"])
        pay_order(self._client, found["orderId"], payments, prepay=True, key=_payment_key(key, found))


def refuse_what_is_held_back(item: Item, there: Written) -> None:
    """Raise HalfWritten where the mapping says that the change may not be written."""
    if item.payload["held_back"]:
        raise HalfWritten(there, CHANGED, item.payload["held_back"])


def cannot_be_changed(item: Item, there: Written, off: Sequence[str]) -> HalfWritten:
    """Return that a document differs from its sale and MplusKASSA does not let it be changed any more."""
    total = f" ({decimal_amount(there.written_minor or 0, item.currency)} there, {decimal_amount(item.amount_minor, item.currency)} here)"
    said = ", ".join(off) + (total if there.written_minor != item.amount_minor else "")
    return HalfWritten(there, CHANGED, f"changed after it was sent, and MplusKASSA does not let it be changed any more: {said}")


def given_back(item: Item, there: Written) -> Written:
    """Return a document whose sale was cancelled when it could not be any more: its refunds must have given all of it back."""
    left = item.payload["order"]["paid_minor"] - item.payload["refunded_minor"]
    if left:
        said = f"{decimal_amount(left, item.currency)} {item.currency}"
        reason = (
            f"changed after it was sent: cancelled, but it was handed over, so only refunds take it back, and {said} are not given back"
        )
        raise HalfWritten(there, CHANGED, reason)
    return replace(there, reason="cancelled after it was handed over: its refunds take it back")


def _parts_of_cancel(item: Item) -> dict[str, Any]:
    return {PART_OF_CANCEL: list(item.payload["given_back_ids"])}


def _payment_key(key: str, order: Record) -> str:
    """Return the key of a payment on an order as it stands: after any change of the order it is another payment."""
    return idempotency_key(key, "pay", order.get("changeCounter") or 0)
