"""A day of sales at two tills and in Shopify, with and without the rule that keeps pieces on their way from being sold twice."""

from pathlib import Path

import pytest

from posbridge_dagster_tests.flows.stock_to_shopify.simulation import Day, simulate

SMALL: dict[str, int] = {"sales": 150, "minutes": 16, "articles": 5, "stock": 12}
WHOLE_DAY: dict[str, int] = {"sales": 2000, "minutes": 600, "articles": 20, "stock": 45}


def tell(name: str, day: Day) -> None:
    sold = f"{day.sold['till']} sold at the tills and {day.sold['shop']} in Shopify, {day.failed_runs} runs failed"
    print(f"{name}: {day.caused} oversold by the sync, {day.oversold} in all; {sold}")


@pytest.mark.prove
def test_the_sync_sells_nothing_twice_in_a_busy_quarter_of_an_hour_and_would_without_the_rule(tmp_path: Path) -> None:
    on, off = tmp_path / "on", tmp_path / "off"
    on.mkdir()
    off.mkdir()
    with_rule = simulate(on, **SMALL)
    tell("with what is in flight taken off", with_rule)
    assert with_rule.caused == 0
    without = simulate(off, **SMALL, in_flight=False)
    tell("without", without)
    assert without.caused > 0


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_the_sync_sells_nothing_twice_in_a_day_of_two_thousand_sales(tmp_path: Path) -> None:
    on, off = tmp_path / "on", tmp_path / "off"
    on.mkdir()
    off.mkdir()
    with_rule = simulate(on, **WHOLE_DAY)
    tell("with what is in flight taken off", with_rule)
    without = simulate(off, **WHOLE_DAY, in_flight=False)
    tell("without", without)
    assert with_rule.caused == 0
    assert without.caused > 0
