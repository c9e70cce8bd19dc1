"""Orders with everything that hangs on them, their refunds, and which of them changed."""

from collections.abc import Iterator, Sequence
from typing import Literal

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.cost import LARGEST_PAGE
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages, records

OrderSort = Literal["CREATED_AT", "UPDATED_AT", "PROCESSED_AT", "ID"]


def orders(client: ShopifyClient, search: str, *, sort: OrderSort = "CREATED_AT", most: int = LARGEST_PAGE) -> Iterator[list[Node]]:
    """Yield pages of complete orders that match a search (see ``search.clause``), oldest first.

    An order is a dict as ``graphql/order_fields.graphql`` selects it, with plain lists in place of connections; amounts are
    text in ``shopMoney``, rates Decimal, times text in UTC. ``sort`` should be the field the search is a range of, else
    Shopify is slow. At most ``most`` orders come in one page.
    """
    return pages(client, document("orders"), {"search": search, "sortKey": sort}, most=most)


def orders_by_id(client: ShopifyClient, order_ids: Sequence[str]) -> Iterator[list[Node]]:
    """Yield the orders with these global ids in the shape of ``orders``. Unlike a search this sees what was written a moment ago.

    Raises UnknownOutcome naming the ids that no order has.
    """
    return records(client, document("orders_by_id"), order_ids)


def orders_still_there(client: ShopifyClient, order_ids: Sequence[str]) -> Iterator[list[Node]]:
    """Yield the orders with these global ids as ``orders_by_id``; those that somebody deleted are left out."""
    return records(client, document("orders_by_id"), order_ids, all_there=False)


def order_identities(client: ShopifyClient, search: str, *, sort: OrderSort = "PROCESSED_AT") -> Iterator[list[Node]]:
    """Yield pages of orders that match a search as ``graphql/order_identity.graphql`` selects them: who they are, no more."""
    return pages(client, document("order_identities"), {"search": search, "sortKey": sort})


def order_changes(client: ShopifyClient, search: str, *, sort: OrderSort = "UPDATED_AT") -> Iterator[list[Node]]:
    """Yield pages of up to 250 orders with nothing but ``id``, ``createdAt`` and ``updatedAt``, for 13 points a page."""
    return pages(client, document("order_changes"), {"search": search, "sortKey": sort})


def count_orders(client: ShopifyClient, search: str) -> int:
    """Return how many orders match; where Shopify only says "at least", that number."""
    return int(client.execute(document("orders_count"), {"search": search})["ordersCount"]["count"])


def refund_details(client: ShopifyClient, order_ids: Sequence[str]) -> Iterator[list[Node]]:
    """Yield, for the orders with these global ids, ``id``, ``name``, ``updatedAt``, ``refunds`` and ``returns`` with all their lines.

    Raises UnknownOutcome naming the ids that no order has.
    """
    return records(client, document("refund_details"), order_ids)
