"""Brings the sales and credits of a transaction file to MplusKASSA, day by day through Dagster, and balances every day.

    python benchmarks/transactions.py FILE.parquet 2009-12-01..2010-12-09 [DAY ...]

Both systems hold all of these days; run are all of them, or only the days that are named.
Prints per-day problems as they come and the figures of the whole at the end; exit status 1 when a day does not balance.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import requests

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
EDGE = 10
BUDGET = 1.1


def days_of(span: str) -> list[str]:
    first, last = (date.fromisoformat(day) for day in span.split(".."))
    return [(first + timedelta(days=offset)).isoformat() for offset in range((last - first).days + 1)]


def start_sandbox(folder: Path, file: str, span: str) -> tuple["subprocess.Popen[bytes]", dict[str, str]]:
    """Serve both systems with the days of the file; return the process and the variables that lead to it."""
    ready = folder / "ready.json"
    options = ["--shopify-port", "0", "--mplus-port", "0", "--plan", "enterprise", "--from-transactions", file, "--days", span]
    process = subprocess.Popen(
        [sys.executable, "-m", "posbridge_dagster.cli", "sandbox", *options, "--ready-file", str(ready)], stdout=subprocess.DEVNULL
    )
    while not ready.exists():
        if process.poll() is not None:
            raise SystemExit("the sandbox did not start")
        time.sleep(0.2)
    announced = json.loads(ready.read_text())
    print("the file:", {name: count for name, count in announced["report"].items() if count})
    return process, announced["environment"]


def run_days(days: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Run and balance each day; return one row per day and how many did not balance."""
    import dagster as dg

    from posbridge_dagster.definitions import defs
    from posbridge_dagster.flows.balancing import balance_keys
    from posbridge_dagster.loading.result import outcome_counts
    from posbridge_dagster.settings import read_settings
    from posbridge_dagster.storage import FrameStore

    settings = read_settings()
    store = FrameStore(settings.frames_url)
    flow, sums = defs.resolve_job_def("orders_to_mplus"), defs.resolve_job_def("balance")
    rows: list[dict[str, Any]] = []
    unbalanced = 0
    instance = dg.DagsterInstance.local_temp()  # on disk: what Dagster remembers of a run is no part of our memory
    for day in days:
        started, busy = time.perf_counter(), time.process_time()
        run = flow.execute_in_process(QUIET, partition_key=day, instance=instance, raise_on_error=False)
        seconds, processor = time.perf_counter() - started, time.process_time() - busy
        balance = sums.execute_in_process(
            QUIET, partition_key=day, instance=instance, raise_on_error=False, asset_selection=balance_keys("orders_to_mplus")
        )
        checks = [*run.get_asset_check_evaluations(), *balance.get_asset_check_evaluations()]
        checks = [check for check in checks if check.severity != dg.AssetCheckSeverity.WARN]  # a day of few orders may be right
        right = run.success and balance.success and all(check.passed for check in checks)
        row: dict[str, Any] = {"day": day, "seconds": seconds, "processor": processor}
        for name in ("orders", "refunds"):
            result = store.read(["orders_to_mplus", name, "result"], day)
            counts = {} if result is None else outcome_counts(result)
            row[name] = 0 if result is None else len(result)
            row[f"{name}_outcomes"] = {outcome: count for outcome, count in counts.items() if count}
            there = None if result is None else result[result["outcome"].isin(["created", "unchanged"])]
            row[f"{name}_written"] = 0 if there is None else int(there["written_minor"].sum())
            row[f"{name}_codes"] = Counter() if result is None else Counter(code for code in result["code"] if code)
        rows.append(row)
        if not right:
            unbalanced += 1
            failed = [event.step_failure_data.error for event in (*run.all_events, *balance.all_events) if event.is_step_failure]
            reason = failed[0].message.strip()[:500] if failed and failed[0] else ""
            print(day, "DOES NOT BALANCE", [check.check_name for check in checks if not check.passed], reason, flush=True)
        if len(rows) % 25 == 0:
            print(day, sum(each["orders"] for each in rows), "orders so far", flush=True)
    return rows, unbalanced


def main() -> int:
    """Bring the days of a transaction file over and print the figures; return 1 when a day does not balance."""
    if len(sys.argv) < 3:
        print("skipped: give a transaction file and days A..B")
        return 0
    file, span, *chosen = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="posbridge-transactions-") as folder:
        process, environment = start_sandbox(Path(folder), file, span)
        try:
            os.environ.update(environment, POSBRIDGE_HOME=str(Path(folder) / "home"))
            started = time.perf_counter()
            rows, unbalanced = run_days(chosen or days_of(span))
            minutes = (time.perf_counter() - started) / 60
            calls = {name: log_of(environment[f"{name}_API_URL"]) for name in ("SHOPIFY", "MPLUS")}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    return report([row for row in rows if row["orders"]], unbalanced, minutes, calls)


def log_of(url: str) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = requests.get(f"{url}/control/calls", timeout=600).json()
    return calls


def milliseconds_per_document(rows: list[dict[str, Any]], clock: str) -> float:
    documents = sum(row["orders"] + row["refunds"] for row in rows)
    spent: float = sum(row[clock] for row in rows)
    return spent * 1000 / max(int(documents), 1)


def report(rows: list[dict[str, Any]], unbalanced: int, minutes: float, calls: dict[str, list[dict[str, Any]]]) -> int:
    """Print the figures of all days; return 1 when a day does not balance."""
    orders, refunds = (sum(row[name] for row in rows) for name in ("orders", "refunds"))
    for name in ("orders", "refunds"):
        outcomes: Counter[str] = Counter()
        codes: Counter[str] = Counter()
        for row in rows:
            outcomes.update(row[f"{name}_outcomes"])
            codes.update(row[f"{name}_codes"])
        cents = sum(row[f"{name}_written"] for row in rows)
        print(f"{name}: {sum(row[name] for row in rows)} {dict(outcomes)} {dict(codes)} written {cents / 100:,.2f} EUR")
    soap = Counter(call["operation"] for call in calls["MPLUS"])
    print(f"{len(rows)} trading days, {minutes:.1f} minutes, {unbalanced} days out of balance")
    print(f"SOAP calls per document {sum(soap.values()) / max(orders + refunds, 1):.2f} (balance included): {dict(soap)}")
    print(f"Shopify calls {len(calls['SHOPIFY'])}, points {sum(call['cost'] or 0 for call in calls['SHOPIFY']):.0f}")
    print(f"peak memory of the pipeline {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    for clock in ("seconds", "processor"):
        first, last = (milliseconds_per_document(part, clock) for part in (rows[:EDGE], rows[-EDGE:]))
        verdict = "PASS" if last <= BUDGET * first else "FAIL"
        print(f"{clock} per document: first {EDGE} days {first:.1f} ms, last {EDGE} days {last:.1f} ms, ratio {last / first:.2f} {verdict}")
    return 1 if unbalanced else 0


if __name__ == "__main__":
    sys.exit(main())
