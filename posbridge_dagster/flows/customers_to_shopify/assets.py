"""The flow as Dagster assets: read what changed of the relations, map them all, write what differs."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.checking import check_kept, check_specs
from posbridge_dagster.flows.configuring import EVERYTHING, Reading, Writing, everything_was_read, is_plan
from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.flows.customers_to_shopify.frames import told
from posbridge_dagster.flows.customers_to_shopify.links import known_customers
from posbridge_dagster.flows.customers_to_shopify.mapped import map_customers
from posbridge_dagster.flows.customers_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.customers_to_shopify.shapes import MAPPED_CUSTOMERS
from posbridge_dagster.flows.customers_to_shopify.write import Run, write_customers
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.lineage import column_lineage
from posbridge_dagster.flows.showing import calls_metadata, frame_metadata, verdict_metadata
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.flows.telling import frame_in
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.customer_fields import record_id
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_relations import read_relations
from posbridge_dagster.storage import FrameStore

BESIDE_THE_FILE = {
    "relation_number": ["relations.relation_number"],
    "custom_id": ["relations.relation_number"],
    "customer_id": ["known_customers.customer_id", "relations.ext_relation_id"],
    "origin": ["relations.ext_relation_id"],
    "active": ["relations.active"],
}
"""Columns of the mapped frame that the flow adds to those of the mapping file."""

CHECKS = {
    "counts_add_up": "every relation ended in exactly one outcome",
    "nothing_waits": "no customer waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}


@dg.multi_asset(
    name="read_all_relations",
    outs={name: dg.AssetOut(**told(name, "snapshot")) for name in ("relations", "known_customers")},
)
def snapshot(
    config: Reading,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    frame_store: dg.ResourceParam[FrameStore],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read what changed of the relations since the last time, or all of them, and which customers they are known to be."""
    with said_plainly():
        stored = None if config.read_everything else frame_store.read(frame_key(FLOW, "relations", "snapshot").path, None)
        relations = read_relations(mplus, stored)
        known = known_customers(ledger, relations["relation_number"])
    relations.attrs[EVERYTHING] = config.read_everything
    metadata = frame_metadata(relations, ("relation_number", "name", "email", "city", "active")) | calls_metadata(mplus=mplus)
    yield dg.Output(relations, output_name="relations", metadata=metadata)
    yield dg.Output(known, output_name="known_customers", metadata=frame_metadata(known))


@dg.multi_asset(
    name="map_all_relations",
    ins={name: frame_in(FLOW, name, "snapshot") for name in ("relations", "known_customers")},
    outs={"customers": dg.AssetOut(**told("customers", "mapped"))},
)
def mapped(relations: pd.DataFrame, known_customers: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.Output[pd.DataFrame]:
    """Say what the customers of the shop should be, and why some relations are none."""
    with said_plainly():
        mapping = read_mapping(settings)
        customers = map_customers(relations, known_customers, mapping, settings.shop_handle, settings.administration_name)
    metadata = frame_metadata(customers, ("relation_number", "last_name", "email", "city", "outcome"))
    metadata |= verdict_metadata(customers, "relation_number") | {"mapping": mapping.fingerprint[:12]}
    lineage = column_lineage(mapping, "customers", MAPPED_CUSTOMERS.columns, BESIDE_THE_FILE, {})
    return dg.Output(customers, metadata=metadata | {"dagster/column_lineage": lineage})


@dg.multi_asset(
    name="keep_shopify_customers",
    ins={"relations": frame_in(FLOW, "relations", "snapshot"), "customers": frame_in(FLOW, "customers", "mapped")},
    outs={"customers_result": dg.AssetOut(**told("customers", "result"))},
    check_specs=check_specs(FLOW, "customers", CHECKS),
)
def result(
    context: dg.AssetExecutionContext,
    config: Writing,
    relations: pd.DataFrame,
    customers: pd.DataFrame,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Make or change the customers that are not as they should be; the run fails when one could not be sent."""
    with said_plainly():
        run = _run(context, shopify, ledger, settings)
        ended = write_customers(run, customers, everyone=everything_was_read(relations))
    checks = check_kept(FLOW, "customers", ended, [record_id(int(number)) for number in relations["relation_number"]], ledger, settings)
    yield from ending("customers", ended, "customers", checks, calls_metadata(shopify=shopify))


def _run(context: dg.AssetExecutionContext, shopify: ShopifyClient, ledger: Ledger, settings: Settings) -> Run:
    run_id = context.run.run_id
    return Run(
        mapping=read_mapping(settings),
        ledger=ledger,
        owner=Owner.of_this_process(run_id),
        shopify=shopify.last_in_line(),
        administration=settings.administration_name,
        run_id=run_id,
        overlap=timedelta(minutes=settings.overlap_minutes),
        dry_run=is_plan(context, settings),
    )


ASSETS = [snapshot, mapped, result]
