"""What makes a flow without days run by itself: when MplusKASSA's sync markers moved, and once a night from the beginning.

A tick asks for the markers, one call, and compares them with those that the newest run was asked for, which stand in that run's
tags. So sensor and schedule share one memory, an idle till costs one call per tick, and a run that failed is asked for again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.again import past_runs, repeats
from posbridge_dagster.settings import current_settings

MARKERS_TAG = "posbridge/markers"
EVERY_MINUTES = 5
LOOK_S = 25.0  # Dagster ends a look after 60 s without a word; the reason must be told before that
_SENSOR_S = 30

Look = Callable[[MplusClient], Mapping[str, int]]


@dataclass(frozen=True)
class Ticking:
    """The sensor and the schedules of one flow."""

    sensor: dg.SensorDefinition
    schedules: tuple[dg.ScheduleDefinition, ...]


def ticking(flow: str, job: UnresolvedAssetJobDefinition, look: Look, *, reading_op: str, place: int) -> Ticking:
    """Return what runs a flow by itself.

    ``look`` asks MplusKASSA for the markers that matter. The night's run has ``read_everything`` set on ``reading_op``. ``place``
    (0 to 4) staggers the flows: they begin in different minutes, and at night ten minutes apart.
    """
    running = current_settings().runs_by_itself

    @dg.sensor(
        name=f"{flow}_changes",
        job=job,
        minimum_interval_seconds=_SENSOR_S,
        default_status=dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED,
        description="A run when MplusKASSA's sync markers moved, or when the last run failed.",
    )
    def changes_sensor(context: dg.SensorEvaluationContext, mplus: dg.ResourceParam[MplusClient]) -> dg.RunRequest | dg.SkipReason:
        return _tick(context.instance, flow, mplus, look)

    status = dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED

    @dg.schedule(
        name=f"{flow}_every_{EVERY_MINUTES}_minutes",
        job=job,
        cron_schedule=f"{place}-59/{EVERY_MINUTES} * * * *",
        default_status=status,
        description="The same look by the clock, for installations without sensors.",
    )
    def frequent(context: dg.ScheduleEvaluationContext, mplus: dg.ResourceParam[MplusClient]) -> dg.RunRequest | dg.SkipReason:
        return _tick(context.instance, flow, mplus, look)

    @dg.schedule(
        name=f"{flow}_nightly",
        job=job,
        cron_schedule=f"{10 * place} 2 * * *",
        execution_timezone=current_settings().timezone,
        default_status=status,
        description="Reads everything again: what disappeared without a marker is found by morning.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        config = {"ops": {reading_op: {"config": {"read_everything": True}}}}
        yield dg.RunRequest(run_key=f"{flow}/night/{context.scheduled_execution_time:%Y-%m-%d}", run_config=config)

    return Ticking(changes_sensor, (frequent, nightly))


def _tick(instance: dg.DagsterInstance, flow: str, mplus: MplusClient, look: Look) -> dg.RunRequest | dg.SkipReason:
    mplus.patience = replace(mplus.patience, budget_s=min(mplus.patience.budget_s, LOOK_S))
    try:
        markers = json.dumps(dict(look(mplus)), sort_keys=True)
    except RemoteFailure as failure:
        raise dg.Failure(str(failure)) from None
    return due(instance, flow, markers, datetime.now(UTC))


def due(instance: dg.DagsterInstance, flow: str, markers: str, now: datetime) -> dg.RunRequest | dg.SkipReason:
    """Return the run to ask for: for markers that no run was asked for yet, or once more after a failure and a rest."""
    runs = past_runs(instance, flow, now)
    asked = next((run.tags[MARKERS_TAG] for run in runs if MARKERS_TAG in run.tags), None)
    tags = {MARKERS_TAG: markers}
    if asked != markers:
        return dg.RunRequest(run_key=None, tags=tags)
    for repeat in repeats(runs, {}, now):
        return dg.RunRequest(run_key=f"{flow}/again/{repeat.key}", tags=tags)
    return dg.SkipReason(f"nothing moved: {markers}")
