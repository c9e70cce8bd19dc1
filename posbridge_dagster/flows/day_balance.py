"""The balance of a day of one flow as assets: both sides added up, and every record in which they differ."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.balance.compare import balance, balances
from posbridge_dagster.balance.shapes import BALANCE, DIFFERENCES
from posbridge_dagster.report.balance import balance_metadata
from posbridge_dagster.report.tables import column_schema

GROUP = "balance"
FRAMES = {"sums": BALANCE, "differences": DIFFERENCES}
_SAYS = {
    "sums": "Both sides of the day added up: documents, lines, pieces, gross, VAT by rate and tenders, of sales and of refunds.",
    "differences": "Every record of the day in which the two sides differ, by how much, and the reason where one is known.",
}
_ARRIVED = ("created", "updated", "unchanged")


def balance_key(flow: str, frame: str) -> dg.AssetKey:
    """Return the asset key of a balance frame (sums, differences) of a flow."""
    return dg.AssetKey([GROUP, flow, frame])


def balance_outs(flow: str) -> dict[str, dg.AssetOut]:
    """Return the balance frames of a flow as outputs."""
    return {
        frame: dg.AssetOut(
            key=balance_key(flow, frame),
            group_name=GROUP,
            kinds={"pandas"},
            description=_SAYS[frame],
            metadata={"dagster/column_schema": column_schema(shape)},
        )
        for frame, shape in FRAMES.items()
    }


def balance_checks(flow: str) -> list[dg.AssetCheckSpec]:
    """Return the check on the balance of a flow."""
    return [
        dg.AssetCheckSpec("balanced", asset=balance_key(flow, "sums"), description="nothing is unexplained, in the sums and in any record")
    ]


def held_back(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of RESULT whose record is not, or not as it should be, on the other side."""
    return results[~results["outcome"].isin(_ARRIVED)]


def balance_results(flow: str, here: pd.DataFrame, there: pd.DataFrame, found: pd.DataFrame) -> Iterator[Any]:
    """Yield the balance frames of a flow and the result of its check; ``here`` and ``there`` are ENTRIES, ``found`` DIFFERENCES."""
    whole = balance(here, there, found)
    yield dg.Output(whole, output_name="sums", metadata=balance_metadata(whole, found))
    yield dg.Output(found, output_name="differences", metadata={"dagster/row_count": len(found)})
    yield dg.AssetCheckResult(
        check_name="balanced",
        asset_key=balance_key(flow, "sums"),
        passed=balances(whole, found),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"unexplained_records": int((found["code"] == "").sum())},
    )
