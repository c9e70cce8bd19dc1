"""What makes the flow run by itself: the job, the sensor for new and changed documents, the nightly safety net."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.invoices import invoices_since
from posbridge_dagster.clients.mplus.masterdata import current_markers
from posbridge_dagster.clients.mplus.orders import orders_since
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import bare_id
from posbridge_dagster.flows.again import past_runs, repeats
from posbridge_dagster.flows.orders_to_shopify import FLOW, assets, balance
from posbridge_dagster.flows.orders_to_shopify.assets import DAYS
from posbridge_dagster.flows.orders_to_shopify.changes import Change, Mark, touched_days
from posbridge_dagster.flows.orders_to_shopify.selection import own_mark
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings, current_settings
from posbridge_dagster.snapshots.mplus_documents import document_id

FIRST_LOOK_BACK = timedelta(days=1)
LOOK_S = 25.0  # Dagster ends a look after 60 s without a word; the reason must be told before that
NIGHTS_READ_AGAIN = 3

job = dg.define_asset_job(
    FLOW, selection=dg.AssetSelection.groups(FLOW), description="MplusKASSA orders, invoices and credits of a day to Shopify"
)

_running = current_settings().runs_by_itself


@dg.sensor(
    name=f"{FLOW}_changes",
    job=job,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING if _running else dg.DefaultSensorStatus.STOPPED,
    description="One run for each financial date with a new or changed document, or with one that could not be sent.",
)
def changes_sensor(
    context: dg.SensorEvaluationContext,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> dg.SensorResult | dg.SkipReason:
    """Ask for the days that changed since the last look; nothing changed, nothing runs."""
    now = datetime.now(UTC)
    mplus.patience = replace(mplus.patience, budget_s=min(mplus.patience.budget_s, LOOK_S))
    known = Mark.read(context.cursor)
    mark = known or Mark({})
    first_day = settings.first_day if known else (now.astimezone(settings.zone) - FIRST_LOOK_BACK).date()
    try:
        newest = {kind.lower(): marker for kind, marker in current_markers(mplus, "Order", "Invoice").items()}
        changes = [] if mark.is_idle(newest) else list(_changes(mplus, ledger, mark, first_day, own_mark(settings.shop_handle)))
    except RemoteFailure as failure:
        raise dg.Failure(str(failure)) from None
    days, mark = touched_days(changes, mark, FLOW, newest)
    open_days = set(DAYS.get_partition_keys(current_time=now))
    requests = [dg.RunRequest(run_key=day.run_key, partition_key=day.day) for day in days if day.day in open_days]
    requests += _again(context, ledger, {day.day for day in days}, now)
    if not requests:
        context.update_cursor(mark.written())
        return dg.SkipReason("no document changed since the last look")
    return dg.SensorResult(run_requests=requests, cursor=mark.written())


def _changes(client: MplusClient, ledger: Ledger, mark: Mark, first_day: date, own: str) -> Iterator[Change]:
    """Yield the documents that changed, but for those that came from this shop; an invoice made of orders asks for the days of these."""
    for rows, _ in orders_since(client, mark.asked_from("order"), include_lines=False, first_day=first_day):
        yield from (_change("order", row) for row in rows if not row.get("extOrderId", "").startswith(own))
    for rows, _ in invoices_since(client, mark.asked_from("invoice"), first_day=first_day):  # with lines, else the orders stay untold
        foreign = [row for row in rows if not any(each.startswith(own) for each in (row.get("extInvoiceId", ""), *row["extOrderIds"]))]
        sent = ledger.records(FLOW, [f"order:{bare_id(each)}" for row in foreign for each in row["orderIds"]])
        for row in foreign:
            change = _change("invoice", row)
            days = {record.day for each in row["orderIds"] if (record := sent.get(f"order:{bare_id(each)}")) and record.day}
            yield from (replace(change, day=day.isoformat()) for day in sorted(days)) if days else (change,)


def _change(kind: str, row: Record) -> Change:
    return Change(document_id(kind, row), kind, row["syncMarker"], row["financialDate"].isoformat())


def _again(context: dg.SensorEvaluationContext, ledger: Ledger, asked: set[str], now: datetime) -> Iterator[dg.RunRequest]:
    """Ask again, after a rest, for days whose run failed and for those with documents that could not be sent."""
    for repeat in repeats(past_runs(context.instance, FLOW, now), ledger.unfinished_days(FLOW), now):
        if repeat.day not in asked:
            yield dg.RunRequest(run_key=f"{FLOW}/{repeat.day}/again/{repeat.key}", partition_key=repeat.day)


@dg.schedule(
    name=f"{FLOW}_nightly",
    job=job,
    cron_schedule="45 3 * * *",
    execution_timezone=current_settings().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING if _running else dg.DefaultScheduleStatus.STOPPED,
    description="Reads the last days again as a whole: what a sensor missed, or a moved financial date left behind, is right by morning.",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Ask for the last days, read from the beginning."""
    moment = context.scheduled_execution_time
    again = {"ops": {"read_mplus_documents": {"config": {"read_everything": True}}}}
    for day in DAYS.get_partition_keys(current_time=moment)[-NIGHTS_READ_AGAIN:]:
        yield dg.RunRequest(run_key=f"{FLOW}/{day}/night/{moment:%Y-%m-%d}", partition_key=day, run_config=again)


DEFINITIONS = dg.Definitions(assets=[*assets.ASSETS, *balance.ASSETS], jobs=[job], sensors=[changes_sensor], schedules=[nightly_schedule])
