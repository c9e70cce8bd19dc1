"""Brings the mapped collections together with the ledger and the client that writes them."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.drift import ShopsCollections
from posbridge_dagster.flows.categories_to_shopify.options import CategoriesToShopifyOptions
from posbridge_dagster.flows.looking import look_at
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.collection_fields import DELETED, kept_collection, record_id
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.shopify_collections import ShopifyCollections
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Row = MappingOf[str, Any]


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames. ``overlap`` is how far a look at the shop's changes goes back."""

    mapping: Mapping[CategoriesToShopifyOptions]
    ledger: Ledger
    owner: Owner
    shopify: ShopifyClient
    run_id: str
    overlap: timedelta
    dry_run: bool
    release_brake: bool


def write_collections(run: Run, collections: pd.DataFrame, members: pd.DataFrame, *, everyone: bool) -> pd.DataFrame:
    """Return RESULT, one row per group; ``target_id`` is the digits of the collection's gid, ``target_number`` its handle.

    ``everyone`` compares all collections with the shop instead of those that changed there. Raises as Upkeep.load
    (Braked when too many collections would end), and Misconfigured naming the plan where the shop's plan has no collections for apps.
    """
    rows = plain_rows(collections)
    results = {record_id(row["group_number"]): _held_back(row) for row in rows if row["outcome"]}
    _tell_quarantine(run, [row for row in rows if row["outcome"]])
    results |= _kept(run, [row for row in rows if not row["outcome"]], members, everyone=everyone)
    return result_frame(results[record_id(row["group_number"])] for row in rows)


def _kept(run: Run, rows: list[Row], members: pd.DataFrame, *, everyone: bool) -> dict[str, ResultRow]:
    """Return how the groups ended that may be written, with what could not be as they say."""
    policies, options = run.mapping.policies("collections"), run.mapping.settings
    products = {number: [each["product_id"] for each in each_group] for number, each_group in rows_by(members, "group_number").items()}
    items = [kept_collection(row, products.get(row["group_number"], []), policies, options.publish_on) for row in rows]
    writer = ShopifyCollections(run.shopify, run.ledger, run.dry_run)
    shop = ShopsCollections(run.shopify, writer)
    look = look_at(shop, run.ledger, [item for item in items if not item.payload["ending"]], run.overlap, everything=everyone)
    upkeep = Upkeep(FLOW, run.ledger, run.owner, run.run_id, _brake(run), run.dry_run, run.mapping.fingerprint)
    results = upkeep.load(items, writer, look.drifted)
    if not run.dry_run:
        look.remember(run.ledger, shop, results)
    waiting = {record_id(row["group_number"]): _waiting(row) for row in rows if row["waiting"] and not row["ending"]}
    return {row.source_id: _with_note(row, (waiting | writer.notes).get(row.source_id)) for row in results}


def _brake(run: Run) -> Brake:
    """Return what stops a run that an empty or wrong list of groups would let end very many collections."""
    options = run.mapping.settings
    percent, least = options.deleted_brake_percent, options.deleted_brake_least
    return Brake(frozenset({DELETED}), "collections", percent, least, run.release_brake, f"{options.deleted} or put back")


def _waiting(row: Row) -> tuple[str, str]:
    return "products_waiting", f"these of its families are no product of the shop yet: {row['waiting']}"


def _held_back(row: Row) -> ResultRow:
    number = row["group_number"]
    return ResultRow(
        record_id(number),
        Outcome(row["outcome"]),
        f"group {number}",
        row["collection_id"] or "",
        code=row["code"],
        reason=row["reason"],
    )


def _tell_quarantine(run: Run, rows: Iterable[Row]) -> None:
    """Put groups that may not be written where a person finds them, and take out those that are merely skipped now."""
    if run.dry_run:
        return
    held = [row for row in rows if row["outcome"] == Outcome.QUARANTINED]
    entries = [QuarantineEntry(record_id(row["group_number"]), row["code"], row["reason"], source_payload=dict(row)) for row in held]
    run.ledger.quarantine(FLOW, entries, run.run_id)
    run.ledger.resolve(FLOW, [record_id(row["group_number"]) for row in rows if row["outcome"] == Outcome.SKIPPED])


def _with_note(row: ResultRow, note: tuple[str, str] | None) -> ResultRow:
    """Return a row with what could not be as the group says, where nothing weightier is said of it."""
    return replace(row, code=note[0], reason=note[1]) if note and row.code in ("", "planned") else row
