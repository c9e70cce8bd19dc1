"""What makes the flow run by itself: the job, the sensor for stock that moved, the schedules."""

from collections.abc import Mapping

import dagster as dg

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.stock import stock_marks
from posbridge_dagster.flows.lanes import FIRST
from posbridge_dagster.flows.stock_to_shopify import FLOW, assets
from posbridge_dagster.flows.stock_to_shopify.assets import READING_OP
from posbridge_dagster.flows.ticking import ticking

PLACE = 4

job = dg.define_asset_job(
    FLOW,
    selection=dg.AssetSelection.groups(FLOW),
    tags=FIRST,
    description="MplusKASSA stock per branch to Shopify inventory per location",
)


def look(mplus: MplusClient) -> Mapping[str, int]:
    """Return the stockId and the marker of orders: an order that reserves stock need not raise the stockId."""
    return stock_marks(mplus)._asdict()


TICKING = ticking(FLOW, job, look, reading_op=READING_OP, place=PLACE)

DEFINITIONS = dg.Definitions(assets=assets.ASSETS, jobs=[job], sensors=[TICKING.sensor], schedules=TICKING.schedules)
