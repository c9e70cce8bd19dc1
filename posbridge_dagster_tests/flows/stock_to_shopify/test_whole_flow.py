"""The flow in Dagster: from an empty home, quiet, at night, braked, and when the shop is down."""

from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
import yaml

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.stock_to_shopify.assets import POOL
from posbridge_dagster.resources import open_ledger
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, both_sides
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, shelves
from posbridge_dagster_tests.flows.stock_to_shopify.whole_flow import frame, materialised

LEVELS, DRIFT = "stock_to_shopify/levels/result", "stock_to_shopify/stock_drift/result"


def available(sides: BothSides, article: int = FIRST) -> int:
    assert isinstance(sides.shopify.system, ShopifySandbox)
    shop = sides.shopify.system.shop
    level = shop.stock.level(shop.variants_by_sku[str(article)].number, 1)
    assert level is not None
    return level.available


def test_a_day_from_an_empty_home_to_the_night(tmp_path: Path) -> None:
    with both_sides(shelves(3, 10), tmp_path) as sides:
        first = materialised(sides)
        assert first.success, first.failure
        assert first.checks == {"counts_add_up": True, "levels_agree": True}
        assert first.metadata[LEVELS]["compared"] is True
        sides.till.sandbox.floor.sell(FIRST, Decimal(4))
        second = materialised(sides)
        assert second.success, second.failure
        assert second.rows[f"{FIRST}:1"]["changes"] == "available: 10 -> 6"
        assert second.drift is None
        sides.forget_calls()
        assert {row["outcome"] for row in materialised(sides).rows.values()} == {"unchanged"}
        assert sides.writes() == []
        assert isinstance(sides.shopify.system, ShopifySandbox)
        shop = sides.shopify.system.shop
        shop.stock.set_available(shop.variants_by_sku[str(FIRST)].number, 1, 50, shop.now())
        night = materialised(sides, everything=True)
        assert night.success, night.failure
        assert night.metadata[DRIFT]["differences"] == 1
        assert night.metadata[DRIFT]["causes"] == "changed_in_shopify: 1"
        assert "image/svg" in night.metadata[DRIFT]["plot"]
        assert available(sides) == 6
        levels = frame("levels", "mapped")
        assert levels is not None
        assert list(levels["quantity"]) == [6, 10, 10]


@pytest.mark.prove
def test_a_braked_run_fails_in_plain_words_and_goes_on_when_it_is_released(tmp_path: Path) -> None:
    with both_sides(shelves(15, 10), tmp_path) as sides:
        assert materialised(sides).success
        for article in range(12):
            sides.till.sandbox.floor.sell(FIRST + article, Decimal(10))
        braked = materialised(sides)
        assert not braked.success
        assert "to zero, of 12 of 15 filled stock levels" in braked.failure
        assert available(sides) == 10
        assert materialised(sides, release_brake=True).success
        assert available(sides) == 0


def test_levels_that_could_not_be_set_fail_the_run_and_are_set_by_the_next(tmp_path: Path) -> None:
    with both_sides(shelves(2, 10), tmp_path, POSBRIDGE_RETRY_BUDGET_S="0.5") as sides:
        assert materialised(sides).success
        sides.till.sandbox.floor.sell(FIRST, Decimal(4))
        sides.shopify.control.faults.append(Fault("error_after", operation="inventorySetQuantities"))
        failed = materialised(sides)
        assert not failed.success
        assert "1 of 2 stock levels could not be sent" in failed.failure
        assert failed.checks["counts_add_up"]
        sides.forget_faults()
        assert materialised(sides).success
        assert available(sides) == 6


@pytest.mark.prove
def test_an_ambiguous_sku_is_kept_in_quarantine_once_and_leaves_it_when_it_is_clear(tmp_path: Path) -> None:
    with both_sides(shelves(2, 10), tmp_path) as sides:
        assert isinstance(sides.shopify.system, ShopifySandbox)
        shop = sides.shopify.system.shop
        twin = shop.variants_by_sku[str(FIRST + 1)]
        twin.sku = str(FIRST)
        run = materialised(sides)
        assert run.success, run.failure
        assert run.rows[f"{FIRST}:1"]["code"] == "ambiguous_sku"
        assert _quarantined() == {f"{FIRST}:1": ("ambiguous_sku", 1)}
        materialised(sides)
        assert _quarantined() == {f"{FIRST}:1": ("ambiguous_sku", 1)}
        twin.sku = str(FIRST + 1)
        again = materialised(sides, everything=True)
        assert {row["code"] for row in again.rows.values()} == {""}
        assert _quarantined() == {}


def _quarantined() -> dict[str, tuple[str, int]]:
    with open_ledger(read_settings()) as ledger:
        return {entry.source_id: (entry.code, entry.times_seen) for entry in ledger.quarantined("stock_to_shopify")}


def test_stock_goes_first_and_alone_and_catalogues_leave_places() -> None:
    stock = defs.resolve_job_def("stock_to_shopify")
    assert int(stock.tags["dagster/priority"]) > 0
    assert {node.definition.pool for node in stock.nodes if isinstance(node.definition, dg.OpDefinition)} == {None, POOL}
    limits = yaml.safe_load((Path(__file__).parents[3] / "dagster.yaml").read_text("utf-8"))["concurrency"]["runs"]
    catalogue = next(each for each in limits["tag_concurrency_limits"] if each["key"] == "posbridge/lane")
    assert catalogue["limit"] < limits["max_concurrent_runs"]
    for flow in ("products_to_shopify", "customers_to_shopify", "categories_to_shopify"):
        assert defs.resolve_job_def(flow).tags["posbridge/lane"] == catalogue["value"]
        assert "dagster/priority" not in defs.resolve_job_def(flow).tags
