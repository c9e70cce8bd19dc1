"""The flow as Dagster assets: read the orders of a day, map them, write their customers, write them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_specs
from posbridge_dagster.flows.configuring import Reading, Writing, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.checks import CHECKS, check_results
from posbridge_dagster.flows.orders_to_mplus.directory import needed_articles, needed_relations
from posbridge_dagster.flows.orders_to_mplus.frames import MAPPED, told
from posbridge_dagster.flows.orders_to_mplus.mapped import map_customers, map_orders
from posbridge_dagster.flows.orders_to_mplus.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_mplus.metadata import mapped_metadata, snapshot_metadata
from posbridge_dagster.flows.orders_to_mplus.returns import SOURCES
from posbridge_dagster.flows.orders_to_mplus.run import Run
from posbridge_dagster.flows.orders_to_mplus.watching import WATCHED, day_volume, watch_results
from posbridge_dagster.flows.orders_to_mplus.write import write_customers, write_orders
from posbridge_dagster.flows.orders_to_mplus.write_changes import GivenBack
from posbridge_dagster.flows.showing import calls_metadata, result_metadata
from posbridge_dagster.flows.stages import Stage, frame_key
from posbridge_dagster.ledger import Directory, Ledger, Owner
from posbridge_dagster.partitions import open_days
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.bulk_or_pages import reader
from posbridge_dagster.snapshots.order_shapes import SHAPES
from posbridge_dagster.snapshots.reading import bring_up_to_date
from posbridge_dagster.storage import FrameStore

DAYS = open_days()


def key(frame: str, stage: Stage) -> dg.AssetKey:
    """Return the asset key of a frame of this flow."""
    return frame_key(FLOW, frame, stage)


def asset_in(frame: str, stage: Stage) -> dg.AssetIn:
    """Return a frame of this flow as an input."""
    return dg.AssetIn(key=key(frame, stage))


def asset_out(frame: str, stage: Stage) -> dg.AssetOut:
    """Return a frame of this flow as an output, with what the UI tells of it."""
    return dg.AssetOut(**told(frame, stage))


@dg.multi_asset(
    name="read_shopify_orders",
    partitions_def=DAYS,
    outs={
        name: asset_out(name, "snapshot")
        for name in [*(name for name in SHAPES if name != "orders"), "orders"]  # orders last: it carries how far the day was read
    },
)
def snapshot(
    context: dg.AssetExecutionContext,
    config: Reading,
    shopify: dg.ResourceParam[ShopifyClient],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read the orders of a day, or what changed in them since the last time."""
    with said_plainly():
        options = read_mapping(settings).settings
        stored = (
            {} if config.read_everything else {name: frame_store.read(key(name, "snapshot").path, context.partition_key) for name in SHAPES}
        )
        window = context.partition_time_window
        frames = bring_up_to_date(
            stored,
            reader(shopify, window.start, settings.bulk_above),
            (window.start, window.end),
            options.channel,
            timedelta(minutes=settings.overlap_minutes),
            settings.zone,
        )
    for name in [name for name in SHAPES if name != "orders"] + ["orders"]:
        extra = calls_metadata(shopify=shopify) if name == "orders" else {}
        yield dg.Output(frames[name], output_name=name, metadata=snapshot_metadata(name, frames[name]) | extra)


@dg.multi_asset(
    name="read_mplus_directory",
    partitions_def=DAYS,
    ins={name: asset_in(name, "snapshot") for name in SOURCES},
    outs={name: asset_out(name, "snapshot") for name in ("articles", "relations")},
    internal_asset_deps={
        "articles": {key(name, "snapshot") for name in SOURCES if name != "customers"},
        "relations": {key("customers", "snapshot")},
    },
)
def directory(
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
    order_payments: pd.DataFrame,
    refunds: pd.DataFrame,
    refund_lines: pd.DataFrame,
    refund_payments: pd.DataFrame,
    exchanges: pd.DataFrame,
    customers: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Bring the local copy of articles and relations up to date and take out what the day needs."""
    with said_plainly():
        mapping = read_mapping(settings)
        copy = Directory(ledger)
        tables = (orders, order_lines, order_payments, refunds, refund_lines, refund_payments, exchanges, customers)
        frames = dict(zip(SOURCES, tables, strict=True))
        articles = needed_articles(mplus, copy, frames, mapping)
        relations = needed_relations(mplus, copy, ledger, frames, settings.shop_handle, mapping)
    yield dg.Output(articles, output_name="articles", metadata=snapshot_metadata("articles", articles))
    yield dg.Output(relations, output_name="relations", metadata=snapshot_metadata("relations", relations) | calls_metadata(mplus=mplus))


@dg.multi_asset(
    name="map_orders",
    partitions_def=DAYS,
    ins={name: asset_in(name, "snapshot") for name in ("orders", "order_lines", "order_payments", "exchanges", "customers", "articles")},
    outs={name: asset_out(name, "mapped") for name in MAPPED},
    internal_asset_deps={
        "customers": {key("customers", "snapshot")},
        "order_lines": {key(name, "snapshot") for name in ("orders", "order_lines", "exchanges", "articles")},
        "order_payments": {key(name, "snapshot") for name in ("orders", "order_payments", "exchanges")},
        "orders": {key(name, "snapshot") for name in ("orders", "order_lines", "order_payments", "exchanges", "customers", "articles")},
    },
)
def mapped(
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
    order_payments: pd.DataFrame,
    exchanges: pd.DataFrame,
    customers: pd.DataFrame,
    articles: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what MplusKASSA should hold, and why some orders may not go there."""
    with said_plainly():
        mapping = read_mapping(settings)
        frames = {"orders": orders, "order_lines": order_lines, "order_payments": order_payments, "exchanges": exchanges}
        frames["customers"] = customers
        target = map_orders(frames, articles, mapping, settings.shop_handle) | {"customers": map_customers(frames, mapping)}
    for name in MAPPED:
        yield dg.Output(target[name], output_name=name, metadata=mapped_metadata(name, target[name], mapping))


@dg.multi_asset(
    name="write_customers",
    partitions_def=DAYS,
    ins={
        "customers": asset_in("customers", "mapped"),
        "orders": asset_in("orders", "mapped"),
        "refunds": asset_in("refunds", "mapped"),
        "relations": asset_in("relations", "snapshot"),
    },
    outs={"customers_result": asset_out("customers", "result")},
)
def customers_result(
    context: dg.AssetExecutionContext,
    config: Writing,
    customers: pd.DataFrame,
    orders: pd.DataFrame,
    refunds: pd.DataFrame,
    relations: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> dg.Output[pd.DataFrame]:
    """Find, create or update the relation of each customer whose order or refund will be written."""
    with said_plainly():
        run = run_of(context, mplus, ledger, settings)
        result = write_customers(run, customers, pd.concat([orders, refunds], ignore_index=True), relations)
    return dg.Output(result, metadata=result_metadata(result) | calls_metadata(mplus=mplus))


@dg.multi_asset(
    name="write_orders",
    partitions_def=DAYS,
    ins={
        "source_orders": asset_in("orders", "snapshot"),
        "source_lines": asset_in("order_lines", "snapshot"),
        "orders": asset_in("orders", "mapped"),
        "order_lines": asset_in("order_lines", "mapped"),
        "order_payments": asset_in("order_payments", "mapped"),
        "refunds": asset_in("refunds", "mapped"),
        "refund_payments": asset_in("refund_payments", "mapped"),
        "customers": asset_in("customers", "result"),
    },
    outs={"orders_result": asset_out("orders", "result")},
    check_specs=check_specs(FLOW, "orders", CHECKS | WATCHED),
)
def orders_result(
    context: dg.AssetExecutionContext,
    config: Writing,
    source_orders: pd.DataFrame,
    source_lines: pd.DataFrame,
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
    order_payments: pd.DataFrame,
    refunds: pd.DataFrame,
    refund_payments: pd.DataFrame,
    customers: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[Ended]:
    """Write each order of the day once, and say how it ended; the run fails when an order could not be sent."""
    with said_plainly():
        run = run_of(context, mplus, ledger, settings)
        sources = {"orders": source_orders, "order_lines": source_lines}
        mapped = {"orders": orders, "order_lines": order_lines, "order_payments": order_payments}
        result = write_orders(run, sources, mapped, customers, GivenBack.of(refunds, refund_payments))
    watched = _watched(frame_store, date.fromisoformat(context.partition_key), settings)
    checks = chain(check_results(result, source_orders, ledger, settings, dry_run=run.dry_run), watched)
    yield from ending("orders", result, "orders", checks, calls_metadata(mplus=mplus))


def _watched(frame_store: FrameStore, day: date, settings: Settings) -> Iterator[dg.AssetCheckResult]:
    """Compare the day with earlier ones, only when it is asked: what was written is told first, whatever an earlier frame is like."""
    now = datetime.now(UTC)
    with said_plainly():
        volume = day_volume(frame_store, day, now, settings.zone)
    yield from watch_results(volume, now.date())


def run_of(context: dg.AssetExecutionContext, mplus: MplusClient, ledger: Ledger, settings: Settings) -> Run:
    """Return what writing needs besides the frames."""
    run_id = context.run.run_id
    return Run(
        mapping=read_mapping(settings),
        ledger=ledger,
        owner=Owner.of_this_process(run_id),
        mplus=mplus,
        shop=settings.shop_handle,
        run_id=run_id,
        dry_run=is_plan(context, settings),
    )


ASSETS = [snapshot, directory, mapped, customers_result, orders_result]
