"""Orders cancelled. Shopify does it in its own time and cannot take it back, so the order itself tells when it is done."""

from typing import Literal

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.errors import UserError, UserErrors
from posbridge_dagster.clients.shopify.paging import Node

CancelReason = Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"]

PATIENCE = Deadline(total_s=120.0, first_nap_s=0.5, longest_nap_s=5.0)


def mark_cancelled(
    client: ShopifyClient,
    order_id: str,
    *,
    reason: CancelReason = "OTHER",
    restock: bool = False,
    refund: bool = False,
    staff_note: str | None = None,
    deadline: Deadline | None = None,
) -> Node:
    """Cancel an order, wait until it is, and return its ``id``, ``cancelledAt``, ``cancelReason``, status and money given back.

    ``refund`` gives back what was paid by the payments it came with. The customer is not mailed. An order that is cancelled
    already is returned as it is, so the call may be made again after any failure.

    Raises UserErrors when Shopify refuses it, at once or while doing it, and UnknownOutcome when it was not done in time.
    """
    variables = {
        "orderId": order_id,
        "reason": reason,
        "restock": restock,
        "refundMethod": {"originalPaymentMethodsRefund": refund},
        "staffNote": staff_note,
    }
    try:
        answer = client.execute(document("order_cancel"), variables)["orderCancel"]
    except (UserErrors, UnknownOutcome):
        order, _ = _state(client, order_id, order_id)
        if order["cancelledAt"]:
            return order
        raise
    return _done(client, order_id, (answer["jobResult"] or {}).get("id") or order_id, deadline or PATIENCE)


def _done(client: ShopifyClient, order_id: str, result_id: str, deadline: Deadline) -> Node:
    for _ in deadline.rounds():
        order, result = _state(client, order_id, result_id)
        if order["cancelledAt"]:
            return order
        if result.get("errors") or result.get("status") == "FAILED":
            raise UserErrors(_errors(result), {"jobResult": result}, "OrderCancel")
    raise UnknownOutcome(
        f"{order_id} was not cancelled within {deadline.total_s:g} s",
        system="Shopify",
        operation="OrderCancel",
        code="deadline",
        advice="It may still be; ask for it again later.",
    )


def _state(client: ShopifyClient, order_id: str, result_id: str) -> tuple[Node, Node]:
    """Return the order and, where Shopify names one, the result of the job."""
    data = client.execute(document("order_cancellation"), {"orderId": order_id, "resultId": result_id})
    if data["order"] is None:
        raise UnknownOutcome(f"{order_id} cannot be found", system="Shopify", operation="OrderCancellation", code="vanished")
    return data["order"], data["node"] or {}


def _errors(result: Node) -> list[UserError]:
    rows = result.get("errors") or [{"message": "Shopify could not cancel the order and named no reason"}]
    return [UserError(tuple(str(step) for step in row.get("field") or ()), row.get("code") or "", row.get("message") or "") for row in rows]
