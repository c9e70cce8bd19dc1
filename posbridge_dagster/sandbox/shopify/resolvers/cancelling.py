"""Cancelling and closing orders, and the jobs that do it."""

from typing import Any

from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_records import Order, Refund, RefundLine
from posbridge_dagster.sandbox.shopify.order_stock import moving_stock
from posbridge_dagster.sandbox.shopify.reckoning import INCOMING, reckon
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order
from posbridge_dagster.sandbox.shopify.resolvers.refunding import pay_back
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shop import Shop

LONGEST_NOTE = 255


@resolves("Mutation", "orderCancel")
def cancel_order(
    _: None,
    scene: Scene,
    order_id: str,
    reason: str,
    restock: bool,
    notify_customer: bool = False,
    refund: bool | None = None,
    refund_method: dict[str, Any] | None = None,
    staff_note: str | None = None,
) -> dict[str, Any]:
    """Start the cancellation of an order; the answer comes before it is done, and there is no way back."""
    order = find_order(scene, numbered("Order", order_id))
    error = _error(order, staff_note, refund, refund_method)
    if error is not None or order is None:
        errors = [error] if error else []
        return {"job": None, "jobResult": None, "orderCancelUserErrors": errors, "userErrors": errors}
    pays_back = bool(refund) or bool((refund_method or {}).get("originalPaymentMethodsRefund"))
    shop, seconds = scene.shop, float(scene.switches.get("job_seconds", 0))

    def work() -> None:
        with moving_stock(shop, order):
            _cancel(shop, order, reason, restock, pays_back, staff_note or "")

    job = shop.jobs.start(work, seconds)
    shop.writes += 1
    result = {"id": job.replace("/Job/", "/OrderCancelJobResult/"), "done": False, "status": "STARTED", "errors": []}
    shown = {**result, "order": order_node(order, scene)}
    return {"job": {"id": job, "done": False}, "jobResult": shown, "orderCancelUserErrors": [], "userErrors": []}


def _error(order: Order | None, staff_note: str | None, refund: bool | None, refund_method: dict[str, Any] | None) -> dict[str, Any] | None:
    if staff_note is not None and len(staff_note) > LONGEST_NOTE:
        return user_error(f"Staff note is too long. Maximum length is {LONGEST_NOTE} characters.", "staffNote", code="INVALID")
    if refund is not None and refund_method is not None:
        return user_error("Only one of the arguments `refund` or `refund_method` is allowed.", "refund", code="INVALID")
    if order is None:
        return user_error("Order does not exist", "orderId", code="NOT_FOUND")
    if order.cancelled_at is not None:
        return user_error("Cannot cancel an order that has already been canceled", "orderId", code="INVALID")
    if any(entry.closed_at is None for entry in order.returns):
        return user_error("Cannot cancel an order that has a return in progress", "orderId", code="INVALID")
    return None


def _cancel(shop: Shop, order: Order, reason: str, restock: bool, pays_back: bool, staff_note: str) -> None:
    """Cancel: what is not handed over is taken off the order, with money back also what is."""
    if order.cancelled_at is not None:
        return
    sums, left = reckon(order), order.to_hand_over()
    now = shop.now()
    refund = Refund(shop.next_refund(), now, [], [], 0)
    for position, entry in enumerate(sums.lines, 1):
        waiting = left[entry.line.number]
        quantity = entry.kept if pays_back else waiting
        if not quantity:
            continue
        kind = "CANCEL" if restock and waiting else "NO_RESTOCK"
        back = RefundLine(refund.number * 1000 + position, entry.line.number, quantity, kind == "CANCEL", kind, order.location)
        refund.lines.append(back)
    if not order.fulfillments or pays_back:
        refund.shipping_cents = sums.shipping - sums.returned_shipping
    if pays_back:
        _pay_everything_back(order, refund)
    if refund.lines or refund.shipping_cents or refund.transactions:
        order.refunds.append(refund)
    order.cancelled_at, order.cancel_reason, order.cancel_note = now, reason, staff_note
    order.stated_status = ""
    shop.changed(order)


def _pay_everything_back(order: Order, refund: Refund) -> None:
    """Give back what is left of every payment; change that was given is taken off the first ones."""
    moved = [entry for entry in order.transactions if entry.status == "SUCCESS"]
    change = sum(entry.cents for entry in moved if entry.kind == "CHANGE")
    for parent in [entry for entry in moved if entry.kind in INCOMING]:
        given_back = sum(entry.cents for entry in moved if entry.kind == "REFUND" and entry.parent == parent.number)
        left = parent.cents - given_back
        kept = min(left, change)
        change -= kept
        if left - kept > 0:
            refund.transactions.append(pay_back(order, parent, left - kept, refund))


@resolves("Mutation", "orderClose")
def close_order(_: None, scene: Scene, given: dict[str, Any]) -> dict[str, Any]:
    """Archive an order."""
    order = find_order(scene, numbered("Order", given["id"]))
    if order is None:
        return {"order": None, "userErrors": [user_error("Order does not exist", "id")]}
    if order.closed_at is None:
        order.closed_at = scene.shop.now()
        scene.shop.changed(order)
    return {"order": order_node(order, scene), "userErrors": []}


@resolves("QueryRoot", "job")
def job(_: None, scene: Scene, global_id: str) -> dict[str, Any] | None:
    """Return how far a job is."""
    done = scene.shop.jobs.is_done(global_id)
    return None if done is None else {"__typename": "Job", "id": global_id, "done": done}
