"""From mapped frames to Shopify: verdicts become rows, the others are kept in step."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import OwnerType
from posbridge_dagster.clients.shopify.metafield_definitions import Definition
from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.drift import drifted, looked
from posbridge_dagster.flows.products_to_shopify.items import PRICE, Flow, product_items
from posbridge_dagster.flows.products_to_shopify.shapes import FOR_SALE
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_matching import FAMILY, MADE_FROM_PRODUCT
from posbridge_dagster.loading.product_plan import Rules
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_products import ProductWriter
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.model.outcome import Outcome

BULK_CURSOR = f"{FLOW}/bulk"
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Run:
    """What the writing of one run needs."""

    mapping: Flow
    ledger: Ledger
    owner: Owner
    shopify: ShopifyClient
    administration: str
    run_id: str
    dry_run: bool
    release_brake: bool


def write_products(run: Run, mapped: Frames, changes: pd.DataFrame) -> pd.DataFrame:
    """Keep the shop's products in step and return RESULT, one row per family. Raises Braked before anything is written."""
    options = run.mapping.settings
    items = product_items(mapped, run.mapping, run.administration)
    rows = _verdict_rows(run, mapped["products"])
    never = _never_sold(run.ledger, items)
    rows += [
        _row(item.source_id, item.name, Outcome.SKIPPED, "not_for_sale", never[item.source_id]) for item in items if item.source_id in never
    ]
    items = [item for item in items if item.source_id not in never]
    writer = ProductWriter(
        client=run.shopify,
        ledger=run.ledger,
        cursor=BULK_CURSOR,
        rules=Rules(options.retired_variants, options.foreign_variants),
        channels=options.publish,
        definitions=_definitions(mapped["features"]),
        bulk_above=options.bulk_above,
        dry_run=run.dry_run,
    )
    upkeep = Upkeep(FLOW, run.ledger, run.owner, run.run_id, _brake(run), run.dry_run, run.mapping.fingerprint)
    rows += upkeep.load(items, writer, drifted(changes, items, writer, run.ledger))
    if not run.dry_run:
        looked(changes, rows, run.ledger)
    return result_frame(sorted(rows, key=lambda row: int(row.source_id)))


def came_from_here(ledger: Ledger, families: pd.DataFrame) -> frozenset[int]:
    """Return the families that were made from products of this shop."""
    return frozenset(int(number) for number in ledger.links(MADE_FROM_PRODUCT, map(str, families["family_number"])))


def _brake(run: Run) -> Brake:
    options = run.mapping.settings
    return Brake(
        frozenset({PRICE}), "products", Decimal(options.price_brake_percent), options.price_brake_least, released=run.release_brake
    )


def _never_sold(ledger: Ledger, items: list[Kept]) -> dict[str, str]:
    """Return why a family without anything for sale is left alone, where it never was in the shop."""
    resting = {item.source_id: item.payload["state"] for item in items if item.payload["state"] != FOR_SALE}
    linked = ledger.links(FAMILY, resting)
    said = {"retired": "none of its articles is for sale", "empty": "it has no articles"}
    return {source_id: said[state] for source_id, state in resting.items() if source_id not in linked}


def _definitions(features: pd.DataFrame) -> list[Definition]:
    """Return the definitions of the features, those of products and of variants apart."""
    known = features[features["type"] != ""]
    kinds = known.assign(of_product=known["article_number"] == 0).drop_duplicates(["of_product", "namespace", "key"])
    return [_definition(row["of_product"], row["namespace"], row["key"], row["name"], row["type"]) for row in plain_rows(kinds)]


def _definition(of_product: bool, namespace: str, key: str, name: str, kind: str) -> Definition:
    owner: OwnerType = "PRODUCT" if of_product else "PRODUCTVARIANT"
    return Definition(owner, namespace, key, name, kind)


def _verdict_rows(run: Run, products: pd.DataFrame) -> list[ResultRow]:
    """Return the rows of families that the mapping holds back; those for a person to see go into quarantine."""
    held = plain_rows(products[products["outcome"] != ""])
    entries = [
        QuarantineEntry(
            str(row["family_number"]), row["code"], row["reason"], {"family_number": row["family_number"], "title": row["title"]}
        )
        for row in held
        if row["outcome"] == Outcome.QUARANTINED.value
    ]
    if not run.dry_run:
        run.ledger.quarantine(FLOW, entries, run.run_id)
    return [_row(str(row["family_number"]), row["title"] or "", Outcome(row["outcome"]), row["code"], row["reason"]) for row in held]


def _row(source_id: str, name: str, outcome: Outcome, code: str, reason: str) -> ResultRow:
    return ResultRow(source_id=source_id, outcome=outcome, name=name, code=code, reason=reason)
