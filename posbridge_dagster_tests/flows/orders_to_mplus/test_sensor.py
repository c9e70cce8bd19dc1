"""The sensor: one run for each day with something new, none when nothing changed, and no change missed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from posbridge_dagster.flows import again
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.automation import changes_sensor, nightly_schedule
from posbridge_dagster.resources import RESOURCES
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import DAY, little_shop, sale


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Coupling]:
    with coupled(little_shop(sale(1)), tmp_path, POSBRIDGE_RETRY_BUDGET_S="0.1") as coupling:
        yield coupling


class Looking:
    """A sensor that looks again and again, its cursor kept as Dagster keeps it."""

    def __init__(self, instance: dg.DagsterInstance | None = None) -> None:
        self.instance = instance or dg.DagsterInstance.ephemeral()
        self.cursor: str | None = None

    def look(self) -> list[tuple[str, str]]:
        """Return the days and run keys that are asked for."""
        resources = {name: RESOURCES[name] for name in ("settings", "shopify", "ledger")}
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor, resources=resources) as context:
            result = changes_sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or self.cursor
        requests = result.run_requests or []
        assert bool(requests) != bool(result.skip_reason)
        return [(request.partition_key or "", request.run_key or "") for request in requests]


def test_a_new_order_asks_for_its_day_once_and_a_change_asks_again(shop: Coupling) -> None:
    looking = Looking()
    assert looking.look() == []  # what is older than a day is no news
    shop.sell(sale(2))
    ((day, first),) = looking.look()
    assert day == DAY
    assert looking.look() == []
    threading.Event().wait(1.1)  # Shopify's stamps are whole seconds
    shop.change(2, note="gewijzigd")
    ((day, second),) = looking.look()
    assert (day, second != first) == (DAY, True)
    assert looking.look() == []


def test_orders_of_several_days_ask_for_each_day_once(shop: Coupling) -> None:
    looking = Looking()
    evening = datetime(2025, 10, 25, 21, 59, 59, tzinfo=UTC)  # 23:59:59 in Amsterdam
    shop.sell(sale(2))
    shop.sell(sale(3))
    shop.sell(sale(4, at=evening))
    shop.sell(sale(5, at=evening + timedelta(seconds=1)))
    assert [day for day, _ in looking.look()] == [DAY, "2025-10-25", "2025-10-26"]


def test_an_order_that_search_shows_late_asks_for_its_day_when_it_shows(shop: Coupling) -> None:
    looking = Looking()
    shop.shopify.system.switches["search_lag_s"] = 3600
    shop.sell(sale(2))
    assert looking.look() == []
    shop.shopify.system.switches["search_lag_s"] = 0
    assert [day for day, _ in looking.look()] == [DAY]


def test_a_shop_that_cannot_be_reached_is_one_clear_failure_and_the_cursor_stays(shop: Coupling) -> None:
    looking = Looking()
    looking.look()
    before = looking.cursor
    shop.sell(sale(2))
    shop.shopify.control.faults.append(Fault("error_before"))
    with pytest.raises(dg.Failure, match=r"Shopify .*502"):
        looking.look()
    assert looking.cursor == before
    shop.shopify.control.clear("faults")
    assert [day for day, _ in looking.look()] == [DAY]


def test_changes_of_days_that_are_too_old_to_read_do_not_stand_in_the_way(shop: Coupling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSBRIDGE_FIRST_DAY", DAY)
    looking = Looking()
    for number in range(30):
        shop.sell(sale(100 + number, at=datetime(2025, 6, 1, 12, tzinfo=UTC) + timedelta(days=number)))
    shop.sell(sale(2))
    asked = [looking.look() for _ in range(3)]
    assert [day for request in asked for day, _ in request] == [DAY]


def test_a_day_whose_run_failed_is_asked_for_after_its_rest(shop: Coupling, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Looking()
    failed = create_run_for_test(looking.instance, job_name=FLOW, status=dg.DagsterRunStatus.FAILURE, tags={"dagster/partition": DAY})
    assert looking.look() == []  # it rests
    monkeypatch.setattr(again, "FIRST_REST", timedelta(0))
    assert looking.look() == [(DAY, f"{FLOW}/{DAY}/again/{failed.run_id}")]


def test_an_order_that_could_not_be_sent_asks_for_its_day_after_a_rest(shop: Coupling, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Looking()
    shop.mplus.control.faults.append(Fault("error_before", operation="createOrderV3"))
    assert shop.run(DAY).outcomes() == {"1": "failed"}
    assert looking.look() == []
    monkeypatch.setattr(again, "FIRST_REST", timedelta(0))
    assert [day for day, _ in looking.look()] == [DAY]


def test_at_night_the_last_days_are_read_from_the_beginning() -> None:
    night = datetime(2025, 10, 27, 2, 30, tzinfo=UTC)
    asked = cast(Iterator[dg.RunRequest], nightly_schedule(dg.build_schedule_context(scheduled_execution_time=night)))
    requests = list(asked)
    assert [request.partition_key for request in requests] == ["2025-10-25", "2025-10-26", "2025-10-27"]
    assert all(request.run_config["ops"]["read_shopify_orders"]["config"] == {"read_everything": True} for request in requests)
    assert len({request.run_key for request in requests}) == 3
