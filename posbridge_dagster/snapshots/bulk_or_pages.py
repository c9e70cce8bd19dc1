"""How the orders of a search are read: page by page, or by one bulk query where there are very many."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from posbridge_dagster.clients.shopify.bulk import orders_by_count
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.orders import refund_details
from posbridge_dagster.clients.shopify.shop import require_history, require_scopes

NEEDED_SCOPES = ("read_orders", "read_customers", "read_products", "read_locations", "read_returns")


def reader(client: ShopifyClient, oldest: datetime, bulk_above: int) -> Callable[[str], Iterator[list[dict[str, Any]]]]:
    """Return a function that reads complete orders of a search, after the token was seen to allow it.

    Raises Misconfigured when a scope is missing, or when orders before ``oldest`` + 60 days would silently stay away.
    """
    require_scopes(client, NEEDED_SCOPES)
    require_history(client, oldest)

    def read(search: str) -> Iterator[list[dict[str, Any]]]:
        for page in orders_by_count(client, search, bulk_above=bulk_above):
            yield with_refunds(client, page)

    return read


def with_refunds(client: ShopifyClient, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the orders with what hangs on their refunds and returns; only those that have any are asked for."""
    touched = [order["id"] for order in page if order["refunds"] or order.get("returnStatus") not in (None, "NO_RETURN")]
    details = {order["id"]: order for part in refund_details(client, touched) for order in part} if touched else {}
    return [order | {name: details[order["id"]][name] for name in ("refunds", "returns") if order["id"] in details} for order in page]
