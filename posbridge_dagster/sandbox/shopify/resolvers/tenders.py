"""Tender transactions: every movement of money, across all orders."""

from collections.abc import Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify.catalogue import Place
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.payments import tender_node
from posbridge_dagster.sandbox.shopify.order_records import Order, Transaction
from posbridge_dagster.sandbox.shopify.paging import connection
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields, prepare
from posbridge_dagster.sandbox.shopify.search.syntax import parse

MOVED = ("SALE", "CAPTURE", "CHANGE", "REFUND")
Movement = tuple[Transaction, Order]
TEST = {"true": True, "false": False}


@resolves("QueryRoot", "tenderTransactions")
def tender_transactions(_: None, scene: Scene, query: str | None = None, **window: Any) -> Node:
    """Return the movements of money that a query finds, by moment."""
    fields = SearchFields(
        {
            "processed_at": SearchField("moment", lambda movement: movement[0].at),
            "id": SearchField("number", lambda movement: movement[0].number),
            "test": SearchField("choice", lambda movement: movement[1].test, TEST),
        },
        anywhere=lambda movement: (),
        timezone=scene.shop.timezone,
    )
    expression = parse(query or "")
    search = prepare(expression, fields)
    if search.warnings:
        said = {"path": ["tenderTransactions"], "query": query, "parsed": expression.parsed() if expression else {}}
        scene.search.append({**said, "warnings": search.warnings})
    found = {entry.number: (entry, order) for entry, order in _movements(scene) if not search.condition or search.condition((entry, order))}
    places = sorted((entry.at, number) for number, (entry, _) in found.items())

    def walk(low: Place | None, high: Place | None, backwards: bool) -> Iterator[Place]:
        ordered = reversed(places) if backwards else iter(places)
        return (place for place in ordered if (low is None or place > low) and (high is None or place < high))

    return connection(walk, lambda number: tender_node(*found[number], scene), unbounded=scene.unbounded, **window)


def _movements(scene: Scene) -> Iterator[Movement]:
    for order in scene.shop.orders:
        if scene.may_see(order) and scene.is_searchable(order):
            yield from ((entry, order) for entry in order.transactions if entry.kind in MOVED and entry.status == "SUCCESS")
