"""The shop's products as frames, read once and then kept up to date by what changed since.

How far was read is kept with the ``shop_products`` frame (``attrs``). A product that was deleted is found when everything is read.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.products import product_changes, products_by_ids
from posbridge_dagster.flows.currencies import require_currency
from posbridge_dagster.flows.products_to_mplus.options import ProductsToMplusOptions
from posbridge_dagster.flows.products_to_mplus.shapes import SHOP_PRODUCTS, SHOP_SHAPES, SHOP_VARIANTS
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import minor_units

Frames = dict[str, pd.DataFrame]
READ_AT = "read_at"
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def shop_frames(
    client: ShopifyClient, options: ProductsToMplusOptions, overlap: timedelta, stored: Mapping[str, pd.DataFrame | None]
) -> Frames:
    """Return SHOP_PRODUCTS and SHOP_VARIANTS: all products where nothing is stored, else the stored ones brought up to date.

    Raises Misconfigured when the shop sells in another currency than the administration keeps.
    """
    now = datetime.now(UTC)
    known = {name: frame for name, frame in stored.items() if frame is not None and list(frame) == list(SHOP_SHAPES[name].columns)}
    before = known["shop_products"] if known.keys() == SHOP_SHAPES.keys() else None
    since = datetime.fromisoformat(before.attrs[READ_AT]) - overlap if before is not None else FIRST_DAY
    versions = {} if before is None else dict(zip(before["product_id"], before["updated_at"], strict=True))
    pages = product_changes(client, since)
    changed = [node["id"] for page in pages for node in page if versions.get(tail(node["id"])) != node["updatedAt"]]
    fresh = _frames(client, options, changed)
    if before is not None:
        fresh = {name: _merged(name, known[name], fresh) for name in SHOP_SHAPES}
    fresh["shop_products"].attrs = {READ_AT: now.isoformat()}
    return fresh


def _frames(client: ShopifyClient, options: ProductsToMplusOptions, ids: list[str]) -> Frames:
    if not ids:
        return {name: shape.frame() for name, shape in SHOP_SHAPES.items()}
    shop = client.execute(document("shop"))["shop"]
    if options.enabled:
        require_currency(shop["currencyCode"], options.currency)
    nodes = products_by_ids(client, ids).values()
    products = SHOP_PRODUCTS.frame(_product(node, bool(shop["taxesIncluded"])) for node in nodes)
    return {"shop_products": products, "shop_variants": SHOP_VARIANTS.frame(_variants(nodes, options, shop))}


def _merged(name: str, known: pd.DataFrame, fresh: Frames) -> pd.DataFrame:
    if fresh["shop_products"].empty:
        return known
    kept = known[~known["product_id"].isin(fresh["shop_products"]["product_id"])]
    return SHOP_SHAPES[name].conform(pd.concat([kept, fresh[name]], ignore_index=True))


def _product(node: Mapping[str, Any], taxes_included: bool) -> dict[str, Any]:
    return {
        "product_id": tail(node["id"]),
        "title": node["title"],
        "description": node["descriptionHtml"] or None,
        "vendor": node["vendor"] or None,
        "product_type": node["productType"] or None,
        "tags": list(node["tags"]),
        "status": node["status"],
        "custom_id": (node["customId"] or {}).get("value"),
        "taxes_included": taxes_included,
        "updated_at": node["updatedAt"],
    }


def _variants(nodes: Iterable[Mapping[str, Any]], options: ProductsToMplusOptions, shop: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    currency, taxes_included = shop["currencyCode"], shop["taxesIncluded"]
    for node in nodes:
        for variant in node["variants"]:
            item = variant["inventoryItem"]
            values = {selected["name"]: selected["value"] for selected in variant["selectedOptions"]}
            cost = (item["unitCost"] or {}).get("amount")
            yield {
                "variant_id": tail(variant["id"]),
                "product_id": tail(node["id"]),
                "item_id": tail(item["id"]),
                "position": variant["position"],
                "sku": variant["sku"] or None,
                "barcode": variant["barcode"] or None,
                "price_minor" if taxes_included else "price_excl_minor": minor_units(variant["price"], currency),
                "cost_minor": minor_units(cost, currency) if cost else None,
                "taxable": variant["taxable"],
                "tracked": item["tracked"],
                "colour": values.get(options.colour_option),
                "size": values.get(options.size_option),
                "currency": currency,
            }
