"""Which inventory item of the shop each article is: by the links of the ledger, else by SKU.

What was found stays in the frame and is linked, so a quiet run asks nothing. What was not found is asked for again when the article
changes and when everything is read.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.inventory import variants_by_id
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.variants import variants, variants_by_sku
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.model.identity import tail

VARIANT, ITEM = "article", "inventory_item"
"""Kinds of links: article number -> digits of the variant's gid, and of the inventory item's."""
SEARCHED_AT_MOST = 500
"""Above this many articles the whole list of variants costs less than searching for theirs."""

ITEMS = FrameShape(
    "items",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "article of MplusKASSA"),
        "item_id": Column(TEXT, "digits of the inventory item's gid; empty where the shop has none, or several"),
        "variant_id": Column(TEXT, "digits of the variant's gid"),
        "tracked": Column(YES_NO, "sales take from its stock, when it was last read"),
        "candidates": Column(WHOLE, "variants with its SKU"),
    },
)


def current_items(client: ShopifyClient, ledger: Ledger, articles: pd.DataFrame, stored: pd.DataFrame | None) -> pd.DataFrame:
    """Return ITEMS, one row per article of STOCK_ARTICLES of which stock is kept; asks only for articles that are not known yet."""
    wanted = _wanted(articles)
    known = _known(stored, wanted)
    missing = [number for number in wanted if number not in known]
    linked = _linked(client, ledger, [*missing, *(number for number, row in known.items() if row["item_id"] is None)])
    known |= linked
    searched = [number for number in missing if number not in linked]
    found = _by_sku(client, {number: _skus(number, wanted[number][0]) for number in searched}) if searched else {}
    _remember(ledger, {**linked, **found})
    frame = ITEMS.frame([{**row, "article_number": number} for number, row in sorted({**known, **found}.items())])
    frame.attrs = {
        "asked": {str(number): marker for number, (_, marker) in wanted.items() if {**known, **found}[number]["item_id"] is None}
    }
    return frame


def _wanted(articles: pd.DataFrame) -> dict[int, tuple[object, int]]:
    """Return extArticleId and sync marker of each article of which stock is kept."""
    kept = articles[articles["stock_article"].astype(bool)]
    columns = (kept["article_number"].tolist(), kept["ext_article_id"].tolist(), kept["sync_marker"].tolist())
    return {number: (external, marker) for number, external, marker in zip(*columns, strict=True)}


def _known(stored: pd.DataFrame | None, wanted: Mapping[int, tuple[object, int]]) -> dict[int, dict[str, Any]]:
    """Return the rows that need not be asked for: found, or not found and the article has not changed since."""
    if stored is None or list(stored) != list(ITEMS.columns):
        return {}
    asked = {int(number): marker for number, marker in stored.attrs.get("asked", {}).items()}
    columns = {str(name): stored[name].astype(object).where(stored[name].notna(), None).tolist() for name in stored}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return {
        number: row
        for row in rows
        if (number := row["article_number"]) in wanted and (row["item_id"] or asked.get(number) == wanted[number][1])
    }


def _skus(number: int, external: object) -> list[str]:
    return [str(number), *([str(external)] if isinstance(external, str) and external else [])]


def _linked(client: ShopifyClient, ledger: Ledger, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return the rows of articles that the ledger links to a variant; a link to a variant that is gone leads nowhere."""
    links = {int(number): variant for number, variant in ledger.links(VARIANT, map(str, numbers)).items()}
    nodes = variants_by_id(client, sorted(set(links.values()))) if links else {}
    return {number: _row([nodes[variant]]) for number, variant in links.items() if variant in nodes}


def _by_sku(client: ShopifyClient, skus: Mapping[int, list[str]]) -> dict[int, dict[str, Any]]:
    wanted = sorted({sku for each in skus.values() for sku in each})
    found: dict[str, list[Node]] = {}
    if len(wanted) <= SEARCHED_AT_MOST:
        found = variants_by_sku(client, wanted)
    else:
        for page in variants(client):
            for node in page:
                found.setdefault(node["sku"] or "", []).append(node)
    return {number: _row([node for sku in each for node in found.get(sku, [])]) for number, each in skus.items()}


def _row(nodes: Iterable[Node]) -> dict[str, Any]:
    unique = {node["id"]: node for node in nodes}
    node = next(iter(unique.values())) if len(unique) == 1 else None
    return {
        "item_id": tail(node["inventoryItem"]["id"]) if node else None,
        "variant_id": tail(node["id"]) if node else None,
        "tracked": bool(node["inventoryItem"]["tracked"]) if node else None,
        "candidates": len(unique),
    }


def _remember(ledger: Ledger, rows: Mapping[int, Mapping[str, Any]]) -> None:
    there = {str(number): row for number, row in rows.items() if row["item_id"]}
    ledger.link(VARIANT, {number: row["variant_id"] for number, row in there.items()})
    ledger.link(ITEM, {number: row["item_id"] for number, row in there.items()})
