"""What was sold and what came back, as far as stock is concerned."""

from collections.abc import Iterator
from datetime import datetime

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages
from posbridge_dagster.clients.shopify.search import clause

ORDERS_IN_A_PAGE = 25


def sales_since(client: ShopifyClient, moment: datetime) -> Iterator[list[Node]]:
    """Yield pages of the orders, of any status and source, that changed at a moment or later.

    An order has ``id``, ``updatedAt``, ``sourceIdentifier``, ``retailLocation``, its lines with ``quantity``, ``sku`` and
    ``variant``, the lines of its refunds with ``restockType``, and the lines that exchanges added. Search lags, so the moment
    should lie some minutes before the last reading; an order may then be given again.
    """
    return pages(client, document("sales"), {"search": clause("updated_at", ">=", moment)}, most=ORDERS_IN_A_PAGE)
