"""What must hold after a day was written; a green run that moved nothing while there was something to move cannot happen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.report.tables import amounts, sums
from posbridge_dagster.settings import Settings

CHECKS = {
    "counts_add_up": "every order read ended in exactly one outcome",
    "money_adds_up": "what MplusKASSA holds is, to the cent, what was sold",
    "nothing_waits": "no order waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}

RETURN_CHECKS = {
    "counts_add_up": "every refund and exchange read ended in exactly one outcome",
    "money_adds_up": "what MplusKASSA holds is, to the cent, the money that was given back",
}


def check_results(
    result: pd.DataFrame, orders: pd.DataFrame, ledger: Ledger, settings: Settings, *, dry_run: bool
) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the three checks on the day's orders."""
    yield from _check_sums(result, orders, dry_run=dry_run)
    oldest = ledger.oldest_unsent(FLOW)
    waits = oldest is not None and oldest < datetime.now(UTC) - timedelta(minutes=settings.unsent_minutes)
    yield _check("nothing_waits", not waits, {"oldest": oldest.isoformat() if oldest else "none"})


def check_returns(result: pd.DataFrame, headers: pd.DataFrame, *, dry_run: bool) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the checks on the refunds and exchanges of the day's orders; ``headers`` are those that were read."""
    yield from _check_sums(result, headers, dry_run=dry_run, name="refunds")


def _check_sums(result: pd.DataFrame, read_rows: pd.DataFrame, *, dry_run: bool, name: str = "orders") -> Iterator[dg.AssetCheckResult]:
    counts = outcome_counts(result)
    once = result["source_id"].is_unique and set(result["source_id"]) == set(read_rows["order_id"])
    yield _check("counts_add_up", once and sum(counts.values()) == len(read_rows), {"read": len(read_rows), **counts}, name)
    there = result.iloc[:0] if dry_run else result[result["outcome"].isin(["created", "updated", "unchanged"])]
    read, written = sums(there, "amount_minor"), sums(there, "written_minor")
    yield _check("money_adds_up", read == written, {"read": amounts(read), "written": amounts(written)}, name)


def failed_sentence(result: pd.DataFrame, what: str = "orders") -> str:
    """Return what to tell when orders could not be sent, or an empty text."""
    failed = result[result["outcome"] == "failed"]
    if failed.empty:
        return ""
    return (
        f"{len(failed)} of {len(result)} {what} could not be sent and will be tried by the next run; the first: {failed['reason'].iloc[0]}"
    )


def _check(name: str, passed: bool, metadata: dict[str, Any], frame: str = "orders") -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=frame_key(FLOW, frame, "result"),
        passed=bool(passed),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
    )
