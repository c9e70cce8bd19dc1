"""What a person wants to see beside each asset: counts, money, a masked preview, reasons, calls and their cost."""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.report.tables import amounts, preview, reasons, sums

_COLUMNS = 7  # of a frame that names none for its preview
_RESULT_SHOWN = ("source_id", "name", "outcome", "target_number", "amount_minor", "written_minor", "code")
_KEPT_SHOWN = ("source_id", "name", "outcome", "target_id", "changes", "code", "reason")
_THERE = [Outcome.CREATED.value, Outcome.UPDATED.value, Outcome.UNCHANGED.value]


def frame_metadata(frame: pd.DataFrame, shown: Sequence[str] = (), clear: Sequence[str] = ()) -> dict[str, Any]:
    """Return rows and a masked preview of a frame; ``clear`` are columns that look personal and are not."""
    return {"rows": len(frame), "preview": preview(frame, tuple(shown) or tuple(frame.columns)[:_COLUMNS], clear=tuple(clear))}


def verdict_metadata(frame: pd.DataFrame, key: str) -> dict[str, Any]:
    """Return how many records of a mapped frame may be written, how many are held back, and why."""
    verdicts = frame["outcome"].value_counts()
    held_back = {outcome.value: int(verdicts.get(outcome.value, 0)) for outcome in (Outcome.SKIPPED, Outcome.QUARANTINED)}
    return {"may_be_written": len(frame) - sum(held_back.values()), **held_back, "reasons": reasons(frame, key)}


def result_metadata(result: pd.DataFrame) -> dict[str, Any]:
    """Return counts by outcome and a table of reasons; where the records are worth money, also what was read and written."""
    has_money = bool(result["amount_minor"].notna().any())
    shown = _RESULT_SHOWN if has_money else _KEPT_SHOWN
    metadata: dict[str, Any] = {"read": len(result), **outcome_counts(result), "reasons": reasons(result)}
    if has_money:
        there = result[result["outcome"].isin(_THERE)]
        metadata |= {"money_read": amounts(sums(there, "amount_minor")), "money_written": amounts(sums(there, "written_minor"))}
    return metadata | {"preview": preview(result, shown, clear=("name",))}


def calls_metadata(*, shopify: ShopifyClient | None = None, mplus: MplusClient | None = None) -> dict[str, Any]:
    """Return how much a client has asked of its system so far in this run."""
    metadata: dict[str, Any] = {}
    if shopify:
        metadata |= {"shopify_calls": shopify.statistics.calls, "shopify_points": dg.MetadataValue.float(shopify.statistics.points_actual)}
    if mplus:
        metadata |= {"mplus_calls": mplus.statistics.calls, "mplus_retries": mplus.statistics.retries}
    return metadata
