"""The nightly sum: a job over the balances of all flows, and its schedule."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from posbridge_dagster.flows.orders_to_mplus import balance
from posbridge_dagster.settings import current_settings

NIGHTS = 3

job = dg.define_asset_job("balance", selection=dg.AssetSelection.groups(balance.GROUP), description="Both sides of a day added up")


@dg.schedule(
    name="balance_nightly",
    job=job,
    cron_schedule="0 5 * * *",
    execution_timezone=current_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING if current_settings().runs_by_itself else dg.DefaultScheduleStatus.STOPPED,
    description="Adds up the last closed days every night, after the flows have read them again.",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Ask for the balance of the last closed days."""
    night = context.scheduled_execution_time
    for back in range(1, NIGHTS + 1):
        day = (night - timedelta(days=back)).date().isoformat()
        yield dg.RunRequest(run_key=f"balance/{day}/{night:%Y-%m-%d}", partition_key=day)
