"""The flow as Dagster assets: read the shop's products, say what families there should be, bring them there."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_kept, check_specs
from posbridge_dagster.flows.configuring import BrakedWriting, Reading, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import plain_failure, said_plainly
from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.frames import told
from posbridge_dagster.flows.products_to_mplus.mapped import map_families
from posbridge_dagster.flows.products_to_mplus.mapping_file import read_mapping
from posbridge_dagster.flows.products_to_mplus.reading import shop_frames
from posbridge_dagster.flows.products_to_mplus.shapes import MAPPED_SHAPES, SHOP_SHAPES
from posbridge_dagster.flows.products_to_mplus.write import Run, came_from_the_till, write_families
from posbridge_dagster.flows.showing import calls_metadata, frame_metadata, verdict_metadata
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.flows.telling import frame_in
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.brake import Braked
from posbridge_dagster.settings import Settings
from posbridge_dagster.storage import FrameStore

POOL = "mplus_products"
READING_OP = "read_shop_products"
CHECKS = {
    "counts_add_up": "every product ended in exactly one outcome",
    "nothing_waits": "no product waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}


@dg.multi_asset(name=READING_OP, outs={name: dg.AssetOut(**told(name, "snapshot")) for name in SHOP_SHAPES})
def snapshot(
    config: Reading,
    shopify: dg.ResourceParam[ShopifyClient],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read the shop's products, or what changed in them since the last time."""
    with said_plainly():
        options = read_mapping(settings).settings
        keys = {name: frame_key(FLOW, name, "snapshot").path for name in SHOP_SHAPES}
        stored = {} if config.read_everything else {name: frame_store.read(key, None) for name, key in keys.items()}
        frames = shop_frames(shopify, options, timedelta(minutes=settings.overlap_minutes), stored)
    for name in SHOP_SHAPES:
        extra = calls_metadata(shopify=shopify) if name == "shop_products" else {}
        yield dg.Output(frames[name], output_name=name, metadata=frame_metadata(frames[name]) | extra)


@dg.multi_asset(
    name="map_families",
    ins={name: frame_in(FLOW, name, "snapshot") for name in SHOP_SHAPES},
    outs={name: dg.AssetOut(**told(name, "mapped")) for name in MAPPED_SHAPES},
)
def mapped(
    shop_products: pd.DataFrame,
    shop_variants: pd.DataFrame,
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what MplusKASSA should hold, and why some products may not go there."""
    with said_plainly():
        mapping = read_mapping(settings)
        own = came_from_the_till(ledger, shop_products)
        target = map_families({"shop_products": shop_products, "shop_variants": shop_variants}, mapping, own=own)
    for name in MAPPED_SHAPES:
        extra = verdict_metadata(target[name], "product_id") if name == "families" else {}
        yield dg.Output(target[name], output_name=name, metadata=frame_metadata(target[name], clear=("description",)) | extra)


@dg.multi_asset(
    name="write_mplus_products",
    pool=POOL,
    ins={name: frame_in(FLOW, name, "mapped") for name in MAPPED_SHAPES},
    outs={"families_result": dg.AssetOut(**told("families", "result"))},
    check_specs=check_specs(FLOW, "families", CHECKS),
)
def families_result(
    context: dg.AssetExecutionContext,
    config: BrakedWriting,
    families: pd.DataFrame,
    articles: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Create and update the families that differ, and tell how each product ended; the run fails when one could not be sent."""
    with said_plainly():
        run = Run(
            mapping=read_mapping(settings),
            ledger=ledger,
            owner=Owner.of_this_process(context.run.run_id),
            mplus=mplus,
            run_id=context.run.run_id,
            dry_run=is_plan(context, settings),
            release_brake=config.release_brake,
        )
        try:
            result = write_families(run, families, articles)
        except Braked as braked:
            raise plain_failure(f"{FLOW}: {braked}") from None
    checks = check_kept(FLOW, "families", result, families["product_id"], ledger, settings)
    yield from ending("families", result, "products", checks, calls_metadata(mplus=mplus))


ASSETS = [snapshot, mapped, families_result]
