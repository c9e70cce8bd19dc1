"""Everything Dagster knows of posbridge: assets, checks, jobs, sensors, schedules and resources."""

import dagster as dg

from posbridge_dagster.flows import balancing
from posbridge_dagster.flows.discovery import flow_definitions
from posbridge_dagster.resources import RESOURCES

defs = dg.Definitions.merge(
    *flow_definitions(), balancing.DEFINITIONS, dg.Definitions(resources=RESOURCES, executor=dg.in_process_executor)
)
