"""What a full compare finds, why, since when, and that it is put right."""

from datetime import timedelta
from pathlib import Path

import pandas as pd

from posbridge_dagster.flows.stock_to_shopify.drift import remembered_drift
from posbridge_dagster.flows.stock_to_shopify.shapes import STOCK_DRIFT
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, Clock, StockShop, drift, outcomes, shelves, stock_shop

NIGHT = 8 * 3600.0


def level(article: int = 0) -> str:
    return f"{FIRST + article}:1"


def at_night(shop: StockShop, clock: Clock) -> dict[str, tuple[str, bool]]:
    clock.wait(NIGHT)
    return drift(shop.run(everything=True))


def test_the_first_run_and_a_day_on_which_all_went_well_have_no_drift(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(3, 10), tmp_path, clock=clock) as shop:
        shop.set_by_hand(4)
        assert drift(shop.run()) == {}
        shop.sell_at_till(FIRST, 2)
        shop.acknowledge(shop.sell_in_shop(FIRST + 1), FIRST + 1)
        shop.run()
        shop.sell_at_till(FIRST + 2, 1)
        assert at_night(shop, clock) == {}


def test_what_a_person_changed_in_the_shop_is_found_told_and_put_right(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(2, 10), tmp_path, clock=clock) as shop:
        shop.run()
        shop.set_by_hand(25)
        clock.wait(60)
        shop.run()
        assert shop.available() == 25
        assert at_night(shop, clock) == {level(): ("changed_in_shopify", True)}
        assert shop.available() == 10
        assert at_night(shop, clock) == {}


def test_a_change_that_gave_no_sign_is_found_as_missed(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(2, 10), tmp_path, clock=clock, watch_orders=False) as shop:
        shop.run()
        shop.run()
        shop.send(1, FIRST, 3, deliver=False)
        shop.run()
        assert shop.available() == 10
        assert at_night(shop, clock) == {level(): ("missed_change", True)}
        assert shop.available() == 7


def test_a_write_that_failed_is_remembered_with_its_reason_until_it_is_repaired(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(2, 10, locations=2), tmp_path, clock=clock) as shop:
        shop.run()
        shop.sell_at_till(FIRST, 2)
        shop.shop.shop.locations[1].active = False
        assert outcomes(shop.run())[level()] == "INVALID_LOCATION"
        clock.wait(NIGHT)
        first_night = clock()
        found = shop.run(everything=True)
        assert drift(found) == {level(): ("failed_write", False)}
        shop.shop.shop.locations[1].active = True
        clock.wait(NIGHT)
        found = shop.run(everything=True)
        assert drift(found) == {level(): ("failed_write", True)}
        assert found.drift is not None
        assert [moment.to_pydatetime() for moment in found.drift["first_seen_at"]] == [first_night]


def test_a_piece_that_is_gone_by_no_known_sale_counts_as_in_flight_while_the_search_may_lag(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(NIGHT)
        shop.set_by_hand(8)
        clock.wait(30)
        found = shop.run(everything=True)
        assert drift(found) == {level(): ("in_flight", False)}
        assert found.drift is not None
        assert list(found.drift["difference"]) == [-2]
        assert shop.available() == 8


def test_an_article_with_stock_that_the_shop_does_not_have_is_told(tmp_path: Path) -> None:
    seed = shelves(2, 10)
    with stock_shop(seed, tmp_path) as shop:
        shop.shop.shop.variants_by_sku[str(FIRST)].sku = "other"
        ended = shop.run(everything=True)
        assert outcomes(ended)[level()] == "unknown_article"
        assert drift(ended) == {level(): ("unknown_article", False)}


def test_a_level_that_mplus_says_nothing_of_any_more_is_told_and_left(tmp_path: Path) -> None:
    with stock_shop(shelves(2, 10), tmp_path) as shop:
        shop.run()
        del shop.till.books.state.stock[1][FIRST]
        ended = shop.run(everything=True)
        assert drift(ended) == {level(): ("no_longer_stocked", False)}
        assert shop.available() == 10


def test_a_failed_night_is_made_good_by_the_next(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(2, 10), tmp_path, clock=clock) as shop:
        shop.run()
        shop.set_by_hand(1)
        shop.shopify.control.faults.append(Fault("error_before", operation="inventorySetQuantities", times=3))
        assert at_night(shop, clock) == {level(): ("changed_in_shopify", False)}
        shop.forget_faults()
        assert at_night(shop, clock) == {level(): ("failed_write", True)}
        assert shop.available() == 10


def test_differences_are_remembered_for_ninety_days_and_unknown_articles_only_as_they_are_now() -> None:
    now = Clock()()

    def found(days_ago: int, cause: str) -> pd.DataFrame:
        row = {"found_at": now - timedelta(days=days_ago), "level_id": f"{cause}{days_ago}:1", "cause": cause, "repaired": True}
        return STOCK_DRIFT.frame([row])

    earlier = pd.concat([found(100, "changed_in_shopify"), found(10, "changed_in_shopify"), found(10, "unknown_article")])
    whole = remembered_drift(STOCK_DRIFT.conform(earlier), found(0, "unknown_article"), now)
    assert list(whole["level_id"]) == ["changed_in_shopify10:1", "unknown_article0:1"]
    assert list(remembered_drift(None, found(0, "missed_change"), now)["level_id"]) == ["missed_change0:1"]
    assert remembered_drift(found(100, "missed_change"), STOCK_DRIFT.frame(), now).empty
