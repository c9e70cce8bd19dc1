"""`posbridge demo`: a pretend week goes from the shop to the administration, twice, and both sides are added up."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from posbridge_dagster.cli.demo_systems import STOPPING, Systems, alone, sandbox
from posbridge_dagster.cli.demo_tables import balance_table, balanced, days_table, quarantine_table, said_of_day
from posbridge_dagster.cli.screen import screen

if TYPE_CHECKING:
    from posbridge_dagster.flows.stages import Stage

FIRST_DAY = date(2026, 10, 19)  # the week ends with the night on which the clocks go back
DAYS = 7
ORDERS_PER_DAY = 30


@click.command()
def demo() -> None:
    """Fill a pretend shop with a week of nasty sales, bring every day to the administration, twice, and balance both sides."""
    console, mappings = screen(), Path("mappings").absolute()
    if not mappings.is_dir():
        raise click.ClickException(f"there is no folder {mappings}: run the demo in the folder of the project")
    with _interruptible(), tempfile.TemporaryDirectory(prefix="posbridge-demo-") as folder, alone(Path(folder), mappings):
        console.print("Filling a pretend shop and a pretend administration ...")
        with sandbox(Path(folder), FIRST_DAY, DAYS, ORDERS_PER_DAY) as systems:
            faults = _shown(console, systems)
    if faults:
        raise click.ClickException("; ".join(faults))
    console.print("Both sides balance, and a second pass writes nothing.", style="green")


def _shown(console: Console, systems: Systems) -> list[str]:
    """Run the week twice, print what happened and return what is not as it should be."""
    import dagster as dg

    os.environ.update(systems.environment)
    days = [(FIRST_DAY + timedelta(days=offset)).isoformat() for offset in range(DAYS)]
    with dg.DagsterInstance.ephemeral() as instance:  # its runs are shown here and nowhere else, so they need no database
        week = _Week(console, instance)
        first = week.run(days, "first pass")
        console.print(days_table("What happened to the orders of the week", first))
        console.print(quarantine_table(week.results(days)))
        systems.forget_calls()
        second = week.run(days, "second pass")
        writes, sides = systems.writes(), systems.both_sides(week.results(days))
        console.print(f"Second pass: {sum(row['unchanged'] for row in second)} orders unchanged, {writes} write calls.")
        console.print(balance_table(sides))
        faults = {
            "the two sides do not balance": not balanced(sides),
            "nothing was written in the first pass": not sum(row["created"] for row in first),
            "the second pass was not quiet": bool(writes) or any(row["created"] or row["failed"] for row in second),
            f"asset checks did not pass: {', '.join(week.failed_checks)}": bool(week.failed_checks),
        }
    return [fault for fault, happened in faults.items() if happened]


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM, and Ctrl+C also where a shell has interrupts ignored, end the demo so that it cleans up behind itself."""
    handlers = {number: signal.signal(number, signal.default_int_handler) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


class _Week:
    """Runs the flow's job for each day through Dagster."""

    def __init__(self, console: Console, instance: Any) -> None:
        from posbridge_dagster.cli.runs import job_of
        from posbridge_dagster.flows.orders_to_mplus import FLOW
        from posbridge_dagster.settings import read_settings
        from posbridge_dagster.storage import FrameStore

        self._console, self._instance, self._flow = console, instance, FLOW
        self._store = FrameStore(read_settings().frames_url)
        self._job = job_of(FLOW)
        self.failed_checks: list[str] = []

    def run(self, days: list[str], title: str) -> list[dict[str, Any]]:
        """Run every day and return its counts and sums."""
        rows = []
        done = TextColumn("{task.completed}/{task.total} days")
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), done, TimeElapsedColumn())
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as progress:
            task = progress.add_task(title, total=len(days))
            for day in days:
                progress.update(task, description=f"{title}: {day}")
                rows.append(self._run_day(day))
                progress.advance(task)
                if not self._console.is_terminal:
                    self._console.print(f"{title}: {said_of_day(rows[-1])}")
        return rows

    def results(self, days: list[str]) -> list[dict[str, Any]]:
        """Return the result rows of all days."""
        from posbridge_dagster.loading.rows import plain_rows

        return [row for day in days for row in plain_rows(self._frame("result", day))]

    def _run_day(self, day: str) -> dict[str, Any]:
        from posbridge_dagster.cli.runs import run_flow

        checks = run_flow(self._job, day, self._instance).get_asset_check_evaluations()
        self.failed_checks += [f"{check.check_name} of {day}" for check in checks if not check.passed]
        if not checks:
            self.failed_checks.append(f"none was made for {day}")
        return self._row(day)

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
