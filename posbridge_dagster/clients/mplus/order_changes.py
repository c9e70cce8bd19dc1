"""Changing and cancelling orders that are there.

A change carries the counters of the order as it was read, so it may be sent twice: the second one finds other counters and
does nothing. A cancel has no such guard and is taken back by a second one, so the order is always looked at first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM, Meaning, judge
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.orders import AS_PRICED, get_order, with_places
from posbridge_dagster.clients.mplus.reading import Record

NOT_CANCELLED = "ORDER-CANCEL-STATE-NOTHING"
NOT_DELIVERED = "ORDER-DELIVERY-STATE-NOTHING"


@dataclass(frozen=True)
class OrderCancelled:
    """An order that is cancelled after the call.

    ``already`` says that it was before. ``pending`` says that a branch will do it, so it cannot be seen yet. ``repaired`` says
    that the first call took back the cancel of somebody else and a second one restored it: a person should hear of it.
    """

    order_id: str
    already: bool = False
    pending: bool = False
    repaired: bool = False


def is_cancelled(order: Mapping[str, Any]) -> bool:
    """Return whether any of an order is cancelled."""
    return order.get("cancelState") not in (None, NOT_CANCELLED)


def is_open(order: Mapping[str, Any]) -> bool:
    """Return whether an order may still be changed: nothing of it was delivered, invoiced or cancelled."""
    return not (is_cancelled(order) or order.get("invoiceIds") or order.get("deliveryState") not in (None, NOT_DELIVERED))


def update_order(client: MplusClient, order: Mapping[str, Any], known: Record) -> Record | None:
    """Change an order and return it as it is then, None when somebody else has changed it since it was read.

    ``order`` has the members to change in the terms of the WSDL and the whole list of lines, ``known`` is the order as it was
    read. The till is told not to price it anew. Raises Refused when the order may not be changed.
    """
    lines = [with_places(line) for line in order.get("lineList") or ()]
    counters: Record = {name: known[name] for name in ("changeCounter", "versionNumber") if name in known}
    members = {**order, "orderId": known["orderId"], **counters, "lineList": lines}
    answer = client.call("updateOrderV2", {"request": {"order": members, **AS_PRICED}}, repeatable=True)
    meaning = judge("updateOrderV2", answer, Meaning.ALREADY, Meaning.CHANGED).meaning
    return None if meaning is Meaning.CHANGED else answer.get("order") or get_order(client, known["orderId"])


def cancel_order(client: MplusClient, order_id: str, *, branch: int, workplace: int, employee: int) -> OrderCancelled:
    """Cancel an order unless it is cancelled already; the workplace and the employee are those who do it.

    Raises Refused when it cannot be cancelled, or (code ``cancel_undone``) when the cancel of somebody else was taken back
    and could not be restored; UnknownOutcome when it could not be found out.
    """
    request = {
        "workplace": {"branchNumber": branch, "workplaceNumber": workplace},
        "employee": {"employeeNumber": employee},
        "orderId": order_id,
    }

    def send() -> OrderCancelled:
        found = look_up()
        if found is not None:
            return found
        first = _cancel(client, request)
        if first != "CANCEL-ORDER-RESULT-UNDO-CANCEL-OK":
            return OrderCancelled(order_id, pending=first == "CANCEL-ORDER-RESULT-PENDING")
        return _restored(client, request)

    def look_up() -> OrderCancelled | None:
        order = get_order(client, order_id)
        return OrderCancelled(order_id, already=True) if order is not None and is_cancelled(order) else None

    return written_once(client, send, look_up)


def _cancel(client: MplusClient, request: Mapping[str, Any]) -> str:
    answer = client.call("cancelOrderV2", {"request": request}, repeatable=False)
    judge("cancelOrderV2", answer, Meaning.ALREADY)
    return str(answer["result"])


def _restored(client: MplusClient, request: Mapping[str, Any]) -> OrderCancelled:
    """Cancel again after a call that took a cancel back, and see that it holds."""
    _cancel(client, request)
    order = get_order(client, request["orderId"])
    if order is None or not is_cancelled(order):
        reason = "the cancel of somebody else was taken back and could not be restored: the order is active."
        advice = "Cancel the order in MplusKASSA by hand."
        raise Refused(reason, system=SYSTEM, operation="cancelOrderV2", code="cancel_undone", advice=advice)
    return OrderCancelled(request["orderId"], repaired=True)
