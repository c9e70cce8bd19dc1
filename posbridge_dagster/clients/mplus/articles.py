"""Products (families) and their articles."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, Page, pages_since
from posbridge_dagster.clients.mplus.reading import Record


def products_since(client: MplusClient, marker: int = 0, page_size: int = PAGE_SIZE) -> Iterator[Page]:
    """Yield pages of changed products with the marker to ask from next.

    A product of a page holds only its changed articles; ``products`` reads whole families. The page size counts articles and
    the service may exceed it to keep a product together. Nothing is filtered: a filter would hide the very change to
    inactive or off the webshop.
    """

    def fetch(since: int) -> list[Record]:
        asked = {
            "syncMarker": since,
            "syncMarkerLimit": page_size,
            "syncMarkerExcludePreparationMethods": True,
            "includeAllArticlesOfSelectedProducts": False,
        }
        return _products(client, asked)

    return pages_since("getProducts", marker, fetch, _markers)


def products(client: MplusClient, product_numbers: Sequence[int], batch: int = 100) -> Iterator[Record]:
    """Yield whole products with all their articles, asked for by number in batches; numbers that do not exist are not told."""
    for start in range(0, len(product_numbers), batch):
        numbers = list(product_numbers[start : start + batch])
        yield from _products(client, {"productNumbers": numbers, "includeAllArticlesOfSelectedProducts": True})


def _products(client: MplusClient, asked: Record) -> list[Record]:
    rows: list[Record] = client.call("getProducts", {"request": {"pluNumbers": [], **asked}})["productList"]
    return rows


def _markers(product: Record) -> Iterable[Any]:
    yield product.get("syncMarker")
    for article in product["articleList"]:
        yield article.get("syncMarker")
