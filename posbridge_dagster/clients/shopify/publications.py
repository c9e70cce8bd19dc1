"""Sales channels, and putting things on sale there. What is new is on sale nowhere until it is published."""

from collections.abc import Sequence

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import pages

POINT_OF_SALE = "Point of Sale"


def publication_ids(client: ShopifyClient) -> dict[str, str]:
    """Return the global ids of the shop's sales channels by their titles, such as Point of Sale and Online Store."""
    listing = pages(client, document("publications"))
    return {publication["catalog"]["title"]: publication["id"] for page in listing for publication in page if publication["catalog"]}


def publish(client: ShopifyClient, thing_id: str, publication_ids: Sequence[str]) -> None:
    """Put a product or collection on sale at sales channels; where it is already, nothing happens. Raises UserErrors."""
    targets = [{"publicationId": publication_id} for publication_id in publication_ids]
    client.execute(document("publish"), {"id": thing_id, "input": targets}, repeatable=True)
