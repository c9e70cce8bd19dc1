"""The sensor of the way back: one run for each day with something new, none for own documents, one call when nothing moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from posbridge_dagster.flows import again
from posbridge_dagster.flows.balancing import nightly_schedule as balance_schedule
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.automation import changes_sensor
from posbridge_dagster.resources import RESOURCES
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, SECOND_DAY, Counter, bag, till_shop


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(till_shop(), tmp_path, POSBRIDGE_RETRY_BUDGET_S="0.1") as both:
        yield both


class Looking:
    """A sensor that looks again and again, its cursor kept as Dagster keeps it."""

    def __init__(self, sides: BothSides, instance: dg.DagsterInstance | None = None) -> None:
        self.sides, self.instance = sides, instance or dg.DagsterInstance.ephemeral()
        self.cursor: str | None = None

    def look(self) -> list[str]:
        """Return the days that are asked for."""
        resources = {name: RESOURCES[name] for name in ("settings", "mplus", "ledger")}
        self.sides.forget_calls()
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor, resources=resources) as context:
            result = changes_sensor(context)
            self.cursor = getattr(result, "cursor", None) or context.cursor
        requests = result.run_requests or [] if isinstance(result, dg.SensorResult) else []
        return [request.partition_key or "" for request in requests]

    def calls(self) -> list[str]:
        """Return what the last look asked MplusKASSA for."""
        return [call.operation for call in self.sides.mplus.control.calls if call.operation != "getApiVersion"]


def test_a_booked_document_asks_for_its_day_once_and_what_happens_to_it_asks_again(sides: BothSides) -> None:
    at, looking = Counter(sides.till), Looking(sides)
    at.order("long ago", FIRST_DAY, bag)
    assert looking.look() == []  # what is older than a day is no news
    assert looking.look() == []
    booked = at.order("new", FIRST_DAY, bag)
    at.invoice("new too", SECOND_DAY, bag)
    assert looking.look() == [FIRST_DAY, SECOND_DAY]
    assert looking.look() == []
    billed = at.bill(booked)
    assert looking.look() == [FIRST_DAY]
    at.pay(billed, 1995)
    assert looking.look() == [FIRST_DAY]


def test_an_idle_till_costs_one_call_a_look(sides: BothSides) -> None:
    looking = Looking(sides)
    Counter(sides.till).order("own", FIRST_DAY, bag, paid=1995, extOrderId="shopify:sandbox:5001")
    assert [looking.look() for _ in range(3)] == [[], [], []]
    assert looking.calls() == ["getCurrentSyncMarkersV2"]


def test_a_day_whose_run_failed_is_asked_for_again_after_a_rest(sides: BothSides, monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        looking = Looking(sides, instance)
        create_run_for_test(instance, job_name=FLOW, tags={"dagster/partition": FIRST_DAY}, status=dg.DagsterRunStatus.FAILURE)
        assert looking.look() == []
        monkeypatch.setattr(again, "FIRST_REST", timedelta(0))
        assert looking.look() == [FIRST_DAY]


def test_the_nightly_balance_asks_for_the_directions_that_were_run(sides: BothSides) -> None:
    Counter(sides.till).order("sold", FIRST_DAY, bag, paid=1995)
    assert sides.run(FIRST_DAY).success
    night = datetime(2025, 10, 22, 3, tzinfo=UTC)
    resources = {name: RESOURCES[name] for name in ("settings", "frame_store")}
    with dg.build_schedule_context(scheduled_execution_time=night, resources=resources) as context:
        requests = list(cast(Iterator[dg.RunRequest], balance_schedule(context)))
    asked = [(request.partition_key, [key.path[1] for key in request.asset_selection or ()]) for request in requests]
    assert asked == [(FIRST_DAY, [FLOW, FLOW])]
