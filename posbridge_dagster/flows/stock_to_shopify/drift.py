"""What a full compare found: every level whose quantity in the shop is not what it should be, and why most likely."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.flows.stock_to_shopify.shapes import STOCK_DRIFT
from posbridge_dagster.ledger import Level, LevelKey, Levels
from posbridge_dagster.loading.level_rules import Decision
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

REMEMBERED = timedelta(days=90)
CHANGED, FAILED, IN_FLIGHT, MISSED = "changed_in_shopify", "failed_write", "in_flight", "missed_change"
UNKNOWN, ENDED = "unknown_article", "no_longer_stocked"
ONLY_TOLD = (UNKNOWN, ENDED)
"""Causes that no run can repair; what the newest compare found of them is all there is to know."""

Row = dict[str, Any]


def cause_of(decision: Decision, missed: Collection[int]) -> str | None:
    """Return why a level differs, None where it does not or where it is only new or news.

    ``missed`` are the articles that moved in MplusKASSA without any sign a run between full compares could have seen.
    """
    before, level = decision.before, decision.level
    if decision.deed == "rest":
        return None
    if level.missing_pieces:
        return IN_FLIGHT
    if decision.quantity == decision.available:
        return None
    if before.code:
        return FAILED
    if before.quantity is None:
        return None
    if decision.available != decision.expected:
        return CHANGED
    return MISSED if before.article_number in missed else None


def drift_rows(
    seen: Iterable[Decision],
    results: Mapping[str, ResultRow],
    mapped: Sequence[Row],
    missed: Collection[int],
    levels: Levels,
    now: datetime,
) -> list[Row]:
    """Return the rows of STOCK_DRIFT of one full compare, and remember since when a level differs that is not repaired."""
    rows, unrepaired = [], list[LevelKey]()
    for decision in seen:
        cause = cause_of(decision, missed)
        if cause is None:
            continue
        row = _found(decision, cause, results[decision.wanted.source_id], now)
        rows.append(row)
        if not row["repaired"]:
            unrepaired.append(decision.wanted.key)
    known = levels.all()
    levels.keep(_since(known[key], now) for key in unrepaired if key in known)
    rows += [_unknown(row, now) for row in mapped if row["code"] in ("unknown_article", "ambiguous_sku") and row["quantity"] > 0]
    there = {LevelKey(row["article_number"], row["location_id"]) for row in mapped}
    return rows + [_ended(level, now) for key, level in sorted(known.items()) if key not in there and level.quantity]


def remembered_drift(earlier: pd.DataFrame | None, found: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return what was found in the last 90 days; of what no run can repair only what the newest compare found."""
    if earlier is None or list(earlier) != list(STOCK_DRIFT.columns) or earlier.empty:
        return found
    recent = (earlier["found_at"] > pd.Timestamp(now - REMEMBERED)).astype(bool) & ~earlier["cause"].isin(ONLY_TOLD).astype(bool)
    kept = earlier[recent]
    both = pd.concat([kept, found], ignore_index=True) if len(found) and len(kept) else found if len(found) else kept
    return STOCK_DRIFT.conform(both.reset_index(drop=True))


def _found(decision: Decision, cause: str, result: ResultRow, now: datetime) -> Row:
    wanted, available = decision.wanted, decision.held.available
    return {
        "found_at": now,
        "level_id": wanted.source_id,
        "article_number": wanted.key.article_number,
        "location_id": wanted.key.location_id,
        "name": wanted.name,
        "wanted": decision.quantity + decision.level.missing_pieces,
        "found": available,
        "difference": decision.available - decision.quantity - decision.level.missing_pieces,
        "first_seen_at": decision.before.differs_since or now,
        "cause": cause,
        "repaired": result.outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED) and cause != IN_FLIGHT,
    }


def _unknown(row: Row, now: datetime) -> Row:
    names = ("level_id", "article_number", "location_id", "name")
    return {
        "found_at": now,
        **{name: row[name] for name in names},
        "wanted": row["quantity"],
        "found": None,
        "difference": -row["quantity"],
        "first_seen_at": now,
        "cause": UNKNOWN,
        "repaired": False,
    }


def _ended(level: Level, now: datetime) -> Row:
    """Return the row of a level that posbridge has set and MplusKASSA says nothing of any more: it is left as it is."""
    return {
        "found_at": now,
        "level_id": f"{level.article_number}:{level.location_id}",
        "article_number": level.article_number,
        "location_id": level.location_id,
        "found": level.quantity,
        "first_seen_at": now,
        "cause": ENDED,
        "repaired": False,
    }


def _since(level: Level, now: datetime) -> Level:
    return replace(level, differs_since=level.differs_since or now)
