"""Orders and what hangs on them."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scalars import gid, money_bag
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.finding import Finder
from posbridge_dagster.sandbox.shopify.search.order_fields import order_search_fields, order_sort_keys


def find_order(scene: Scene, number: int) -> Order | None:
    """Return an order that the caller may see."""
    order = scene.shop.orders.get(number)
    return order if order is not None and scene.may_see(order) else None


def _finder(scene: Scene) -> Finder[Order]:
    shop = scene.shop
    return Finder(scene, shop.orders, order_search_fields(shop.timezone), order_sort_keys(shop), scene.may_see)


@resolves("QueryRoot", "orders")
def orders(_: None, scene: Scene, sort_key: str = "PROCESSED_AT", saved_search_id: str | None = None, **window: Any) -> Node:
    """Return the orders that a query finds."""
    return _finder(scene).page("orders", lambda order: order_node(order, scene), sort_key=sort_key, **window)


@resolves("QueryRoot", "ordersCount")
def orders_count(
    _: None,
    scene: Scene,
    query: str | None = None,
    limit: int | None = None,
    saved_search_id: str | None = None,
) -> dict[str, Any]:
    """Return how many orders a query finds."""
    return _finder(scene).count("ordersCount", query, limit)


@resolves("QueryRoot", "order")
def order(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one order, as it is now."""
    found = find_order(scene, numbered("Order", global_id))
    return None if found is None else order_node(found, scene)


@resolves("QueryRoot", "orderByIdentifier")
def order_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one order by its id or custom id, as it is now."""
    if "id" in identifier:
        return order(None, scene, identifier["id"])
    number = custom_id(scene, "ORDER", identifier["customId"])
    found = None if number is None else find_order(scene, number)
    return None if found is None else order_node(found, scene)


@resolves("QueryRoot", "refund")
def refund(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one refund."""
    numbered("Refund", global_id)
    for candidate in scene.shop.orders:
        if candidate.refunds and any(gid("Refund", entry.number) == global_id for entry in candidate.refunds) and scene.may_see(candidate):
            return next((node for node in order_node(candidate, scene)["refunds"] if node["id"] == global_id), None)
    return None


@resolves("TenderTransaction", "order")
@resolves("OrderTransaction", "order")
@resolves("Refund", "order")
@resolves("Fulfillment", "order")
@resolves("FulfillmentOrder", "order")
@resolves("Return", "order")
def order_of(source: Node, scene: Scene) -> Node:
    """Return the order that a part belongs to."""
    return order_node(source.record, scene)


def _connection_of(member: str) -> Any:
    def resolve(source: Node, scene: Scene, **window: Any) -> Node:
        return list_connection(source[member], unbounded=scene.unbounded, **window)

    return resolve


for _type, _field, _member in (
    ("Order", "lineItems", "line_nodes"),
    ("Order", "nonFulfillableLineItems", "other_line_nodes"),
    ("Order", "discountApplications", "application_nodes"),
    ("Refund", "refundLineItems", "line_nodes"),
    ("Refund", "refundShippingLines", "shipping_nodes"),
    ("Refund", "orderAdjustments", "adjustment_nodes"),
    ("Refund", "transactions", "transaction_nodes"),
):
    resolves(_type, _field)(_connection_of(_member))


@resolves("Order", "shippingLines")
def shipping_lines(source: Node, scene: Scene, include_removals: bool = False, **window: Any) -> Node:
    """Return the shipping lines; none was ever removed."""
    return list_connection(source["shipping_nodes"], unbounded=scene.unbounded, **window)


@resolves("Order", "transactions", when_asked=True)
def transactions(
    source: Node,
    scene: Scene,
    first: int | None = None,
    capturable: bool | None = None,
    manually_resolvable: bool | None = None,
) -> list[Node]:
    """Return the first transactions; the list has no cursor. None of them can be captured or resolved by hand."""
    return [] if capturable or manually_resolvable else source["transactions"][:first]


@resolves("Order", "refunds", when_asked=True)
def refunds(source: Node, scene: Scene, first: int | None = None) -> list[Node]:
    """Return the first refunds; the list has no cursor."""
    return list(source["refunds"][:first])


@resolves("Order", "fulfillments", when_asked=True)
def fulfillments(source: Node, scene: Scene, first: int | None = None, query: str | None = None) -> list[Node]:
    """Return the first fulfilments; the list has no cursor."""
    return list(source["fulfillments"][:first])


@resolves("LineItem", "taxLines", when_asked=True)
def line_taxes(source: Node, scene: Scene, first: int | None = None) -> list[Node]:
    """Return the first tax lines."""
    return list(source["taxLines"][:first])


@resolves("Fulfillment", "trackingInfo", when_asked=True)
def tracking(source: Node, scene: Scene, first: int | None = None) -> list[Any]:
    """Return where a parcel can be followed; nothing for goods that were handed over at the till."""
    return list(source["trackingInfo"][:first])


@resolves("LineItem", "discountedTotalSet", when_asked=True)
def discounted_total(source: Node, scene: Scene, with_code_discounts: bool = False) -> dict[str, Any]:
    """Return the total of a line after its own discounts, and on request after those by code as well."""
    entry, sums = source.sums
    by_code = entry.order_discount if with_code_discounts and sums.order.discount_code else 0
    return money_bag(entry.gross - entry.own_discount - by_code, scene.currency_of(sums.order))


@resolves("Fulfillment", "fulfillmentLineItems")
def fulfillment_lines(source: Node, scene: Scene, **window: Any) -> Node:
    """Return what was handed over."""
    return list_connection(source["line_nodes"], unbounded=scene.unbounded, **window)
