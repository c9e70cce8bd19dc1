"""What makes the flow run by itself: its job, a look at the sync markers of groups and articles, and the end of a products run.

A product that is made in the shop moves no marker of MplusKASSA, and its collections wait for it; so each good run of
products_to_shopify asks for one of this flow.
"""

from collections.abc import Mapping

import dagster as dg

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import current_markers
from posbridge_dagster.flows.categories_to_shopify import FLOW, assets
from posbridge_dagster.flows.categories_to_shopify.assets import snapshot
from posbridge_dagster.flows.lanes import CATALOGUE
from posbridge_dagster.flows.products_to_shopify.automation import job as products_job
from posbridge_dagster.flows.ticking import ticking
from posbridge_dagster.settings import current_settings

PLACE = 2

job = dg.define_asset_job(
    FLOW, selection=dg.AssetSelection.groups(FLOW), tags=CATALOGUE, description="MplusKASSA article groups to Shopify collections"
)


def look(client: MplusClient) -> Mapping[str, int]:
    """Return the sync markers that move when a group, or a product in one, changes."""
    return current_markers(client, "ArticleGroup", "Article")


TICKING = ticking(FLOW, job, look, reading_op=snapshot.op.name, place=PLACE)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    name=f"{FLOW}_after_products",
    monitored_jobs=[products_job],
    request_job=job,
    default_status=dg.DefaultSensorStatus.RUNNING if current_settings().runs_by_itself else dg.DefaultSensorStatus.STOPPED,
    description="A run after each good run of products_to_shopify: products that were waited for are there.",
)
def after_products(context: dg.RunStatusSensorContext) -> dg.RunRequest:
    """Ask for one run, however often the same products run is told of."""
    return dg.RunRequest(run_key=f"{FLOW}/after/{context.dagster_run.run_id}")


DEFINITIONS = dg.Definitions(assets=assets.ASSETS, jobs=[job], sensors=[TICKING.sensor, after_products], schedules=TICKING.schedules)
