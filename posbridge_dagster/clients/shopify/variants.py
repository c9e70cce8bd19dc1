"""Variants by SKU, and all of them or those that changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages, records
from posbridge_dagster.clients.shopify.search import any_of, clause

SKUS_IN_A_SEARCH = 100
FEW_SKUS = 1000
VARIANTS_A_PAGE = 250


def variants_by_sku(client: ShopifyClient, skus: Sequence[str]) -> dict[str, list[Node]]:
    """Return for every SKU the variants that have exactly it, case and all: none, one, or several where a SKU is not unique.

    A variant is a dict with ``id``, ``sku``, ``barcode``, ``product`` (``id``, ``status``) and ``inventoryItem`` (``id``,
    ``tracked``, ``duplicateSkuCount``). The search takes words apart and ignores case, so its results are compared here.
    It lags: what was made in the last minutes may be missing. A blank SKU is never searched, for it would match anything.
    """
    found: dict[str, list[Node]] = {sku: [] for sku in skus}
    wanted = [sku for sku in found if sku.strip()]
    for start in range(0, len(wanted), SKUS_IN_A_SEARCH):
        part = wanted[start : start + SKUS_IN_A_SEARCH]
        matching: dict[str, list[Node]] = defaultdict(list)
        for page in variants(client, any_of(*(clause("sku", "=", sku) for sku in part))):
            for variant in page:
                matching[variant["sku"] or ""].append(variant)
        found |= {sku: matching[sku] for sku in part}
    return found


def variants_of_skus(client: ShopifyClient, skus: Sequence[str]) -> dict[str, list[Node]]:
    """Return what ``variants_by_sku`` does; of many SKUs by reading all variants, where that takes fewer calls than searching.

    All variants are told at once, also those that search does not know yet.
    """
    if len(skus) <= FEW_SKUS or count_variants(client) / VARIANTS_A_PAGE > len(skus) / SKUS_IN_A_SEARCH:
        return variants_by_sku(client, skus)
    found: dict[str, list[Node]] = {sku: [] for sku in skus}
    for page in variants(client):
        for variant in page:
            if variant["sku"] in found:
                found[variant["sku"]].append(variant)
    return found


def variants(client: ShopifyClient, search: str = "") -> Iterator[list[Node]]:
    """Yield pages of up to 250 variants that match a search, all of them when it is empty, in the shape of ``variants_by_sku``."""
    return pages(client, document("variants"), {"search": search or None})


def variants_still_there(client: ShopifyClient, variant_ids: Sequence[str]) -> set[str]:
    """Return those of these global ids that are variants of the shop; nobody says so when one was deleted."""
    return {variant["id"] for page in records(client, document("variants_by_id"), variant_ids, all_there=False) for variant in page}


def variant_changes(client: ShopifyClient, since: datetime) -> Iterator[list[Node]]:
    """Yield pages of the variants that changed at a moment or later, with their ``updatedAt``, in the shape of ``variants_by_sku``.

    Search lags, so ``since`` should lie some minutes before the last reading; a variant may then be given again.
    """
    return variants(client, clause("updated_at", ">=", since))


def count_variants(client: ShopifyClient) -> int:
    """Return how many variants the shop has."""
    return int(client.execute(document("variants_count"))["productVariantsCount"]["count"])
