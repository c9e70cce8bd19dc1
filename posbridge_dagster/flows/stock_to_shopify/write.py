"""Brings the mapped levels together with the ledger and the shop, and tells how each ended."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.flows.configuring import everything_was_read
from posbridge_dagster.flows.stock_to_shopify import FLOW
from posbridge_dagster.flows.stock_to_shopify.drift import drift_rows
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.flows.stock_to_shopify.reading import MISSED, READ_AT, Reader, SalesInFlight
from posbridge_dagster.flows.stock_to_shopify.shapes import STOCK_DRIFT
from posbridge_dagster.ledger import LevelKey, Levels, QuarantineEntry
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.level_rules import LevelRules, WantedLevel
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_levels import Brakes, LevelLoader
from posbridge_dagster.model.outcome import Outcome

Row = dict[str, Any]
OLDEST_STOCK = timedelta(minutes=30)
"""What the tills sold since stock was read is not known; older stock is not written."""


class StockTooOld(Exception):
    """The stock was read too long ago to be written; the text says what to do."""


@dataclass(frozen=True)
class Run:
    """What writing needs besides the frames."""

    reader: Reader
    run_id: str
    dry_run: bool = False
    release_brake: bool = False


@dataclass(frozen=True)
class Ended:
    """RESULT with one row per level, and what a full compare found (STOCK_DRIFT; None where nothing was compared)."""

    result: pd.DataFrame
    drift: pd.DataFrame | None = field(default=None)


def write_levels(run: Run, levels: pd.DataFrame, snapshot: dict[str, pd.DataFrame], *, compare: bool | None = None) -> Ended:
    """Bring the shop's levels to MAPPED_LEVELS; every level is compared when the stock was read as a whole.

    ``snapshot`` holds the frames ``sales``, ``items`` and ``stock``. Raises StockTooOld or Braked before anything is written, and
    Misconfigured.
    """
    read_at = datetime.fromisoformat(snapshot["stock"].attrs[READ_AT])
    _demand_fresh(run, read_at)
    everything = everything_was_read(snapshot["stock"]) if compare is None else compare
    sales = SalesInFlight(run.reader, snapshot["sales"], snapshot["items"])
    rows = plain_rows(levels)
    kept = Levels(run.reader.ledger)
    loader = LevelLoader(
        run.reader.shopify, kept, run.run_id, _rules(run.reader.options), read_at, _brakes(run), run.dry_run, run.reader.clock
    )
    wanted = [_wanted(row) for row in rows if not row["outcome"]]
    written = {row.source_id: row for row in loader.load(wanted, sales, compare=everything)}
    results = [written.get(row["level_id"]) or _verdict(row) for row in rows]
    if run.dry_run:
        return Ended(result_frame(results))
    _keep_quarantine(run, results, {row["level_id"]: row for row in rows})
    drift = None
    if everything:
        drift = drift_rows(loader.seen, written, rows, set(snapshot["stock"].attrs.get(MISSED, [])), kept, run.reader.clock())
    return Ended(result_frame(results), None if drift is None else STOCK_DRIFT.frame(drift))


def _demand_fresh(run: Run, read_at: datetime) -> None:
    age = run.reader.clock() - read_at
    if age > OLDEST_STOCK and not run.dry_run:
        minutes = int(age.total_seconds() // 60)
        raise StockTooOld(f"the stock was read {minutes} minutes ago, and tills have sold since; run the whole flow instead of this asset")


def _rules(options: StockToShopifyOptions) -> LevelRules:
    lag = timedelta(minutes=options.search_minutes if options.in_flight else 0)
    return LevelRules(lag, hold_increases=options.hold_increases, track=options.untracked == "track")


def _brakes(run: Run) -> Brakes:
    options, released = run.reader.options, run.release_brake
    zero = Brake(frozenset({"the quantity, to zero,"}), "filled stock levels", options.brake_zero_percent, options.brake_least, released)
    change = Brake(frozenset({"the quantity"}), "stock levels", options.brake_change_percent, options.brake_least, released)
    return Brakes(zero, change)


def _wanted(row: Row) -> WantedLevel:
    key = LevelKey(row["article_number"], row["location_id"])
    return WantedLevel(key, row["item_id"], row["name"] or "", row["amount"])


def _verdict(row: Row) -> ResultRow:
    outcome = Outcome(row["outcome"])
    return ResultRow(row["level_id"], outcome, row["name"] or "", target_id=row["item_id"] or "", code=row["code"], reason=row["reason"])


def _keep_quarantine(run: Run, results: list[ResultRow], sources: dict[str, Row]) -> None:
    """Put levels that a person must look at into quarantine once, and take out those that are right again."""
    ledger = run.reader.ledger
    there = {entry.source_id: entry.code for entry in ledger.quarantined(FLOW)}
    held = [row for row in results if row.outcome is Outcome.QUARANTINED]
    fresh = [row for row in held if there.get(row.source_id) != row.code]
    entries = [QuarantineEntry(row.source_id, row.code, row.reason, source_payload=_payload(sources[row.source_id])) for row in fresh]
    if entries:
        ledger.quarantine(FLOW, entries, run.run_id)
    if over := sorted(there.keys() - {row.source_id for row in held}):
        ledger.resolve(FLOW, over)


def _payload(row: Row) -> Row:
    names = ("article_number", "location_id", "item_id", "name", "free", "reserved", "incoming", "amount", "quantity")
    return {name: value if isinstance(value := row[name], int | str | None) else str(value) for name in names}
