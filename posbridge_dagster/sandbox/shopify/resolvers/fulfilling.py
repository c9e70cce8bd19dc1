"""Fulfilment orders and the fulfilments that an app makes of them."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import access_denied
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.fulfillment import fulfillment_order_number, place_of
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_drafts import number_in
from posbridge_dagster.sandbox.shopify.order_records import IDS_PER_ORDER, Fulfillment, Order
from posbridge_dagster.sandbox.shopify.order_stock import moving_stock
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
WRITE_SCOPES = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)


@resolves("Order", "fulfillmentOrders")
def fulfillment_orders(source: Node, scene: Scene, displayable: bool = False, query: str | None = None, **window: Any) -> Node:
    """Return the fulfilment order of an order."""
    return list_connection(source["fulfillment_order_nodes"], unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "fulfillmentOrder")
def fulfillment_order(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one fulfilment order."""
    order = _order_of(scene, global_id)
    return None if order is None else next(iter(order_node(order, scene)["fulfillment_order_nodes"]), None)


def _order_of(scene: Scene, global_id: str) -> Order | None:
    number = numbered("FulfillmentOrder", global_id)
    order = find_order(scene, number // IDS_PER_ORDER)
    return order if order is not None and order.goods and fulfillment_order_number(order) == number else None


@resolves("FulfillmentOrder", "lineItems")
def lines_of(source: Node, scene: Scene, **window: Any) -> Node:
    """Return what is to be handed over and what was."""
    return list_connection(source["line_nodes"], unbounded=scene.unbounded, **window)


@resolves("FulfillmentOrder", "fulfillments")
def fulfillments_of(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the fulfilments that were made of it."""
    return list_connection(source["fulfillment_nodes"], unbounded=scene.unbounded, **window)


@resolves("Mutation", "fulfillmentCreate")
def create_fulfillment(_: None, scene: Scene, fulfillment: Given, message: str | None = None) -> dict[str, Any]:
    """Hand goods over: all that is left of the fulfilment orders, or the quantities that are named."""
    if not scene.scopes & set(WRITE_SCOPES):
        raise access_denied("fulfillmentCreate", WRITE_SCOPES)
    entries = fulfillment["lineItemsByFulfillmentOrder"]
    orders = [_order_of(scene, entry["fulfillmentOrderId"]) for entry in entries]
    if not entries or any(order is None for order in orders):
        return _refused("Fulfillment order does not exist.")
    (order, *others) = [order for order in orders if order is not None]
    if any(other is not order for other in others):
        return _refused("All fulfillment orders must belong to the same order.")
    quantities, error = _quantities(order, entries)
    if error is not None:
        return _refused(error)
    tracking = _tracking(fulfillment.get("trackingInfo") or {})
    made = Fulfillment(_number(order), scene.shop.now(), place_of(order, scene), quantities, tracking)
    with moving_stock(scene.shop, order):
        order.fulfillments.append(made)
    scene.shop.changed(order)
    return {"fulfillment": order_node(order, scene)["fulfillments"][-1], "userErrors": []}


def _refused(message: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [user_error(message, "fulfillment")]}


def _number(order: Order) -> int:
    return order.part(len(order.fulfillments) + 1)


def _quantities(order: Order, entries: list[Given]) -> tuple[list[tuple[int, int]], str | None]:
    """Return what is to be handed over by line number, or why it cannot be."""
    left = order.to_hand_over()
    if not any(left.values()):
        return [], f"Fulfillment order {fulfillment_order_number(order)} has an unfulfillable status= closed."
    named = [line for entry in entries for line in entry.get("fulfillmentOrderLineItems") or []]
    if not named:
        return [(number, quantity) for number, quantity in left.items() if quantity], None
    wanted: dict[int, int] = {}
    for line in named:
        number = number_in(line["id"]) or 0
        wanted[number] = wanted.get(number, 0) + line["quantity"]
        if line["quantity"] <= 0 or wanted[number] > left.get(number, 0):
            return [], "Invalid fulfillment order line item quantity requested."
    return list(wanted.items()), None


def _tracking(given: Given) -> list[tuple[str, str, str]]:
    numbers = given.get("numbers") or [number for number in [given.get("number")] if number]
    urls = given.get("urls") or [url for url in [given.get("url")] if url]
    company = given.get("company") or ""
    return [(company, number, urls[index] if index < len(urls) else "") for index, number in enumerate(numbers)]
