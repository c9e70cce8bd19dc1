"""`posbridge demo`: a pretend week goes from the shop to the administration, twice, and both sides are added up."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from posbridge_dagster.cli.demo_tables import balance_table, balanced, days_table, quarantine_table

if TYPE_CHECKING:
    from posbridge_dagster.flows.stages import Stage

FIRST_DAY = date(2026, 10, 19)  # the week ends with the night on which the clocks go back
DAYS = 7
ORDERS_PER_DAY = 30
START_S = 60

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@click.command()
def demo() -> None:
    """Fill a pretend shop with a week of nasty sales, bring every day to the administration, twice, and balance both sides."""
    console = Console()
    days = [(FIRST_DAY + timedelta(days=offset)).isoformat() for offset in range(DAYS)]
    with tempfile.TemporaryDirectory(prefix="posbridge-demo-") as folder, _sandbox(Path(folder), console) as systems:
        os.environ.update(systems.environment, POSBRIDGE_HOME=str(Path(folder) / "home"))
        week = _Week(console)
        first = week.run(days, "first pass")
        console.print(days_table("What happened to the orders of the week", first))
        if any(row["quarantined"] or row["skipped"] or row["failed"] for row in first):
            console.print(quarantine_table(week.results(days)))
        systems.forget_calls()
        second = week.run(days, "second pass")
        writes = systems.writes()
        console.print(f"Second pass: {sum(row['unchanged'] for row in second)} orders unchanged, {writes} write calls.")
        sides = systems.both_sides(week.results(days))
        console.print(balance_table(sides))
        right = balanced(sides) and writes == 0 and week.checks_passed and sum(row["created"] for row in first) > 0
        right = right and all(row["created"] == 0 and row["failed"] == 0 for row in second)
    if not right:
        raise click.ClickException("the two sides do not balance, or the second pass was not quiet")
    console.print("[green]Both sides balance, and a second pass writes nothing.[/]")


class _Systems:
    """The two sandbox systems of the demo, seen through their control endpoints."""

    def __init__(self, announcement: Mapping[str, Any]) -> None:
        self.environment: dict[str, str] = dict(announcement["environment"])
        self._urls = {name: self.environment[f"{name}_API_URL"] for name in ("SHOPIFY", "MPLUS")}

    def forget_calls(self) -> None:
        """Empty the logs of calls."""
        for url in self._urls.values():
            self._ask("DELETE", url, "calls")

    def writes(self) -> int:
        """Return how many calls changed something since the logs were emptied."""
        return sum(call["wrote"] for url in self._urls.values() for call in self._ask("GET", url, "calls"))

    def both_sides(self, results: "list[dict[str, Any]]") -> dict[str, Any]:
        """Return what either system holds by itself, and the results that explain a difference."""
        return {
            "shopify": self._ask("GET", self._urls["SHOPIFY"], "state"),
            "mplus": self._ask("GET", self._urls["MPLUS"], "state"),
            "results": results,
        }

    def _ask(self, method: str, url: str, what: str) -> Any:
        import requests

        return requests.request(method, f"{url}/control/{what}", timeout=60).json()


@contextmanager
def _sandbox(folder: Path, console: Console) -> Iterator[_Systems]:
    """Run both systems in a process of their own until the block ends."""
    ready, log = folder / "ready.json", folder / "sandbox.log"
    command = [sys.executable, "-m", "posbridge_dagster.cli", "sandbox", "--shopify-port", "0", "--mplus-port", "0", "--plan", "plus"]
    command += [
        "--first-day",
        FIRST_DAY.isoformat(),
        "--days",
        str(DAYS),
        "--orders-per-day",
        str(ORDERS_PER_DAY),
        "--ready-file",
        str(ready),
    ]
    with log.open("w") as sink, console.status("Filling a pretend shop and a pretend administration ..."):
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        ends = time.monotonic() + START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > ends:
                process.kill()
                raise click.ClickException(f"the sandbox did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
    try:
        yield _Systems(json.loads(ready.read_text()))
    finally:
        process.terminate()
        process.wait(timeout=20)


class _Week:
    """Runs the flow's job for each day through Dagster, on an instance of its own."""

    def __init__(self, console: Console) -> None:
        import dagster as dg

        from posbridge_dagster.definitions import defs
        from posbridge_dagster.flows.orders_to_mplus import FLOW
        from posbridge_dagster.settings import read_settings
        from posbridge_dagster.storage import FrameStore

        settings = read_settings()
        home = settings.home / "dagster"
        home.mkdir(parents=True)
        self._console, self._flow = console, FLOW
        self._store = FrameStore(settings.frames_url)
        self._job = defs.resolve_job_def(FLOW)
        self._instance = dg.DagsterInstance.local_temp(str(home))
        self.checks_passed = True

    def run(self, days: list[str], title: str) -> list[dict[str, Any]]:
        """Run every day and return its counts and sums."""
        rows = []
        done = TextColumn("{task.completed}/{task.total} days")
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), done, TimeElapsedColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(title, total=len(days))
            for day in days:
                progress.update(task, description=f"{title}: {day}")
                run = self._job.execute_in_process(_QUIET, partition_key=day, instance=self._instance, raise_on_error=False)
                if not run.success:
                    raise click.ClickException(f"the run of {day} failed: {_first_failure(run)}")
                checks = run.get_asset_check_evaluations()
                self.checks_passed &= len(checks) > 0 and all(check.passed for check in checks)
                rows.append(self._row(day))
                progress.advance(task)
        return rows

    def results(self, days: list[str]) -> list[dict[str, Any]]:
        """Return the result rows of all days."""
        from posbridge_dagster.loading.rows import plain_rows

        return [row for day in days for row in plain_rows(self._frame("result", day))]

    def _frame(self, stage: "Stage", day: str) -> Any:
        from posbridge_dagster.flows.stages import frame_key

        return self._store.read(frame_key(self._flow, "orders", stage).path, day)

    def _row(self, day: str) -> dict[str, Any]:
        from posbridge_dagster.loading.result import outcome_counts

        result = self._frame("result", day)
        there = result[result["outcome"].isin(["created", "updated", "unchanged"])]
        return {
            "day": day,
            "read": len(self._frame("snapshot", day)),
            **outcome_counts(result),
            "sold": int(result["amount_minor"].sum()),
            "written": int(there["written_minor"].sum()),
        }


def _first_failure(run: Any) -> str:
    failures = [event for event in run.all_events if event.is_step_failure and event.event_specific_data.error is not None]
    return str(failures[0].event_specific_data.error.message) if failures else "no step says why"
