"""The flow as Dagster assets: read what changed of groups and products, map all groups, write what differs."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.frames import told
from posbridge_dagster.flows.categories_to_shopify.mapped import map_collections
from posbridge_dagster.flows.categories_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.categories_to_shopify.products import known_collections as collections_of
from posbridge_dagster.flows.categories_to_shopify.products import known_products as products_of
from posbridge_dagster.flows.categories_to_shopify.shapes import MAPPED_COLLECTIONS
from posbridge_dagster.flows.categories_to_shopify.write import Run, write_collections
from posbridge_dagster.flows.checking import check_kept, check_specs
from posbridge_dagster.flows.configuring import EVERYTHING, BrakedWriting, Reading, everything_was_read, is_plan
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import plain_failure, said_plainly
from posbridge_dagster.flows.lineage import column_lineage
from posbridge_dagster.flows.showing import calls_metadata, frame_metadata, verdict_metadata
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.flows.telling import frame_in
from posbridge_dagster.ledger import Ledger, Owner
from posbridge_dagster.loading.brake import Braked
from posbridge_dagster.loading.collection_fields import record_id
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.mplus_groups import read_groups
from posbridge_dagster.storage import FrameStore

READ = ("groups", "family_articles")
KNOWN = ("known_products", "known_collections")
BESIDE_THE_FILE = {
    "group_number": ["groups.group_number"],
    "custom_id": ["groups.group_number"],
    "parent_id": ["groups.parent_number"],
    "collection_id": ["known_collections.collection_id"],
    "members": ["groups.families", "known_products.product_id"],
    "waiting": ["groups.families", "known_products.family_number"],
    "ending": ["groups.deleted"],
}
"""Columns of the mapped frame that the flow adds to those of the mapping file."""

CHECKS = {
    "counts_add_up": "every group ended in exactly one outcome",
    "nothing_waits": "no collection waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}


@dg.multi_asset(name="read_groups", outs={name: dg.AssetOut(**told(name, "snapshot")) for name in READ})
def snapshot(
    config: Reading, mplus: dg.ResourceParam[MplusClient], frame_store: dg.ResourceParam[FrameStore]
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Read what changed of the article groups and of the products in them since the last time, or all of it."""
    with said_plainly():
        stored = {name: frame_store.read(frame_key(FLOW, name, "snapshot").path, None) for name in READ}
        frames = read_groups(mplus, stored, everything=config.read_everything)
    frames["groups"].attrs[EVERYTHING] = config.read_everything
    clear = ("name", "path")
    told_of = {"groups": frame_metadata(frames["groups"], ("group_number", "parent_number", "name", "path", "deleted"), clear)}
    told_of["family_articles"] = frame_metadata(frames["family_articles"]) | calls_metadata(mplus=mplus)
    for name in READ:
        yield dg.Output(frames[name], output_name=name, metadata=told_of[name])


@dg.multi_asset(
    name="find_products_of_groups",
    ins={name: frame_in(FLOW, name, "snapshot") for name in READ},
    outs={name: dg.AssetOut(**told(name, "snapshot")) for name in KNOWN},
)
def known(
    groups: pd.DataFrame, family_articles: pd.DataFrame, shopify: dg.ResourceParam[ShopifyClient], ledger: dg.ResourceParam[Ledger]
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Find the products of the shop that the products of the groups are, and the collections that the groups are."""
    with said_plainly():
        products = products_of(shopify, ledger, groups, family_articles, anew=everything_was_read(groups))
        collections = collections_of(ledger, groups["group_number"])
    yield dg.Output(products, output_name="known_products", metadata=frame_metadata(products) | calls_metadata(shopify=shopify))
    yield dg.Output(collections, output_name="known_collections", metadata=frame_metadata(collections))


@dg.multi_asset(
    name="map_groups",
    ins={name: frame_in(FLOW, name, "snapshot") for name in ("groups", *KNOWN)},
    outs={name: dg.AssetOut(**told(name, "mapped")) for name in ("collections", "collection_products")},
)
def mapped(
    groups: pd.DataFrame, known_products: pd.DataFrame, known_collections: pd.DataFrame, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what the collections of the shop should be, and why some groups are none."""
    frames = {"groups": groups, "known_products": known_products, "known_collections": known_collections}
    with said_plainly():
        mapping = read_mapping(settings)
        target = map_collections(frames, mapping, settings.administration_name)
    collections, members = target["collections"], target["collection_products"]
    shown = frame_metadata(collections, ("group_number", "title", "handle", "members", "waiting", "outcome"), ("title",))
    verdicts = verdict_metadata(collections, "group_number") | {"mapping": mapping.fingerprint[:12]}
    lineage = column_lineage(mapping, "collections", MAPPED_COLLECTIONS.columns, BESIDE_THE_FILE, {})
    yield dg.Output(collections, output_name="collections", metadata=shown | verdicts | {"dagster/column_lineage": lineage})
    yield dg.Output(members, output_name="collection_products", metadata=frame_metadata(members))


@dg.multi_asset(
    name="keep_shopify_collections",
    ins={
        "groups": frame_in(FLOW, "groups", "snapshot"),
        "collections": frame_in(FLOW, "collections", "mapped"),
        "collection_products": frame_in(FLOW, "collection_products", "mapped"),
    },
    outs={"collections_result": dg.AssetOut(**told("collections", "result"))},
    check_specs=check_specs(FLOW, "collections", CHECKS),
)
def result(
    context: dg.AssetExecutionContext,
    config: BrakedWriting,
    groups: pd.DataFrame,
    collections: pd.DataFrame,
    collection_products: pd.DataFrame,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Make or change the collections that are not as they should be; the run fails when one could not be sent."""
    with said_plainly():
        run = _run(context, config, shopify, ledger, settings)
        try:
            ended = write_collections(run, collections, collection_products, everyone=everything_was_read(groups))
        except Braked as braked:
            raise plain_failure(f"{FLOW}: {braked}") from None
    checks = check_kept(FLOW, "collections", ended, [record_id(int(number)) for number in groups["group_number"]], ledger, settings)
    yield from ending("collections", ended, "collections", checks, calls_metadata(shopify=shopify))


def _run(context: dg.AssetExecutionContext, config: BrakedWriting, shopify: ShopifyClient, ledger: Ledger, settings: Settings) -> Run:
    run_id = context.run.run_id
    return Run(
        mapping=read_mapping(settings),
        ledger=ledger,
        owner=Owner.of_this_process(run_id),
        shopify=shopify.last_in_line(),
        run_id=run_id,
        overlap=timedelta(minutes=settings.overlap_minutes),
        dry_run=is_plan(context, settings),
        release_brake=config.release_brake,
    )


ASSETS = [snapshot, known, mapped, result]
