"""Returns and exchanges of an order, as they are read."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene


@resolves("QueryRoot", "return")
def return_(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one return."""
    number = numbered("Return", global_id)
    for order in scene.shop.orders:
        if any(entry.number == number for entry in order.returns) and scene.may_see(order):
            return next((node for node in order_node(order, scene)["return_nodes"] if node["id"] == global_id), None)
    return None


@resolves("Order", "returns")
def returns_of_order(source: Node, scene: Scene, query: str | None = None, **window: Any) -> Node:
    """Return what came back to an order."""
    return list_connection(source["return_nodes"], unbounded=scene.unbounded, **window)


@resolves("Refund", "return")
def return_of_refund(source: Node, scene: Scene) -> Node | None:
    """Return the return that a refund belongs to."""
    for position, entry in enumerate(source.record.returns):
        if source["id"] in {gid("Refund", number) for number in entry.refunds}:
            return order_node(source.record, scene)["return_nodes"][position]  # type: ignore[no-any-return]
    return None


@resolves("Return", "returnLineItems")
def returned_lines(source: Node, scene: Scene, **window: Any) -> Node:
    """Return what came back."""
    return list_connection(source["line_nodes"], unbounded=scene.unbounded, **window)


@resolves("Return", "exchangeLineItems")
def exchanged_lines(source: Node, scene: Scene, include_removed_items: bool = False, **window: Any) -> Node:
    """Return what was taken instead."""
    return list_connection(source["exchange_nodes"], unbounded=scene.unbounded, **window)


@resolves("Return", "refunds")
def refunds_of_return(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the refunds that the return led to."""
    return list_connection(source["refund_nodes"], unbounded=scene.unbounded, **window)


@resolves("Return", "transactions")
def transactions_of_return(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the money that moved for the return."""
    return list_connection(source["transaction_nodes"], unbounded=scene.unbounded, **window)
