"""Runs of the whole flow: what is written and what is not, what stops it, and that others' work is never overwritten."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import Document
from posbridge_dagster.flows.stock_to_shopify.write import StockTooOld
from posbridge_dagster.ledger import LevelKey
from posbridge_dagster.loading.brake import Braked
from posbridge_dagster.loading.shopify_levels import RESTLESS_RUNS
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, Clock, StockShop, outcomes, shelves, stock_shop

SET = "inventorySetQuantities"


def level(article: int = 0, location: int = 1) -> str:
    return f"{FIRST + article}:{location}"


def test_a_quiet_run_writes_nothing_and_reads_only_what_may_have_changed(tmp_path: Path) -> None:
    with stock_shop(shelves(5, 10, locations=2), tmp_path) as shop:
        shop.run()
        shop.run()
        shop.forget_calls()
        ended = shop.run()
        assert set(outcomes(ended).values()) == {"unchanged"}
        assert not any(call.wrote for served in (shop.shopify, shop.mplus) for call in served.control.calls)
        asked = sorted(call.operation for served in (shop.shopify, shop.mplus) for call in served.control.calls)
        assert asked == ["getOrders", "getProducts", "getProducts", "getStockHistoryV2", "getStockHistoryV2", "orders"]


def test_stock_that_moves_is_set_in_one_call_per_location_and_the_cursor_follows(tmp_path: Path) -> None:
    with stock_shop(shelves(3, 10, locations=2), tmp_path) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 4)
        shop.sell_at_till(FIRST + 1, 2, branch=2)
        shop.forget_calls()
        ended = shop.run()
        assert outcomes(ended) == {
            **{level(article, location): "unchanged" for article in range(3) for location in (1, 2)},
            level(0, 1): "updated",
            level(1, 2): "updated",
        }
        assert (shop.available(FIRST), shop.available(FIRST + 1, location=2)) == (6, 8)
        assert shop.cursors()[LevelKey(FIRST, "1")] == 6
        assert shop.calls(SET) == 2


def test_a_plan_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 4)
        ended = shop.run(dry_run=True)
        assert outcomes(ended) == {level(): "planned"}
        assert list(ended.result["changes"]) == ["available: 10 -> 6"]
        assert shop.available() == 10
        assert shop.cursors()[LevelKey(FIRST, "1")] == 10


class _Meddled(ShopifyClient):
    """Lets something happen in the shop just before an operation is sent."""

    before: tuple[str, Callable[[], object]] | None = None

    def execute(self, document: Document, *arguments: Any, **named: Any) -> dict[str, Any]:
        if self.before and self.before[0] == document.name:
            _, deed = self.before
            self.before = None
            deed()
        return super().execute(document, *arguments, **named)


def _meddle(shop: StockShop, operation: str, deed: Callable[[], object]) -> None:
    client = shop.shopify_client
    assert isinstance(client, _Meddled)
    client.before = (operation, deed)


def test_what_a_person_sets_between_reading_and_writing_is_read_again_and_never_overwritten_blindly(tmp_path: Path) -> None:
    clients = (_Meddled, MplusClient)
    with stock_shop(shelves(2, 10), tmp_path, clients=clients, search_minutes=0) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 1)
        shop.sell_at_till(FIRST + 1, 1)
        shop.forget_calls()
        _meddle(shop, "InventorySetQuantities", lambda: shop.set_by_hand(3))
        ended = shop.run()
        assert outcomes(ended) == {level(0): "updated", level(1): "updated"}
        changes = dict(zip(ended.result["source_id"], ended.result["changes"], strict=True))
        assert changes == {level(0): "available: 3 -> 9", level(1): "available: 10 -> 9"}
        assert shop.calls("nodes") == 2
        assert (shop.available(), shop.available(FIRST + 1)) == (9, 9)


def test_a_sale_between_reading_and_writing_makes_the_write_stale_and_is_taken_off(tmp_path: Path) -> None:
    clients = (_Meddled, MplusClient)
    with stock_shop(shelves(1, 10), tmp_path, clients=clients) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 1)
        _meddle(shop, "InventorySetQuantities", lambda: shop.sell_in_shop(quantity=2))
        shop.run()
        assert shop.available() == 7


def test_a_sale_between_reading_and_writing_that_the_search_does_not_show_yet_is_taken_off_as_well(tmp_path: Path) -> None:
    clients = (_Meddled, MplusClient)
    with stock_shop(shelves(1, 10), tmp_path, clients=clients) as shop:
        shop.run()
        shop.shop.switches["search_lag_s"] = 300.0
        shop.sell_at_till(FIRST, 2)
        _meddle(shop, "InventorySetQuantities", lambda: shop.sell_in_shop(quantity=1))
        shop.run()
        assert shop.available() == 7


def test_a_level_that_never_stands_still_fails_and_is_tried_again(tmp_path: Path) -> None:
    class Restless(ShopifyClient):
        shop: StockShop | None = None

        def execute(self, document: Document, *arguments: Any, **named: Any) -> dict[str, Any]:
            if self.shop and document.name == "InventorySetQuantities":
                self.shop.set_by_hand(self.shop.available() + 1)
            return super().execute(document, *arguments, **named)

    with stock_shop(shelves(1, 10), tmp_path, clients=(Restless, MplusClient)) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 1)
        assert isinstance(shop.shopify_client, Restless)
        shop.shopify_client.shop = shop
        assert outcomes(shop.run()) == {level(): "stale"}
        assert shop.cursors()[LevelKey(FIRST, "1")] == 10
        ended = [shop.run().result["outcome"].iloc[0] for _ in range(RESTLESS_RUNS - 1)]
        assert ended == ["failed"] * (RESTLESS_RUNS - 2) + ["quarantined"]
        shop.shopify_client.shop = None
        assert outcomes(shop.run()) == {level(): "updated"}
        assert shop.ledger.quarantined() == []
        assert shop.available() == 9


def test_a_location_that_is_closed_does_not_hold_the_others_back_and_is_tried_again(tmp_path: Path) -> None:
    with stock_shop(shelves(2, 10, locations=2), tmp_path) as shop:
        shop.run()
        for article in (FIRST, FIRST + 1):
            for branch in (1, 2):
                shop.sell_at_till(article, 1, branch)
        closed = shop.shop.shop.locations[1]
        closed.active = False
        ended = shop.run()
        assert outcomes(ended) == {level(article, 1): "INVALID_LOCATION" for article in (0, 1)} | {
            level(article, 2): "updated" for article in (0, 1)
        }
        assert {key.location_id: quantity for key, quantity in shop.cursors().items()} == {"1": 10, "2": 9}
        closed.active = True
        assert set(outcomes(shop.run()).values()) == {"updated", "unchanged"}
        assert shop.available() == 9


def test_an_item_that_is_not_stocked_at_a_location_gets_its_level(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10, locations=2), tmp_path) as shop:
        stock = shop.shop.shop.stock
        stock.forget(shop.item(FIRST))
        assert outcomes(shop.run()) == {level(0, 1): "created", level(0, 2): "created"}
        assert (shop.available(), shop.available(location=2)) == (10, 10)


@pytest.mark.parametrize(("untracked", "outcome"), [("report", "untracked"), ("track", "updated")])
def test_an_item_that_is_not_tracked_is_told_or_tracked(tmp_path: Path, untracked: str, outcome: str) -> None:
    with stock_shop(shelves(1, 10), tmp_path, untracked=untracked) as shop:
        variant = shop.shop.shop.variants_by_sku[str(FIRST)]
        variant.tracked = False
        shop.sell_at_till(FIRST, 1)
        assert outcomes(shop.run()) == {level(): outcome}
        assert variant.tracked == (untracked == "track")
        shop.forget_calls()
        shop.run()
        assert shop.calls("nodes") == 0


def test_an_increase_can_wait_until_the_next_run_agrees(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path, hold_increases=True) as shop:
        shop.run()
        shop.till.floor.receive(FIRST, Decimal(5))
        assert outcomes(shop.run()) == {level(): "held_increase"}
        assert shop.available() == 10
        shop.sell_at_till(FIRST, 2)
        assert outcomes(shop.run()) == {level(): "updated"}
        assert shop.available() == 13


def test_a_run_that_would_empty_the_shop_stops_before_its_first_write_and_goes_on_when_it_is_meant(tmp_path: Path) -> None:
    with stock_shop(shelves(30, 10), tmp_path) as shop:
        shop.run()
        for article in range(20):
            shop.sell_at_till(FIRST + article, 10)
        shop.forget_calls()
        with pytest.raises(Braked, match=r"to zero, of 20 of 30 filled stock levels.*nothing was written.*release_brake"):
            shop.run()
        assert shop.calls(SET) == 0
        assert shop.available() == 10
        shop.run(release_brake=True)
        assert shop.available() == 0


def test_a_run_that_would_change_most_levels_stops_as_well(tmp_path: Path) -> None:
    with stock_shop(shelves(30, 10), tmp_path) as shop:
        shop.run()
        for article in range(20):
            shop.sell_at_till(FIRST + article, 1)
        with pytest.raises(Braked, match="the quantity of 20 of 30 stock levels"):
            shop.run()
        assert shop.available() == 10


def test_a_wrong_map_of_locations_cannot_empty_a_shop_that_was_never_in_step(tmp_path: Path) -> None:
    with stock_shop(shelves(30, 10, locations=2), tmp_path, locations={"1": [2]}) as shop:
        for article in range(30):
            shop.sell_at_till(FIRST + article, 10, branch=2)
        with pytest.raises(Braked, match="to zero"):
            shop.run()
        assert shop.available() == 10


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("reset_after", 1),
        ("error_before", 4),
        *(
            pytest.param(kind, times, marks=pytest.mark.prove)
            for times in (1, 4)
            for kind in ("error_before", "error_after", "reset_after", "garbage_after", "server_fault")
            if (kind, times) not in {("reset_after", 1), ("error_before", 4)}
        ),
    ],
)
def test_whatever_a_write_runs_into_the_shop_is_right_afterwards(tmp_path: Path, kind: str, times: int) -> None:
    with stock_shop(shelves(3, 10, locations=2), tmp_path) as shop:
        shop.run()
        for article in range(3):
            shop.sell_at_till(FIRST + article, 1 + article)
        shop.shopify.control.faults.append(Fault(kind, operation=SET, times=times))
        shop.run()
        shop.forget_faults()
        shop.run()
        ended = shop.run(everything=True)
        assert ended.drift is not None
        assert ended.drift.empty
        assert [shop.available(FIRST + article) for article in range(3)] == [9, 8, 7]


def test_stock_that_was_read_long_ago_is_planned_but_never_written(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 4)
        levels = shop.read()
        clock.wait(31 * 60)
        with pytest.raises(StockTooOld, match=r"read 31 minutes ago.*run the whole flow"):
            shop.write(levels)
        assert shop.available() == 10
        assert outcomes(shop.write(levels, dry_run=True)) == {level(): "planned"}


def test_of_two_runs_at_once_the_one_with_older_stock_gives_way(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(60)
        shop.sell_at_till(FIRST, 1)
        older, frames = shop.read(), shop.frames
        clock.wait(10)
        shop.sell_at_till(FIRST, 4)
        shop.run()
        clock.wait(10)
        shop.frames = frames
        assert outcomes(shop.write(older)) == {level(): "newer_run"}
        assert shop.available() == 5
        assert outcomes(shop.run()) == {level(): "unchanged"}
        assert shop.available() == 5


def test_stock_ids_that_begin_anew_hide_no_move(tmp_path: Path) -> None:
    with stock_shop(shelves(2, 10), tmp_path) as shop:
        shop.run()
        shop.frames["stock"].attrs["stock_id"] = 50_000  # as high as it was before the till's backup was put back
        shop.sell_at_till(FIRST, 4)
        shop.run()
        assert shop.available() == 6
        shop.run()
        shop.forget_calls()
        shop.run()
        assert shop.calls("getStock") == 0
