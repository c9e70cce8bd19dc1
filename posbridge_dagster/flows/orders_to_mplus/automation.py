"""What makes the flow run by itself: the job, the sensor for new and changed orders, the nightly safety net."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

import dagster as dg

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.orders import order_changes
from posbridge_dagster.clients.shopify.search import clause
from posbridge_dagster.flows.again import past_runs, repeats
from posbridge_dagster.flows.orders_to_mplus import FLOW, assets, balance, return_assets
from posbridge_dagster.flows.orders_to_mplus.assets import DAYS
from posbridge_dagster.flows.orders_to_mplus.changes import Mark, touched_days
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings, current_settings

FIRST_LOOK_BACK = timedelta(days=1)
LOOK_S = 25.0  # Dagster ends a look after 60 s without a word; the reason must be told before that
NIGHTS_READ_AGAIN = 3

job = dg.define_asset_job(FLOW, selection=dg.AssetSelection.groups(FLOW), description="Shopify POS orders of a day to MplusKASSA")

_running = current_settings().runs_by_itself


@dg.sensor(
    name=f"{FLOW}_changes",
    job=job,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING if _running else dg.DefaultSensorStatus.STOPPED,
    description="One run for each day with a new or changed order, or with an order that could not be sent.",
)
def changes_sensor(
    context: dg.SensorEvaluationContext,
    shopify: dg.ResourceParam[ShopifyClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> dg.SensorResult:
    """Ask for the days that changed since the last look; nothing changed, nothing runs."""
    now = datetime.now(UTC)
    shopify.patience = replace(shopify.patience, budget_s=min(shopify.patience.budget_s, LOOK_S))
    mark = Mark.read(context.cursor, now - FIRST_LOOK_BACK)
    overlap = timedelta(minutes=settings.overlap_minutes)
    try:
        changes = chain.from_iterable(order_changes(shopify, clause("updated_at", ">=", mark.newest_at - overlap)))
        days, mark = touched_days(changes, mark, overlap, settings.zone, FLOW)
    except RemoteFailure as failure:
        raise dg.Failure(str(failure)) from None
    requests = [dg.RunRequest(run_key=day.run_key, partition_key=day.day) for day in days if day.day >= settings.first_day.isoformat()]
    requests += _again(context, ledger, {day.day for day in days}, now)
    reason = None if requests else dg.SkipReason(f"no order changed since {mark.newest_at:%Y-%m-%d %H:%M:%S} UTC")
    return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=mark.written())


def _again(context: dg.SensorEvaluationContext, ledger: Ledger, asked: set[str], now: datetime) -> Iterator[dg.RunRequest]:
    """Ask again, after a rest, for days whose run failed and for those with orders that could not be sent."""
    for repeat in repeats(past_runs(context.instance, FLOW, now), ledger.unfinished_days(FLOW), now):
        if repeat.day not in asked:
            yield dg.RunRequest(run_key=f"{FLOW}/{repeat.day}/again/{repeat.key}", partition_key=repeat.day)


@dg.schedule(
    name=f"{FLOW}_nightly",
    job=job,
    cron_schedule="30 3 * * *",
    execution_timezone=current_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING if _running else dg.DefaultScheduleStatus.STOPPED,
    description="Reads the last days again as a whole: what search showed late, or a sensor missed, arrives by morning.",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Ask for the last days, read from the beginning."""
    moment = context.scheduled_execution_time
    again = {"ops": {"read_shopify_orders": {"config": {"read_everything": True}}}}
    for day in DAYS.get_partition_keys(current_time=moment)[-NIGHTS_READ_AGAIN:]:
        yield dg.RunRequest(run_key=f"{FLOW}/{day}/night/{moment:%Y-%m-%d}", partition_key=day, run_config=again)


DEFINITIONS = dg.Definitions(
    assets=[*assets.ASSETS, *return_assets.ASSETS, *balance.ASSETS], jobs=[job], sensors=[changes_sensor], schedules=[nightly_schedule]
)
