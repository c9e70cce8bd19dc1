"""Whether a long backfill needs more memory or more time per order than a short one.

The same pretend shop is brought to MplusKASSA day by day, all days in one process: 3 days, and 30 days.

Usage: python benchmarks/backfill.py
Prints peak memory and processor time per order, and PASS or FAIL of the budgets; exit status 1 when one is exceeded.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2025, 10, 1)
SHORT, LONG = 3, 30
ORDERS_PER_DAY = 60
MEMORY_BUDGET, TIME_BUDGET = 1.2, 1.1
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_days(days: int) -> dict[str, float]:
    """Run the flow for some days in this process and return peak memory (MiB) and processor milliseconds per order, day by day."""
    import dagster as dg

    from posbridge_dagster.definitions import defs
    from posbridge_dagster.flows.orders_to_mplus import FLOW
    from posbridge_dagster.settings import read_settings
    from posbridge_dagster.storage import FrameStore

    job, store = defs.resolve_job_def(FLOW), FrameStore(read_settings().frames_url)
    spent = []
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        for offset in range(days):
            day = (FIRST_DAY + timedelta(days=offset)).isoformat()
            started = time.process_time()
            run = job.execute_in_process(QUIET, partition_key=day, instance=instance)
            result = store.read([FLOW, "orders", "result"], day)
            assert run.success and result is not None and set(result["outcome"]) <= {"created", "skipped", "quarantined"}
            spent.append((time.process_time() - started) * 1000 / len(result))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak": peak, "first": min(spent[1:SHORT]), "last": min(spent[-SHORT + 1 :])}


def measured(days: int) -> dict[str, float]:
    """Fill a pretend shop, run its days in a process of their own and return what that process measured."""
    from posbridge_dagster.cli.demo_systems import alone, sandbox

    mappings = Path("mappings").absolute()
    with (
        tempfile.TemporaryDirectory() as folder,
        alone(Path(folder), mappings),
        sandbox(Path(folder), FIRST_DAY, LONG, ORDERS_PER_DAY) as systems,
    ):
        os.environ.update(systems.environment)
        child = subprocess.run([sys.executable, str(SELF), str(days)], capture_output=True, text=True, check=True)
        answer: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
        return answer


def main() -> int:
    """Compare a long backfill with a short one."""
    short, long = measured(SHORT), measured(LONG)
    memory, pace = long["peak"] / short["peak"], long["last"] / long["first"]
    verdicts = ["PASS" if value <= budget else "FAIL" for value, budget in ((memory, MEMORY_BUDGET), (pace, TIME_BUDGET))]
    peaks = f"{SHORT} days {short['peak']:.0f} MiB, {LONG} days {long['peak']:.0f} MiB"
    print(f"peak memory: {peaks}, {memory:.2f} x (at most {MEMORY_BUDGET}) {verdicts[0]}")
    paces = f"first days {long['first']:.1f} ms, last days {long['last']:.1f} ms"
    print(f"processor time per order: {paces}, {pace:.2f} x (at most {TIME_BUDGET}) {verdicts[1]}")
    return int("FAIL" in verdicts)


SELF = Path(__file__).absolute()

if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_days(int(sys.argv[1]))))
        sys.exit(0)
    sys.exit(main())
