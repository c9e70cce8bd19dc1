from datetime import UTC, date, datetime, timedelta

import dagster as dg
from dagster._core.test_utils import create_run_for_test

from posbridge_dagster.flows.again import LONGEST_REST, Ending, PastRun, Repeat, past_runs, repeats

NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
DAY = "2025-10-20"


def ran(ending: Ending, minutes_ago: float, run_id: str = "r", day: str = DAY) -> PastRun:
    return PastRun(run_id, day, ending, NOW - timedelta(minutes=minutes_ago))


def asked(*runs: PastRun, unfinished: float | None = None) -> list[Repeat]:
    waiting = {} if unfinished is None else {date.fromisoformat(DAY): NOW - timedelta(minutes=unfinished)}
    return list(repeats(runs, waiting, NOW))


def test_a_day_that_went_well_is_left_alone() -> None:
    assert asked(ran("well", 30), ran("badly", 60)) == []
    assert asked() == []


def test_a_failed_day_is_asked_for_after_its_rest_once_per_failure() -> None:
    assert asked(ran("badly", 1)) == []
    assert asked(ran("badly", 3, "r1")) == [Repeat(DAY, "r1")]


def test_the_rest_grows_with_each_failure_up_to_an_hour() -> None:
    thrice = [ran("badly", minutes, f"r{minutes}") for minutes in (7, 20, 30)]
    assert asked(*thrice) == []
    assert asked(ran("badly", 9, "r9"), *thrice[1:]) == [Repeat(DAY, "r9")]
    often = [ran("badly", 61 + number, f"r{number}") for number in range(40)]
    assert asked(*often) == [Repeat(DAY, "r0")]
    assert timedelta(minutes=61) > LONGEST_REST


def test_while_a_run_is_under_way_nothing_is_asked_unless_it_is_long_dead() -> None:
    assert asked(ran("not yet", 5), ran("badly", 30), unfinished=30) == []
    assert asked(ran("not yet", 90, "dead")) == [Repeat(DAY, "dead")]


def test_what_was_left_unfinished_is_asked_for_though_its_run_went_well_or_is_forgotten() -> None:
    (repeat,) = asked(ran("well", 30), unfinished=3)
    assert repeat == Repeat(DAY, (NOW - timedelta(minutes=3)).isoformat())
    assert asked(unfinished=3) == [repeat]
    assert asked(unfinished=1) == []


def test_days_are_judged_each_by_itself_and_come_oldest_first() -> None:
    runs = [ran("badly", 3, "b", "2025-10-19"), ran("well", 3), ran("badly", 3, "a", "2025-10-18")]
    assert [repeat.day for repeat in asked(*runs)] == ["2025-10-18", "2025-10-19"]


def test_dagster_is_asked_for_the_runs_of_the_job_with_their_days() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for status, day in (
            (dg.DagsterRunStatus.SUCCESS, "2025-10-18"),
            (dg.DagsterRunStatus.FAILURE, DAY),
            (dg.DagsterRunStatus.STARTED, DAY),
        ):
            create_run_for_test(instance, job_name="sales", status=status, tags={"dagster/partition": day})
        create_run_for_test(instance, job_name="other", status=dg.DagsterRunStatus.FAILURE, tags={"dagster/partition": DAY})
        now = datetime.now(UTC)
        runs = past_runs(instance, "sales", now)
        assert [(run.day, run.ending) for run in runs] == [(DAY, "not yet"), (DAY, "badly"), ("2025-10-18", "well")]
        assert all(abs(run.at - now) < timedelta(minutes=1) for run in runs)
