"""What makes the flow run by itself: the job, the sensor for articles that changed, the schedules."""

from collections.abc import Mapping

import dagster as dg

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import current_markers
from posbridge_dagster.flows.lanes import CATALOGUE
from posbridge_dagster.flows.products_to_shopify import FLOW, assets
from posbridge_dagster.flows.products_to_shopify.assets import READING_OP
from posbridge_dagster.flows.ticking import ticking

PLACE = 1

job = dg.define_asset_job(
    FLOW,
    selection=dg.AssetSelection.groups(FLOW),
    tags=CATALOGUE,
    description="MplusKASSA families and articles to Shopify products and variants",
)


def look(client: MplusClient) -> Mapping[str, int]:
    """Return the sync marker that moves when a product or an article changes."""
    return current_markers(client, "Article")


TICKING = ticking(FLOW, job, look, reading_op=READING_OP, place=PLACE)

DEFINITIONS = dg.Definitions(assets=assets.ASSETS, jobs=[job], sensors=[TICKING.sensor], schedules=TICKING.schedules)
