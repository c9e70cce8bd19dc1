"""Reads the catalogue and the shop, or what changed in them since the last time."""

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.flows.currencies import require_currency
from posbridge_dagster.flows.products_to_shopify.drift import shop_changes
from posbridge_dagster.flows.products_to_shopify.shapes import SHOP
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES
from posbridge_dagster.snapshots.mplus_products import catalogue

Frames = dict[str, pd.DataFrame]


def read_frames(
    mplus: MplusClient,
    shopify: ShopifyClient,
    ledger: Ledger,
    settings: Settings,
    currency: str,
    stored: Mapping[str, pd.DataFrame | None],
    *,
    everything: bool,
) -> Frames:
    """Return the catalogue, ``shop`` and ``shop_changes``; ``stored`` are the frames of the last time, by name.

    Raises Misconfigured when the shop sells in another currency than the administration keeps.
    """
    before = {} if everything else stored
    frames = catalogue(mplus, currency, {name: before.get(name) for name in PRODUCT_SHAPES})
    frames["shop"] = _shop(shopify, settings.shop_handle, before.get("shop"))
    require_currency(str(frames["shop"]["currency"].iloc[0]), currency)
    overlap = timedelta(minutes=settings.overlap_minutes)
    families = [int(number) for number in frames["families"]["family_number"]]
    frames["shop_changes"] = shop_changes(shopify, ledger, families, overlap, everything=everything)
    return frames


def _shop(client: ShopifyClient, handle: str, stored: pd.DataFrame | None) -> pd.DataFrame:
    """Return SHOP; what was read before is believed until everything is read again, once a night."""
    if stored is not None and list(stored) == list(SHOP.columns):
        return stored
    shop = client.execute(document("shop"))["shop"]
    return SHOP.frame([{"shop": handle, "taxes_included": shop["taxesIncluded"], "currency": shop["currencyCode"]}])
