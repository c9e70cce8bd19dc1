"""The flow as Dagster assets: read catalogue and shop, say what products there should be, bring them there."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_kept, check_specs
from posbridge_dagster.flows.configuring import BrakedWriting, Reading, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import plain_failure, said_plainly
from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.frames import READ, told
from posbridge_dagster.flows.products_to_shopify.mapped import map_products
from posbridge_dagster.flows.products_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.products_to_shopify.reading import read_frames
from posbridge_dagster.flows.products_to_shopify.shapes import MAPPED_SHAPES
from posbridge_dagster.flows.products_to_shopify.write import Run, came_from_here, write_products
from posbridge_dagster.flows.showing import calls_metadata, frame_metadata, verdict_metadata
from posbridge_dagster.flows.stages import Stage, frame_key
from posbridge_dagster.flows.telling import frame_in
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.brake import Braked
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES
from posbridge_dagster.storage import FrameStore

POOL = "shopify_products"
"""The pool of the writing op: one run at a time, because a bulk operation belongs to one run."""
READING_OP = "read_catalogue"
CHECKS = {
    "counts_add_up": "every family ended in exactly one outcome",
    "nothing_waits": "no product waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}
_SHOWN = {
    "products": ("family_number", "title", "vendor", "status", "option_names", "outcome", "code"),
    "variants": ("article_number", "family_number", "sku", "price", "compare_at", "option_values", "for_sale"),
    "features": ("family_number", "article_number", "key", "type", "value"),
}


def _out(frame: str, stage: Stage) -> dg.AssetOut:
    return dg.AssetOut(**told(frame, stage))


@dg.multi_asset(name=READING_OP, outs={name: _out(name, "snapshot") for name in READ})
def snapshot(
    config: Reading,
    mplus: dg.ResourceParam[MplusClient],
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read what changed in MplusKASSA's catalogue and what people changed in the shop since the last time, or everything."""
    with said_plainly():
        currency = read_mapping(settings).settings.currency
        stored = {name: frame_store.read(frame_key(FLOW, name, "snapshot").path, None) for name in READ}
        frames = read_frames(mplus, shopify, ledger, settings, currency, stored, everything=config.read_everything)
    for name in READ:
        extra = calls_metadata(mplus=mplus, shopify=shopify) if name == "shop_changes" else {}
        yield dg.Output(frames[name], output_name=name, metadata=frame_metadata(frames[name], clear=("name",)) | extra)


@dg.multi_asset(
    name="map_products",
    ins={name: frame_in(FLOW, name, "snapshot") for name in (*PRODUCT_SHAPES, "shop")},
    outs={name: _out(name, "mapped") for name in MAPPED_SHAPES},
)
def mapped(
    families: pd.DataFrame,
    articles: pd.DataFrame,
    custom_fields: pd.DataFrame,
    sales_prices: pd.DataFrame,
    shop: pd.DataFrame,
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what Shopify should hold, and why some families may not go there."""
    catalogue = {"families": families, "articles": articles, "custom_fields": custom_fields, "sales_prices": sales_prices}
    with said_plainly():
        mapping = read_mapping(settings)
        today = datetime.now(UTC).astimezone(settings.zone).date().isoformat()
        own = came_from_here(ledger, families)
        target = map_products(catalogue, mapping, taxes_included=bool(shop["taxes_included"].iloc[0]), today=today, own=own)
    for name in MAPPED_SHAPES:
        extra = verdict_metadata(target[name], "family_number") if name == "products" else {}
        metadata = frame_metadata(target[name], _SHOWN[name]) | extra | {"mapping": mapping.fingerprint[:12]}
        yield dg.Output(target[name], output_name=name, metadata=metadata)


@dg.multi_asset(
    name="write_shopify_products",
    pool=POOL,
    ins={**{name: frame_in(FLOW, name, "mapped") for name in MAPPED_SHAPES}, "shop_changes": frame_in(FLOW, "shop_changes", "snapshot")},
    outs={"products_result": _out("products", "result")},
    check_specs=check_specs(FLOW, "products", CHECKS),
)
def products_result(
    context: dg.AssetExecutionContext,
    config: BrakedWriting,
    products: pd.DataFrame,
    variants: pd.DataFrame,
    features: pd.DataFrame,
    shop_changes: pd.DataFrame,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Create and update the products that differ, and tell how each family ended; the run fails when one could not be sent."""
    with said_plainly():
        run = Run(
            mapping=read_mapping(settings),
            ledger=ledger,
            owner=Owner.of_this_process(context.run.run_id),
            shopify=shopify.last_in_line(),
            administration=settings.administration_name,
            run_id=context.run.run_id,
            dry_run=is_plan(context, settings),
            release_brake=config.release_brake,
        )
        try:
            result = write_products(run, {"products": products, "variants": variants, "features": features}, shop_changes)
        except Braked as braked:
            raise plain_failure(f"{FLOW}: {braked}") from None
    checks = check_kept(FLOW, "products", result, [str(number) for number in products["family_number"]], ledger, settings)
    yield from ending("products", result, "products", checks, calls_metadata(shopify=shopify))


ASSETS = [snapshot, mapped, products_result]
