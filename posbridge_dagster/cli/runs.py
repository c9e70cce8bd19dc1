"""Runs a flow through Dagster, inside this process and without Dagster's log."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from posbridge_dagster.definitions import defs

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_RESULT = "result"


def flows() -> list[str]:
    """Return the names of the flows: the jobs that end in results of records."""
    return sorted(job.name for job in defs.jobs or () if result_keys(defs.resolve_job_def(job.name)))


def job_of(flow: str) -> dg.JobDefinition:
    """Return the job of a flow; raises click.ClickException, naming the flows, where there is none of this name."""
    if flow not in flows():
        raise click.ClickException(f"there is no flow {flow}; choose one of: {', '.join(flows())}")
    return defs.resolve_job_def(flow)


def result_keys(job: dg.JobDefinition) -> dict[str, dg.AssetKey]:
    """Return the asset keys of a flow's results by the name of their frame, such as ``customers`` and ``orders``.

    A result that tells of something else than the records of the flow, such as drift, is none.
    """
    keys = sorted(job.asset_layer.executable_asset_keys)
    return {key.path[-2]: key for key in keys if key.path[-1] == _RESULT and _tells_outcomes(job, key)}


def _tells_outcomes(job: dg.JobDefinition, key: dg.AssetKey) -> bool:
    schema = job.asset_layer.get(key).metadata.get("dagster/column_schema")
    return not isinstance(schema, dg.TableSchema) or any(column.name == "outcome" for column in schema.columns)


def flows_with_days() -> set[str]:
    """Return the names of the flows that are run day by day; the others are run as a whole."""
    return {flow for flow in flows() if defs.resolve_job_def(flow).partitions_def is not None}


def run_flow(
    job: dg.JobDefinition,
    day: str | None,
    instance: dg.DagsterInstance,
    resources: Mapping[str, object] | None = None,
    assets: Sequence[dg.AssetKey] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a flow and return what Dagster tells of it; ``resources`` take the place of the job's own, ``assets`` are not all of it.

    ``day`` is None for a flow without days. Raises click.ClickException with the reason of the first step that failed, or when the
    flow has no such day.
    """
    calendar = job.partitions_def
    if (calendar is None) != (day is None):
        advice = "is run day by day: name one with --day" if day is None else "has no days: leave --day out"
        raise click.UsageError(f"{job.name} {advice}")
    if day is not None and calendar is not None and not calendar.has_partition_key(day):
        first = calendar.get_first_partition_key() if isinstance(calendar, dg.TimeWindowPartitionsDefinition) else "the first"
        raise click.ClickException(f"{job.name} has no day {day}: its days go from {first} (POSBRIDGE_FIRST_DAY) to today")
    try:
        run = job.execute_in_process(
            _QUIET, partition_key=day, instance=instance, raise_on_error=False, resources=resources, asset_selection=assets
        )
    except DagsterExecutionInterruptedError:
        raise click.Abort from None
    if not run.success:
        raise click.ClickException(f"the run of {day or job.name} failed: {_first_reason(run)}")
    return run


def _first_reason(run: dg.ExecuteInProcessResult) -> str:
    for event in run.all_events:
        if event.is_step_failure:
            failure: Any = event.step_failure_data
            if failure.user_failure_data and failure.user_failure_data.description:
                return str(failure.user_failure_data.description)
            if failure.error is not None:
                return str(failure.error.message).strip()
    return "no step says why"
