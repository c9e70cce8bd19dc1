"""What makes the flow run by itself: its job, and a look at the sync marker of relations."""

from collections.abc import Mapping

import dagster as dg

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import current_markers
from posbridge_dagster.flows.customers_to_shopify import FLOW, assets
from posbridge_dagster.flows.customers_to_shopify.assets import snapshot
from posbridge_dagster.flows.lanes import CATALOGUE
from posbridge_dagster.flows.ticking import ticking

PLACE = 3

job = dg.define_asset_job(
    FLOW, selection=dg.AssetSelection.groups(FLOW), tags=CATALOGUE, description="MplusKASSA relations to Shopify customers"
)


def look(client: MplusClient) -> Mapping[str, int]:
    """Return the sync marker that moves when a relation changes."""
    return current_markers(client, "Relation")


TICKING = ticking(FLOW, job, look, reading_op=snapshot.op.name, place=PLACE)

DEFINITIONS = dg.Definitions(assets=assets.ASSETS, jobs=[job], sensors=[TICKING.sensor], schedules=TICKING.schedules)
