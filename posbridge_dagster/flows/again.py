"""Which days to run once more: those whose last run failed, and those with records that were left unfinished.

A run that fails before anything was claimed (the other system was down) leaves no trace in the ledger, and one that was killed
leaves no result, so both memories are asked. A day rests longer after each failure: what only a person can mend is not tried a
thousand times, and what mends itself is not left until the night.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import dagster as dg

FIRST_REST, LONGEST_REST = timedelta(minutes=2), timedelta(hours=1)
STALE = timedelta(hours=1)
LOOK_BACK = timedelta(days=3)
_MOST_RUNS = 500
_PARTITION = "dagster/partition"

Ending = Literal["well", "badly", "not yet"]
_ENDINGS: Mapping[dg.DagsterRunStatus, Ending] = {
    dg.DagsterRunStatus.SUCCESS: "well",
    dg.DagsterRunStatus.FAILURE: "badly",
    dg.DagsterRunStatus.CANCELED: "well",  # somebody did not want it
}


@dataclass(frozen=True)
class PastRun:
    """A run of one day, as Dagster remembers it; ``at`` is when it last changed. A flow without days has the day ``""``."""

    run_id: str
    day: str
    ending: Ending
    at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Repeat:
    """A day to run once more; ``key`` is the same until the next attempt ended."""

    day: str
    key: str


def past_runs(instance: dg.DagsterInstance, job: str, now: datetime) -> list[PastRun]:
    """Return the runs of a job in the last days, newest first; of very many, the newest."""
    wanted = dg.RunsFilter(job_name=job, updated_after=now - LOOK_BACK)
    runs = []
    for record in instance.get_run_records(wanted, limit=_MOST_RUNS):
        run = record.dagster_run
        ending = _ENDINGS.get(run.status, "not yet")
        runs.append(PastRun(run.run_id, run.tags.get(_PARTITION, ""), ending, record.update_timestamp.replace(tzinfo=UTC), dict(run.tags)))
    return runs


def repeats(runs: Iterable[PastRun], unfinished: Mapping[date, datetime], now: datetime) -> Iterator[Repeat]:
    """Yield the days that have rested long enough, oldest first.

    ``runs`` are those of ``past_runs``, ``unfinished`` says of days with unfinished records when the last of them changed.
    """
    by_day: dict[str, list[PastRun]] = {}
    for run in runs:
        by_day.setdefault(run.day, []).append(run)
    waiting = {day.isoformat(): at for day, at in unfinished.items()}
    for day in sorted(by_day.keys() | waiting.keys()):
        failures = _failures_in_a_row(by_day.get(day, []), now)
        if failures is None:
            continue
        if failures:
            last = failures[0]
            rest = min(FIRST_REST * 2 ** min(len(failures) - 1, 10), LONGEST_REST)
            if last.at < now - rest:
                yield Repeat(day, last.run_id)
        elif day in waiting and waiting[day] < now - FIRST_REST:
            yield Repeat(day, waiting[day].isoformat())


def _failures_in_a_row(newest_first: list[PastRun], now: datetime) -> list[PastRun] | None:
    """Return the failed runs since the last good one, newest first; None while a run is under way."""
    failures = []
    for run in newest_first:
        if run.ending == "not yet" and run.at > now - STALE:
            return None
        if run.ending == "well":
            break
        failures.append(run)
    return failures
