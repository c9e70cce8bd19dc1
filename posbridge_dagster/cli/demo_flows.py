"""Runs every flow of the demo through Dagster, and gathers what became of the records."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from posbridge_dagster.cli.demo_tables import ORDERS, said_of
from posbridge_dagster.model.outcome import Outcome

if TYPE_CHECKING:
    import dagster as dg
    import pandas as pd

LAST = "stock_to_shopify"
"""Orders move stock, so stock is looked at behind them."""


class Flows:
    """Every flow on the days of the demo: the catalogue first, then the orders of each day both ways, then stock and the balance."""

    def __init__(self, console: Console, instance: "dg.DagsterInstance", days: Sequence[str]) -> None:
        from posbridge_dagster.cli.runs import flows, flows_with_days
        from posbridge_dagster.settings import read_settings
        from posbridge_dagster.storage import FrameStore

        self._console, self._instance, self.days = console, instance, list(days)
        self._store = FrameStore(read_settings().frames_url)
        by_day = sorted(flows_with_days())
        whole = sorted(flows(), key=lambda flow: (flow == LAST, not flow.startswith("products"), flow))
        self._before = [flow for flow in whole if flow not in by_day and flow != LAST]
        self._by_day = by_day
        self.failed_checks: list[str] = []

    def run(self, title: str) -> dict[str, Counter[str]]:
        """Run everything once and return how the records of each flow ended, all days together."""
        steps = [(flow, "") for flow in self._before]
        steps += [(flow, day) for day in self.days for flow in self._by_day]
        steps += [(LAST, "")]
        counts: dict[str, Counter[str]] = {flow: Counter() for flow, _ in steps}
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as progress:
            task = progress.add_task(title, total=len(steps))
            for flow, day in steps:
                progress.update(task, description=f"{title}: {f'{flow} {day}'.strip()}")
                ended = self._run(flow, day)
                counts[flow] += ended
                progress.advance(task)
                if not self._console.is_terminal:
                    self._console.print(f"{title}: {said_of(f'{flow} {day}'.strip(), ended)}")
        return counts

    def balance(self) -> None:
        """Add both sides of every day up, in both directions; a day that does not balance is a failed check."""
        from posbridge_dagster.cli.runs import run_flow
        from posbridge_dagster.definitions import defs

        job = defs.resolve_job_def("balance")
        for day in self.days:
            self._note_checks(run_flow(job, day, self._instance), f"balance {day}")

    def results(self, flow: str, frame: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the newest result rows of a flow, of one frame or of all."""
        from posbridge_dagster.loading.rows import plain_rows

        for name, result in self._results(flow):
            if frame in (None, name):
                yield from plain_rows(result)

    def week(self) -> list[dict[str, Any]]:
        """Return counts and sums of the orders that went to MplusKASSA, one row a day."""
        rows = list(self.results(ORDERS, "orders"))
        return [_day_row(day, [row for row in rows if row["day"] == day]) for day in self.days]

    def _run(self, flow: str, day: str) -> Counter[str]:
        from posbridge_dagster.cli.runs import job_of, run_flow

        self._note_checks(run_flow(job_of(flow), day or None, self._instance), f"{flow} {day}".strip())
        return Counter(outcome for _, result in self._results(flow, day) for outcome in result["outcome"])

    def _results(self, flow: str, day: str = "") -> Iterator[tuple[str, "pd.DataFrame"]]:
        from posbridge_dagster.cli.runs import flows_with_days, job_of, result_keys

        days = ([day] if day else self.days) if flow in flows_with_days() else [None]
        for frame, key in result_keys(job_of(flow)).items():
            for each in days:
                result = self._store.read(key.path, each)
                if result is not None and "outcome" in result:
                    yield frame, result

    def _note_checks(self, run: "dg.ExecuteInProcessResult", what: str) -> None:
        checks = run.get_asset_check_evaluations()
        self.failed_checks += [f"{check.check_name} of {what}" for check in checks if not check.passed]
        if not checks:
            self.failed_checks.append(f"none was made for {what}")


def _day_row(day: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    counts = Counter(row["outcome"] for row in rows)
    there = [row for row in rows if row["outcome"] in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)]
    return {
        "day": day,
        "read": len(rows),
        **{outcome.value: counts[outcome.value] for outcome in Outcome},
        "sold": sum(row["amount_minor"] or 0 for row in rows),
        "written": sum(row["written_minor"] or 0 for row in there),
    }
