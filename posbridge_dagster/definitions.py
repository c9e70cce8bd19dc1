"""Everything Dagster knows of posbridge: assets, checks, jobs, sensors, schedules and resources."""

import dagster as dg

from posbridge_dagster.flows import orders_to_mplus
from posbridge_dagster.flows.orders_to_mplus.assets import ASSETS
from posbridge_dagster.resources import RESOURCES

orders_to_mplus_job = dg.define_asset_job(
    orders_to_mplus.FLOW,
    selection=dg.AssetSelection.groups(orders_to_mplus.FLOW),
    description="Shopify POS orders of a day to MplusKASSA",
)

defs = dg.Definitions(assets=ASSETS, jobs=[orders_to_mplus_job], resources=RESOURCES, executor=dg.in_process_executor)
