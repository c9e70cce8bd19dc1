"""What one call works in: the shop, the caller's rights and what is to be told beside the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import product_node, variant_node
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.shop import Shop

if TYPE_CHECKING:
    from posbridge_dagster.sandbox.shopify.bulk.operations import BulkOperations

WALL = timedelta(days=60)


@dataclass
class Chunk:
    """The part of a root connection that a bulk operation reads at a time, and the page that was read."""

    after: str | None
    size: int = 100
    page: Node | None = None


@dataclass
class Scene:
    """The context of one execution; ``unbounded`` while a bulk operation reads: connections then have no pages.

    ``in_bulk`` says that one line of a bulk mutation is carried out, ``origin`` is where the caller reached the shop, ``search``
    collects what is said about queries that were not understood, ``key`` is the idempotency key of the mutation that runs,
    ``switches`` are the sandbox's settings.
    """

    shop: Shop
    operations: "BulkOperations"
    scopes: frozenset[str]
    plan: str
    sees_people: bool
    search_lag: timedelta
    origin: str
    switches: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    search: list[dict[str, Any]] = field(default_factory=list)
    unbounded: bool = False
    in_bulk: bool = False
    chunk: Chunk | None = None
    variants: dict[int, Node] = field(default_factory=dict)

    def variant_node(self, number: int) -> Node:
        """Return a variant, the same object for every line that sold it."""
        node = self.variants.get(number)
        if node is None:
            node = self.variants[number] = variant_node(self.shop.variants[number], self.shop)
        return node

    def product_node(self, number: int | None) -> Node | None:
        """Return a product, or None."""
        product = self.shop.products.get(number)
        return None if product is None else product_node(product, self.shop)

    def currency_of(self, order: Order) -> str:
        """Return the currency of an order: its own, or the shop's."""
        return order.currency or self.shop.currency

    def may_see(self, order: Order) -> bool:
        """Return whether the order is there for the caller: the older ones are absent without ``read_all_orders``."""
        return "read_all_orders" in self.scopes or order.created_at >= self.shop.now() - WALL

    def is_searchable(self, record: Any) -> bool:
        """Return whether search knows the present state of a record already."""
        seen_at = getattr(record, "seen_at", None)
        return not self.search_lag or seen_at is None or bool(seen_at <= self.shop.now() - self.search_lag)
