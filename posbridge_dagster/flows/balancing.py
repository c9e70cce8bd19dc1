"""The nightly sum: a job over the balances of all flows, and its schedule."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from posbridge_dagster.flows.day_balance import GROUP, balance_key
from posbridge_dagster.flows.orders_to_mplus import FLOW as TO_MPLUS
from posbridge_dagster.flows.orders_to_shopify import FLOW as TO_SHOPIFY
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.settings import current_settings
from posbridge_dagster.storage import FrameStore

FLOWS = (TO_MPLUS, TO_SHOPIFY)
NIGHTS = 3

job = dg.define_asset_job("balance", selection=dg.AssetSelection.groups(GROUP), description="Both sides of a day added up")


def flows_of(day: str, frames: FrameStore) -> list[str]:
    """Return the flows that were run for a day, so that there is something to add up."""
    return [flow for flow in FLOWS if frames.holds(frame_key(flow, "orders", "result").path, day)]


def balance_keys(flow: str) -> list[dg.AssetKey]:
    """Return the balance assets of a flow."""
    return [balance_key(flow, frame) for frame in ("sums", "differences")]


@dg.schedule(
    name="balance_nightly",
    job=job,
    cron_schedule="0 5 * * *",
    execution_timezone=current_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING if current_settings().runs_by_itself else dg.DefaultScheduleStatus.STOPPED,
    description="Adds up the last closed days of each direction every night, after the flows have read them again.",
)
def nightly_schedule(
    context: dg.ScheduleEvaluationContext, frame_store: dg.ResourceParam[FrameStore]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for the balance of the last closed days, of the flows that ran for them."""
    night = context.scheduled_execution_time
    days = [(night - timedelta(days=back)).date().isoformat() for back in range(1, NIGHTS + 1)]
    chosen = {day: [key for flow in flows_of(day, frame_store) for key in balance_keys(flow)] for day in days}
    for day, keys in chosen.items():
        if keys:
            yield dg.RunRequest(run_key=f"balance/{day}/{night:%Y-%m-%d}", partition_key=day, asset_selection=keys)
    if not any(chosen.values()):
        yield dg.SkipReason("no flow ran for the last closed days")


DEFINITIONS = dg.Definitions(jobs=[job], schedules=[nightly_schedule])
