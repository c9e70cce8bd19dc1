"""The relations of MplusKASSA and the variants of Shopify that a day of documents needs."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.inventory import variants_by_id
from posbridge_dagster.clients.shopify.variants import variants_by_sku
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.lines import goods
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.orders_to_shopify.selection import belongs_elsewhere
from posbridge_dagster.flows.orders_to_shopify.shapes import VARIANTS
from posbridge_dagster.ledger import Directory, Ledger, Record, State
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.identity import tail
from posbridge_dagster.snapshots.mplus_directory import refresh_articles, refresh_relations
from posbridge_dagster.snapshots.mplus_document_shapes import RELATIONS

LINK = "article"

Flow = Mapping[OrdersToShopifyOptions]
Frames = MappingOf[str, pd.DataFrame]


def needed_relations(client: MplusClient, directory: Directory, documents: pd.DataFrame) -> pd.DataFrame:
    """Return RELATIONS: the debtors of the day's documents."""
    refresh_relations(client, directory)
    rows = directory.relations(numbers={int(number) for number in documents["relation_number"].dropna()})
    return RELATIONS.frame({name: row[name] for name in RELATIONS.columns} for row in rows)


def needed_variants(
    mplus: MplusClient, shopify: ShopifyClient, directory: Directory, ledger: Ledger, frames: Frames, mapping: Flow, shop: str
) -> pd.DataFrame:
    """Return VARIANTS: for each article sold, the variant it is linked to, else the one whose SKU is its number or extArticleId.

    What is found for sure is linked, so that it is not asked for again; a link whose variant was deleted is dropped before anything
    is written by it.
    """
    refresh_articles(mplus, directory)
    numbers = _sold(frames, mapping, shop)
    external = {int(str(row["article_number"])): str(row["ext_article_id"]) for row in directory.articles(numbers=numbers)}
    _drop_dead_links(shopify, ledger, _sold(_unsent(frames, ledger), mapping, shop))
    linked = ledger.links(LINK, [str(number) for number in numbers])
    rows = [
        {"article_number": number, "variant_id": linked[str(number)], "ext_article_id": external.get(number), "candidates": 1}
        for number in numbers
        if str(number) in linked
    ]
    found = _by_sku(shopify, {number: external.get(number, "") for number in numbers if str(number) not in linked})
    ledger.link(LINK, {str(row["article_number"]): str(row["variant_id"]) for row in found if row["variant_id"]})
    return VARIANTS.frame([*rows, *found])


def _unsent(frames: Frames, ledger: Ledger) -> Frames:
    """Return the frames with the documents only that may be sent: neither sent before, nor held back before they were."""
    documents = frames["documents"]
    records = ledger.records(FLOW, documents["document_id"])
    ended = [key for key, record in records.items() if record.state is State.DONE or _is_held_back(record)]
    return {**frames, "documents": documents[~documents["document_id"].isin(ended)]}


def _is_held_back(record: Record) -> bool:
    return record.state is State.QUARANTINED and not (record.detail or {}).get("refused")


def _drop_dead_links(client: ShopifyClient, ledger: Ledger, numbers: Sequence[int]) -> None:
    linked = ledger.links(LINK, map(str, numbers))
    there = variants_by_id(client, sorted(set(linked.values()))) if linked else {}
    ledger.unlink(LINK, [number for number, variant_id in linked.items() if variant_id not in there])


def _sold(frames: Frames, mapping: Flow, shop: str) -> list[int]:
    """Return the articles that lines of goods name, of documents that may travel."""
    left_out = belongs_elsewhere(frames["documents"], shop, mapping.settings)["document_id"]
    lines = goods(frames["document_lines"])
    lines = lines[lines["document_id"].isin(frames["documents"]["document_id"]) & ~lines["document_id"].isin(left_out)]
    kinds = mapping.apply("order_lines", {**frames, "document_lines": lines}).frame["kind"].fillna("article")
    return sorted({int(number) for number in lines["article_number"][kinds.to_numpy() == "article"]})


def _by_sku(client: ShopifyClient, codes: MappingOf[int, str]) -> list[dict[str, object]]:
    skus = {number: [str(number), *([code] if code else [])] for number, code in codes.items()}
    found = variants_by_sku(client, sorted({sku for each in skus.values() for sku in each})) if skus else {}
    rows: list[dict[str, object]] = []
    for number, wanted in skus.items():
        variants = {tail(variant["id"]) for sku in wanted for variant in found[sku]}
        variant_id = next(iter(variants)) if len(variants) == 1 else None
        rows.append(
            {"article_number": number, "variant_id": variant_id, "ext_article_id": codes[number] or None, "candidates": len(variants)}
        )
    return rows
