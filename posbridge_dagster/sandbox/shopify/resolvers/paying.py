"""Payments that an app records on an order."""

from typing import Any

from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_records import Order, Transaction
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order
from posbridge_dagster.sandbox.shopify.scalars import cents_of, read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene

PLANS_WITH_AMOUNT = ("plus", "enterprise")


@resolves("Mutation", "orderMarkAsPaid")
def mark_as_paid(_: None, scene: Scene, given: dict[str, Any]) -> dict[str, Any]:
    """Record that what is open was paid by hand; an authorized payment is captured instead."""
    order = find_order(scene, numbered("Order", given["id"]))
    if order is None:
        return {"order": None, "userErrors": [user_error("Order does not exist", "id")]}
    sums = reckon(order)
    authorized = next((entry for entry in order.transactions if entry.kind == "AUTHORIZATION" and sums.capturable), None)
    cents = sums.capturable or sums.outstanding
    if order.cancelled_at is not None or cents <= 0:
        return {"order": order_node(order, scene), "userErrors": [user_error("Order cannot be marked as paid.", "id")]}
    _receive(scene, order, "CAPTURE" if authorized else "SALE", authorized.gateway if authorized else "manual", cents)
    return {"order": order_node(order, scene), "userErrors": []}


def _receive(scene: Scene, order: Order, kind: str, gateway: str, cents: int, at: str | None = None) -> None:
    moment = read_moment(at) or scene.shop.now()
    parent = next((entry.number for entry in order.transactions if kind == "CAPTURE" and entry.kind == "AUTHORIZATION"), None)
    number = order.part(len(order.transactions) + 1)
    order.transactions.append(Transaction(number, kind, "SUCCESS", gateway, cents, 0, moment, None, parent))
    order.stated_status = ""
    scene.shop.changed(order)


@resolves("Mutation", "orderCreateManualPayment")
def create_manual_payment(
    _: None,
    scene: Scene,
    global_id: str,
    amount: dict[str, Any] | None = None,
    payment_method_name: str | None = None,
    processed_at: str | None = None,
) -> dict[str, Any]:
    """Record a payment that was made outside Shopify; an amount of one's own needs a Plus shop."""
    order = find_order(scene, numbered("Order", global_id))
    if order is None:
        return {"order": None, "userErrors": [user_error("Order is not found.", "id", code="ORDER_NOT_FOUND")]}
    outstanding = reckon(order).outstanding
    cents = cents_of(amount["amount"]) if amount else outstanding
    error = _payment_error(scene, order, amount, cents, outstanding)
    if error is not None:
        return {"order": order_node(order, scene), "userErrors": [error]}
    _receive(scene, order, "SALE", payment_method_name or "manual", cents, processed_at)
    return {"order": order_node(order, scene), "userErrors": []}


def _payment_error(scene: Scene, order: Order, amount: dict[str, Any] | None, cents: int, outstanding: int) -> dict[str, Any] | None:
    if amount and scene.plan not in PLANS_WITH_AMOUNT:
        return user_error("The amount field needs a Shopify Plus store.", "amount")
    if amount and amount["currencyCode"] != scene.currency_of(order):
        message = "The currency of the amount doesn't match the presentment currency of the order."
        return user_error(message, "amount", code="CURRENCY_MISMATCH")
    if cents <= 0:
        return user_error("Amount must be positive.", "amount", code="AMOUNT_NOT_POSITIVE")
    if cents > outstanding:
        return user_error("Amount exceeds the remaining balance.", "amount", code="AMOUNT_EXCEEDS_BALANCE")
    return None
