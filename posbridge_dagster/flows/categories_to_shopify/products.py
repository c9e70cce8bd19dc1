"""Which products of the shop the families of the groups are, and which collections the groups are known to be.

A family is the product that products_to_shopify linked it to. One that is not linked yet is the product in which all variants
with the SKUs of its articles are, if that is one; else it waits.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.variants import variants_of_skus
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.shapes import KNOWN_COLLECTIONS, KNOWN_PRODUCTS
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.collection_fields import record_id
from posbridge_dagster.model.identity import tail

LINK = "family"
"""Kind of link that products_to_shopify keeps: family number -> digits of its product."""

BY_SKU = "family_by_sku"
"""Kind of link of this flow's own: what was found by SKU, so that it is not asked for again by day."""


def known_products(client: ShopifyClient, ledger: Ledger, groups: pd.DataFrame, articles: pd.DataFrame, *, anew: bool) -> pd.DataFrame:
    """Return KNOWN_PRODUCTS of the families that are in a group; ``anew`` looks up again what was found by SKU before."""
    families = sorted({int(number) for numbers in groups.loc[~groups["deleted"], "families"] for number in numbers})
    linked = ledger.links(LINK, map(str, families))
    rest = [family for family in families if str(family) not in linked]
    by_sku = {} if anew else ledger.links(BY_SKU, map(str, rest))
    found = _by_sku(client, _skus(articles, [family for family in rest if str(family) not in by_sku]))
    ledger.link(BY_SKU, found)
    by_sku = by_sku | found
    rows = [{"family_number": int(family), "product_id": product, "known_by": "link"} for family, product in linked.items()]
    rows += [{"family_number": int(family), "product_id": product, "known_by": "sku"} for family, product in by_sku.items()]
    return KNOWN_PRODUCTS.frame(sorted(rows, key=lambda row: row["family_number"]))


def known_collections(ledger: Ledger, group_numbers: Iterable[int]) -> pd.DataFrame:
    """Return KNOWN_COLLECTIONS: a row per group that was written as a collection."""
    keys = {record_id(int(number)): int(number) for number in group_numbers}
    records = ledger.records(FLOW, keys)
    rows = [{"group_number": keys[key], "collection_id": record.target_id} for key, record in records.items() if record.target_id]
    return KNOWN_COLLECTIONS.frame(rows)


def _skus(articles: pd.DataFrame, families: Iterable[int]) -> dict[str, list[str]]:
    """Return the SKUs that each family's variants may have: the numbers of its articles, and their external ids."""
    rows = articles[articles["family_number"].isin(list(families)) & (articles["article_number"] != 0)]
    skus: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        external = row["ext_article_id"]
        codes = [str(row["article_number"]), *([str(external)] if isinstance(external, str) and external else [])]
        skus.setdefault(str(row["family_number"]), []).extend(codes)
    return skus


def _by_sku(client: ShopifyClient, skus: Mapping[str, list[str]]) -> dict[str, str]:
    found = variants_of_skus(client, sorted({sku for each in skus.values() for sku in each}))
    products = {family: {tail(variant["product"]["id"]) for sku in each for variant in found[sku]} for family, each in skus.items()}
    return {family: next(iter(ids)) for family, ids in products.items() if len(ids) == 1}
