"""The flow as Dagster runs it, and what a person finds afterwards."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.stock_to_shopify import FLOW
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import QUIET, BothSides


@dataclass(frozen=True)
class Materialised:
    """How one run ended: result by level, drift where it was compared, checks, metadata by asset, and its failure."""

    success: bool
    rows: dict[str, dict[str, Any]]
    drift: pd.DataFrame | None
    checks: dict[str, bool]
    metadata: dict[str, dict[str, Any]]
    failure: str


def materialised(sides: BothSides, *, everything: bool = False, dry_run: bool = False, release_brake: bool = False) -> Materialised:
    """Run the job of the flow once."""
    ops = {
        "read_stock": {"config": {"read_everything": everything}},
        "write_shopify_levels": {"config": {"dry_run": dry_run, "release_brake": release_brake}},
    }
    job = defs.resolve_job_def(FLOW)
    ended = job.execute_in_process({**QUIET, "ops": ops}, instance=sides.instance, raise_on_error=False)
    failures = [event.event_specific_data.error for event in ended.all_events if event.is_step_failure]  # type: ignore[union-attr]
    made = {event.asset_key.to_user_string(): event for event in ended.get_asset_materialization_events() if event.asset_key}
    return Materialised(
        ended.success,
        {row["source_id"]: row for row in plain_rows(stored)} if (stored := frame("levels", "result")) is not None else {},
        frame("stock_drift", "result") if f"{FLOW}/stock_drift/result" in made else None,
        {check.check_name: check.passed for check in ended.get_asset_check_evaluations()},
        {key: {name: value.value for name, value in event.materialization.metadata.items()} for key, event in made.items()},
        str(failures[0].message) if failures and failures[0] else "",
    )


def frame(name: str, stage: str) -> pd.DataFrame | None:
    """Return a frame as it is stored."""
    return FrameStore(read_settings().frames_url).read([FLOW, name, stage], None)
