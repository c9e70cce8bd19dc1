"""What makes the flow run by itself: the job, and schedules that look for products that people made or changed."""

import dagster as dg

from posbridge_dagster.flows.products_to_mplus import FLOW, assets
from posbridge_dagster.flows.products_to_mplus.assets import READING_OP
from posbridge_dagster.settings import current_settings

job = dg.define_asset_job(
    FLOW, selection=dg.AssetSelection.groups(FLOW), description="Shopify products to MplusKASSA families and articles (off by default)"
)


@dg.schedule(
    name=f"{FLOW}_every_15_minutes",
    job=job,
    cron_schedule="8-59/15 * * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Start it together with enabled: true in the mapping file.",
)
def frequent_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for a run."""
    return dg.RunRequest(run_key=f"{FLOW}/{context.scheduled_execution_time.isoformat()}")


@dg.schedule(
    name=f"{FLOW}_nightly",
    job=job,
    cron_schedule="5 3 * * *",
    execution_timezone=current_settings().timezone,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Reads all products again: what was deleted in the shop is known by morning.",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for a run that reads everything."""
    config = {"ops": {READING_OP: {"config": {"read_everything": True}}}}
    return dg.RunRequest(run_key=f"{FLOW}/night/{context.scheduled_execution_time:%Y-%m-%d}", run_config=config)


DEFINITIONS = dg.Definitions(assets=assets.ASSETS, jobs=[job], schedules=[frequent_schedule, nightly_schedule])
