"""What must hold after records were written; a green run that moved nothing while there was something to move cannot happen."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.report.tables import amounts, sums
from posbridge_dagster.settings import Settings

_THERE = ["created", "updated", "unchanged"]


def check_specs(flow: str, frame: str, checks: Mapping[str, str]) -> list[dg.AssetCheckSpec]:
    """Return the checks of a result asset, by name with the sentence that says what must hold."""
    return [dg.AssetCheckSpec(name, asset=frame_key(flow, frame, "result"), description=says) for name, says in checks.items()]


def counts_add_up(flow: str, frame: str, result: pd.DataFrame, read: Iterable[str]) -> dg.AssetCheckResult:
    """Check that every record read, by source id, ended in exactly one outcome."""
    wanted = list(read)
    counts = outcome_counts(result)
    ended = list(result["source_id"])
    passed = len(ended) == len(set(ended)) == len(wanted) and set(ended) == set(wanted) and sum(counts.values()) == len(wanted)
    return check_result(flow, frame, "counts_add_up", passed, {"read": len(wanted), **counts})


def check_kept(
    flow: str, frame: str, result: pd.DataFrame, read: Iterable[str], ledger: Ledger, settings: Settings
) -> Iterator[dg.AssetCheckResult]:
    """Check records that are kept in step, not booked: each ended once, and none waits too long."""
    yield counts_add_up(flow, frame, result, read)
    yield nothing_waits(flow, frame, ledger, settings)


def money_adds_up(flow: str, frame: str, result: pd.DataFrame, *, dry_run: bool) -> dg.AssetCheckResult:
    """Check that what the other system holds is, to the cent and per currency, what was read; a plan holds nothing."""
    there = result.iloc[:0] if dry_run else result[result["outcome"].isin(_THERE)]
    read, written = sums(there, "amount_minor"), sums(there, "written_minor")
    return check_result(flow, frame, "money_adds_up", read == written, {"read": amounts(read), "written": amounts(written)})


def nothing_waits(flow: str, frame: str, ledger: Ledger, settings: Settings) -> dg.AssetCheckResult:
    """Check that no record of the flow waits unsent for longer than ``POSBRIDGE_UNSENT_MINUTES``."""
    oldest = ledger.oldest_unsent(flow)
    waits = oldest is not None and oldest < datetime.now(UTC) - timedelta(minutes=settings.unsent_minutes)
    return check_result(flow, frame, "nothing_waits", not waits, {"oldest": oldest.isoformat() if oldest else "none"})


def check_result(
    flow: str,
    frame: str,
    name: str,
    passed: bool,
    metadata: Mapping[str, Any],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """Return the result of one check of a result asset; a check that does not pass is an error unless it only warns."""
    key = frame_key(flow, frame, "result")
    return dg.AssetCheckResult(check_name=name, asset_key=key, passed=bool(passed), severity=severity, metadata=metadata)


def failed_sentence(result: pd.DataFrame, what: str) -> str:
    """Return what to tell when records could not be sent, or an empty text; ``what`` names them in the plural."""
    failed = result[result["outcome"] == "failed"]
    if failed.empty:
        return ""
    counts = f"{len(failed)} of {len(result)} {what} could not be sent and will be tried by the next run"
    return f"{counts}; the first: {failed['reason'].iloc[0]}"
