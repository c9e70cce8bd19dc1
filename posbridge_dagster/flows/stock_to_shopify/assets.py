"""The flow as Dagster assets: read stock and sales, say what each level should be, set the levels that differ."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_result, check_specs, counts_add_up
from posbridge_dagster.flows.configuring import BrakedWriting, Reading, everything_was_read, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import plain_failure, said_plainly
from posbridge_dagster.flows.showing import calls_metadata, frame_metadata, verdict_metadata
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.flows.stock_to_shopify import FLOW
from posbridge_dagster.flows.stock_to_shopify.drift import IN_FLIGHT, ONLY_TOLD, remembered_drift
from posbridge_dagster.flows.stock_to_shopify.frames import READ, told
from posbridge_dagster.flows.stock_to_shopify.in_flight import pieces_in_flight
from posbridge_dagster.flows.stock_to_shopify.mapped import map_levels
from posbridge_dagster.flows.stock_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.stock_to_shopify.metadata import drift_metadata
from posbridge_dagster.flows.stock_to_shopify.reading import Reader
from posbridge_dagster.flows.stock_to_shopify.write import Run, StockTooOld, write_levels
from posbridge_dagster.flows.telling import frame_in
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.brake import Braked
from posbridge_dagster.settings import Settings
from posbridge_dagster.storage import FrameStore

POOL = "shopify_stock"
"""The pool of the writing op: one run at a time, and none of a catalogue in its way (dagster.yaml)."""
READING_OP = "read_stock"
CHECKS = {
    "counts_add_up": "every level ended in exactly one outcome",
    "levels_agree": "a full compare leaves no difference that is neither repaired nor explained",
}


@dg.multi_asset(name=READING_OP, outs={name: dg.AssetOut(**told(name, "snapshot")) for name in READ})
def snapshot(
    config: Reading,
    mplus: dg.ResourceParam[MplusClient],
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read what moved in MplusKASSA and what Shopify sold since the last time, or everything."""
    stored = {name: frame_store.read(frame_key(FLOW, name, "snapshot").path, None) for name in READ}
    with said_plainly():
        reader = Reader(mplus, shopify.first_in_line(), ledger, read_mapping(settings).settings)
        frames = reader.read(stored, everything=config.read_everything)
    for name in READ:
        extra = calls_metadata(mplus=mplus, shopify=shopify) if name == "stock" else {}
        yield dg.Output(frames[name], output_name=name, metadata=frame_metadata(frames[name]) | extra)


@dg.multi_asset(
    name="map_stock",
    ins={name: frame_in(FLOW, name, "snapshot") for name in READ},
    outs={"levels": dg.AssetOut(**told("levels", "mapped"))},
)
def mapped(
    sales: pd.DataFrame,
    articles: pd.DataFrame,
    stock: pd.DataFrame,
    items: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.Output[pd.DataFrame]:
    """Say how many pieces Shopify should hold of each article at each location."""
    with said_plainly():
        mapping = read_mapping(settings)
        in_flight = pieces_in_flight(sales, items, mapping.settings)
        levels = map_levels({"stock": stock, "articles": articles, "items": items}, mapping, in_flight)
    shown = ("level_id", "free", "safety_margin", "in_flight", "quantity", "outcome", "code")
    metadata = frame_metadata(levels, shown) | verdict_metadata(levels, "level_id") | {"pieces_in_flight": int(levels["in_flight"].sum())}
    return dg.Output(levels, metadata=metadata | {"mapping": mapping.fingerprint[:12]})


@dg.multi_asset(
    name="write_shopify_levels",
    pool=POOL,
    ins={"levels": frame_in(FLOW, "levels", "mapped"), **{name: frame_in(FLOW, name, "snapshot") for name in ("sales", "stock", "items")}},
    outs={
        "levels_result": dg.AssetOut(**told("levels", "result")),
        "stock_drift": dg.AssetOut(**told("stock_drift", "result"), is_required=False),
    },
    check_specs=check_specs(FLOW, "levels", CHECKS),
)
def levels_result(
    context: dg.AssetExecutionContext,
    config: BrakedWriting,
    levels: pd.DataFrame,
    sales: pd.DataFrame,
    stock: pd.DataFrame,
    items: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[Ended]:
    """Set the levels that differ, tell how each ended, and, when everything was read, what had drifted."""
    with said_plainly():
        reader = Reader(mplus, shopify.first_in_line(), ledger, read_mapping(settings).settings)
        run = Run(reader, context.run.run_id, is_plan(context, settings), config.release_brake)
        try:
            ended = write_levels(run, levels, {"sales": sales, "stock": stock, "items": items})
        except (Braked, StockTooOld) as stopped:
            raise plain_failure(f"{FLOW}: {stopped}") from None
    if ended.drift is not None:
        earlier = frame_store.read(frame_key(FLOW, "stock_drift", "result").path, None)
        remembered = remembered_drift(earlier, ended.drift, datetime.now(UTC))
        yield dg.Output(remembered, output_name="stock_drift", metadata=drift_metadata(ended.drift, remembered))
    checks = [counts_add_up(FLOW, "levels", ended.result, levels["level_id"]), _levels_agree(ended.drift)]
    shown = calls_metadata(shopify=shopify) | {"compared": everything_was_read(stock)}
    yield from ending("levels", ended.result, "stock levels", checks, shown)


def _levels_agree(drift: pd.DataFrame | None) -> dg.AssetCheckResult:
    left = 0 if drift is None else int((~drift["repaired"].astype(bool) & ~drift["cause"].isin([*ONLY_TOLD, IN_FLIGHT])).sum())
    return check_result(FLOW, "levels", "levels_agree", left == 0, {"compared": drift is not None, "not_repaired": left})


ASSETS = [snapshot, mapped, levels_result]
