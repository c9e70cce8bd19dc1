"""One run of the flow for one day through Dagster, in this process or as the whole work of another."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.orders_to_mplus import FLOW

OURS = ("POSBRIDGE_", "SHOPIFY_", "MPLUS_")
JOB = defs.resolve_job_def(FLOW)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

_instances: list[dg.DagsterInstance] = []


@dataclass(frozen=True)
class Ended:
    """How a run ended: its checks by name (passed on every frame that has it), and the text of its first failure."""

    success: bool
    checks: dict[str, bool]
    failure: str


def run_day(day: str, *, read_everything: bool = False, dry_run: bool = False) -> Ended:
    """Materialise the whole flow for a day, with the settings of this process's environment."""
    ops: dict[str, Any] = {"write_orders": {"config": {"dry_run": dry_run}}}  # one op is enough to make a run a plan
    ops["read_shopify_orders"] = {"config": {"read_everything": read_everything}}
    result = JOB.execute_in_process({**QUIET, "ops": ops}, partition_key=day, instance=instance(), raise_on_error=False)
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    checks: dict[str, bool] = {}
    for check in result.get_asset_check_evaluations():  # one name may stand on several frames
        checks[check.check_name] = checks.get(check.check_name, True) and check.passed
    return Ended(result.success, checks, str(failures[0].message) if failures and failures[0] else "")


def instance() -> dg.DagsterInstance:
    """Return the one Dagster instance of this process: its connection must not end in the thread of a sandbox."""
    if not _instances:
        _instances.append(dg.DagsterInstance.ephemeral())
    return _instances[0]


def main(environment: Mapping[str, str], day: str) -> None:
    """Run a day with these settings and end the process: status 0 when it went well, 1 with the failure on standard error."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(environment)
    ended = run_day(day)
    if not ended.success:
        sys.stderr.write(f"{ended.failure}\n")
    sys.exit(0 if ended.success else 1)
