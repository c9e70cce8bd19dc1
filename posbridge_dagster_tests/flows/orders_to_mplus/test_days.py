"""Sales around midnight and on the nights on which the clocks change, and those that search shows late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.generator.nasty import dst_night_orders
from posbridge_dagster.sandbox.seed import OrderSeed
from posbridge_dagster.snapshots.order_shapes import ORDERS
from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import DAY, bag, little_shop, sale


def night(day: date) -> list[OrderSeed]:
    return [replace(order, number=number, name=f"#{number}") for number, order in enumerate(dst_night_orders(day, bag), 1)]


@pytest.mark.parametrize(("day", "sales"), [(date(2025, 3, 30), 4), pytest.param(date(2025, 10, 26), 5, marks=pytest.mark.prove)])
def test_on_both_nights_of_a_clock_change_each_sale_is_on_its_own_day(tmp_path: Path, day: date, sales: int) -> None:
    orders = night(day)
    before = day - timedelta(days=1)
    with coupled(little_shop(*orders), tmp_path) as coupling:
        evening, morning = coupling.run(before.isoformat()), coupling.run(day.isoformat())
        assert set(evening.orders) == {"1"}  # the second before midnight
        assert set(morning.orders) == {str(number) for number in range(2, sales + 2)}
        days = {number: order["financialDate"] for number, order in coupling.orders().items()}
        assert days == {number: (before if number == "1" else day).isoformat() for number in days}
        assert len(days) == len(orders)


@pytest.mark.prove
def test_an_order_that_search_shows_late_arrives_with_the_next_run(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1)), tmp_path) as coupling:
        coupling.run(DAY)
        coupling.shopify.system.switches["search_lag_s"] = 3600
        coupling.sell(sale(2))
        assert set(coupling.run(DAY).orders) == {"1"}
        coupling.shopify.system.switches["search_lag_s"] = 0
        run = coupling.run(DAY)
        assert run.outcomes() == {"1": "unchanged", "2": "created"}


def test_a_late_order_that_is_older_than_the_newest_change_is_seen_within_the_overlap(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1)), tmp_path) as coupling:
        coupling.sell(sale(3))
        coupling.run(DAY)  # the mark stands at the change of order 3
        late = sale(2)
        coupling.sell(late)
        coupling.shopify.system.shop.orders.get(2).updated_at = datetime.now(UTC) - timedelta(minutes=5)  # type: ignore[attr-defined]
        assert coupling.run(DAY).outcomes() == {"1": "unchanged", "2": "created", "3": "unchanged"}


def test_a_day_without_a_sale_is_a_green_day_with_empty_frames(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1)), tmp_path) as coupling:
        run = coupling.run("2025-10-19")
        assert run.success, run.failure
        assert run.orders == {}
        assert list(coupling.frame("orders", "snapshot", "2025-10-19")) == list(ORDERS.columns)
        assert coupling.writes() == []
