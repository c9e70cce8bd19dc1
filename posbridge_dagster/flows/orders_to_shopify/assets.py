"""The flow as Dagster assets: read the documents of a day, map them, write their customers, write them."""

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_specs
from posbridge_dagster.flows.configuring import Reading, Writing, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.checks import CHECKS, check_results
from posbridge_dagster.flows.orders_to_shopify.directory import needed_relations, needed_variants
from posbridge_dagster.flows.orders_to_shopify.frames import told
from posbridge_dagster.flows.orders_to_shopify.mapped import map_customers, map_documents
from posbridge_dagster.flows.orders_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_shopify.metadata import mapped_metadata, snapshot_metadata
from posbridge_dagster.flows.orders_to_shopify.run import Run
from posbridge_dagster.flows.orders_to_shopify.selection import own_mark
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_SHAPES
from posbridge_dagster.flows.orders_to_shopify.write import write_documents
from posbridge_dagster.flows.orders_to_shopify.write_customers import write_customers
from posbridge_dagster.flows.showing import calls_metadata, result_metadata
from posbridge_dagster.flows.stages import Stage, frame_key
from posbridge_dagster.ledger import Directory, Ledger, Owner
from posbridge_dagster.partitions import open_days
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES
from posbridge_dagster.snapshots.mplus_reading import day_of_documents
from posbridge_dagster.storage import FrameStore

DAYS = open_days()
READ = [*(name for name in DOCUMENT_SHAPES if name != "documents"), "documents"]  # documents last: it carries how far the day was read


def asset_in(frame: str, stage: Stage) -> dg.AssetIn:
    """Return a frame of this flow as an input."""
    return dg.AssetIn(key=frame_key(FLOW, frame, stage))


def _out(frame: str, stage: Stage) -> dg.AssetOut:
    return dg.AssetOut(**told(frame, stage))


@dg.multi_asset(name="read_mplus_documents", partitions_def=DAYS, outs={name: _out(name, "snapshot") for name in READ})
def snapshot(
    context: dg.AssetExecutionContext,
    config: Reading,
    mplus: dg.ResourceParam[MplusClient],
    settings: dg.ResourceParam[Settings],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read the orders, invoices and credits of a financial date, or what changed in them since the last time."""
    with said_plainly():
        options, day = read_mapping(settings).settings, context.partition_key
        keys = {name: frame_key(FLOW, name, "snapshot").path for name in READ}
        stored = {} if config.read_everything else {name: frame_store.read(key, day) for name, key in keys.items()}
        frames = day_of_documents(mplus, date.fromisoformat(day), options.currency, stored, own=own_mark(settings.shop_handle))
    for name in READ:
        extra = calls_metadata(mplus=mplus) if name == "documents" else {}
        yield dg.Output(frames[name], output_name=name, metadata=snapshot_metadata(name, frames[name]) | extra)


@dg.multi_asset(
    name="read_relations_and_variants",
    partitions_def=DAYS,
    ins={name: asset_in(name, "snapshot") for name in ("documents", "document_lines")},
    outs={name: _out(name, "snapshot") for name in ("relations", "variants")},
)
def directory(
    documents: pd.DataFrame,
    document_lines: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Find the relations that the documents are billed to, and the variants that their articles are."""
    with said_plainly():
        copy = Directory(ledger)
        relations = needed_relations(mplus, copy, documents)
        frames = {"documents": documents, "document_lines": document_lines, "relations": relations}
        variants = needed_variants(mplus, shopify, copy, ledger, frames, read_mapping(settings), settings.shop_handle)
    yield dg.Output(relations, output_name="relations", metadata=snapshot_metadata("relations", relations))
    yield dg.Output(variants, output_name="variants", metadata=snapshot_metadata("variants", variants) | calls_metadata(shopify=shopify))


@dg.multi_asset(
    name="map_documents",
    partitions_def=DAYS,
    ins={name: asset_in(name, "snapshot") for name in (*DOCUMENT_SHAPES, "relations", "variants")},
    outs={name: _out(name, "mapped") for name in MAPPED_SHAPES},
)
def mapped(
    documents: pd.DataFrame,
    document_lines: pd.DataFrame,
    document_taxes: pd.DataFrame,
    document_payments: pd.DataFrame,
    relations: pd.DataFrame,
    variants: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what Shopify should hold, and why some documents may not go there."""
    tables = (documents, document_lines, document_taxes, document_payments, relations)
    frames = dict(zip((*DOCUMENT_SHAPES, "relations"), tables, strict=True))
    with said_plainly():
        mapping = read_mapping(settings)
        target = map_documents(frames, variants, mapping, settings.shop_handle, settings.administration_name)
        target["customers"] = map_customers(frames, mapping)
    for name in MAPPED_SHAPES:
        yield dg.Output(target[name], output_name=name, metadata=mapped_metadata(name, target[name], mapping))


@dg.multi_asset(
    name="write_shopify_customers",
    partitions_def=DAYS,
    ins={"customers": asset_in("customers", "mapped"), "orders": asset_in("orders", "mapped")},
    outs={"customers_result": _out("customers", "result")},
)
def customers_result(
    context: dg.AssetExecutionContext,
    config: Writing,
    customers: pd.DataFrame,
    orders: pd.DataFrame,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> dg.Output[pd.DataFrame]:
    """Find or make the customer of each relation whose document will be written."""
    with said_plainly():
        result = write_customers(_run(context, shopify, ledger, settings), customers, orders)
    return dg.Output(result, metadata=result_metadata(result) | calls_metadata(shopify=shopify))


@dg.multi_asset(
    name="write_shopify_orders",
    partitions_def=DAYS,
    ins={
        "documents": asset_in("documents", "snapshot"),
        "document_lines": asset_in("document_lines", "snapshot"),
        "orders": asset_in("orders", "mapped"),
        "order_lines": asset_in("order_lines", "mapped"),
        "order_payments": asset_in("order_payments", "mapped"),
        "customers": asset_in("customers", "result"),
    },
    outs={"orders_result": _out("orders", "result")},
    check_specs=check_specs(FLOW, "orders", CHECKS),
)
def orders_result(
    context: dg.AssetExecutionContext,
    config: Writing,
    documents: pd.DataFrame,
    document_lines: pd.DataFrame,
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
    order_payments: pd.DataFrame,
    customers: pd.DataFrame,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Write each document of the day once, and say how it ended; the run fails when one could not be sent."""
    sources: Mapping[str, pd.DataFrame] = {"documents": documents, "document_lines": document_lines}
    target = {"orders": orders, "order_lines": order_lines, "order_payments": order_payments}
    with said_plainly():
        run = _run(context, shopify, ledger, settings)
        result = write_documents(run, sources, target, customers)
    checks = check_results(result, documents, ledger, settings, dry_run=run.dry_run)
    yield from ending("orders", result, "documents", checks, calls_metadata(shopify=shopify))


def _run(context: dg.AssetExecutionContext, shopify: ShopifyClient, ledger: Ledger, settings: Settings) -> Run:
    run_id = context.run.run_id
    return Run(
        mapping=read_mapping(settings),
        ledger=ledger,
        owner=Owner.of_this_process(run_id),
        shopify=shopify,
        administration=settings.administration_name,
        run_id=run_id,
        dry_run=is_plan(context, settings),
    )


ASSETS = [snapshot, directory, mapped, customers_result, orders_result]
