"""What must hold after a day was written; a green run that moved nothing while there was something to move cannot happen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.report.tables import amounts, sums
from posbridge_dagster.settings import Settings

CHECKS = {
    "counts_add_up": "every document read ended in exactly one outcome",
    "money_adds_up": "what Shopify holds is, to the cent, what MplusKASSA booked, credits taken off",
    "nothing_waits": "no document waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}


def check_results(
    result: pd.DataFrame, documents: pd.DataFrame, ledger: Ledger, settings: Settings, *, dry_run: bool
) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the three checks on the day's documents."""
    counts = outcome_counts(result)
    once = result["source_id"].is_unique and set(result["source_id"]) == set(documents["document_id"])
    yield _check("counts_add_up", once and sum(counts.values()) == len(documents), {"read": len(documents), **counts})
    there = result.iloc[:0] if dry_run else result[result["outcome"].isin(["created", "updated", "unchanged"])]
    read, written = sums(there, "amount_minor"), sums(there, "written_minor")
    yield _check("money_adds_up", read == written, {"read": amounts(read), "written": amounts(written)})
    oldest = ledger.oldest_unsent(FLOW)
    waits = oldest is not None and oldest < datetime.now(UTC) - timedelta(minutes=settings.unsent_minutes)
    yield _check("nothing_waits", not waits, {"oldest": oldest.isoformat() if oldest else "none"})


def failed_sentence(result: pd.DataFrame) -> str:
    """Return what to tell when documents could not be sent, or an empty text."""
    failed = result[result["outcome"] == "failed"]
    if failed.empty:
        return ""
    counts = f"{len(failed)} of {len(result)} documents could not be sent and will be tried by the next run"
    return f"{counts}; the first: {failed['reason'].iloc[0]}"


def _check(name: str, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=frame_key(FLOW, "orders", "result"),
        passed=bool(passed),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
    )
