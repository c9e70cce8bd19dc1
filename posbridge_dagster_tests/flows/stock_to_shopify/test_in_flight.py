"""What Shopify sold and MplusKASSA does not know yet is never offered again."""

from pathlib import Path

from posbridge_dagster.flows.stock_to_shopify.reading import ORDERS
from posbridge_dagster.ledger import QuarantineEntry
from posbridge_dagster.sandbox.seed import RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify.edits import EditSeed, QuantitySeed
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import FIRST, Clock, outcomes, shelves, stock_shop


def test_a_sale_that_waits_is_taken_off_and_its_arrival_changes_nothing(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path) as shop:
        shop.run()
        number = shop.sell_in_shop(quantity=2)
        shop.sell_at_till(quantity=3)
        shop.run()
        assert shop.available() == 5
        shop.acknowledge(number, quantity=2)
        shop.forget_calls()
        ended = shop.run()
        assert outcomes(ended) == {f"{FIRST}:1": "unchanged"}
        assert shop.available() == 5
        assert shop.calls("inventorySetQuantities") == 0


def test_without_the_rule_the_same_pieces_are_offered_twice(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path, in_flight=False) as shop:
        shop.run()
        shop.sell_in_shop(quantity=2)
        shop.sell_at_till(quantity=3)
        shop.run()
        assert shop.available() == 7


def test_a_reservation_that_raises_no_stock_id_is_seen_when_its_order_is_acknowledged(tmp_path: Path) -> None:
    for watch_orders in (True, False):
        home = tmp_path / str(watch_orders)
        home.mkdir()
        with stock_shop(shelves(1, 10), home, watch_orders=watch_orders) as shop:
            shop.run()
            number = shop.sell_in_shop(quantity=2)
            shop.run()
            shop.acknowledge(number, quantity=2, deliver=False)
            shop.run()
            assert shop.available() == 8
            assert shop.cursors() == {(FIRST, "1"): 8}


def test_an_order_that_is_in_mplus_but_not_closed_yet_is_rather_counted_twice_than_not_at_all(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path) as shop:
        shop.run()
        number = shop.sell_in_shop(quantity=2)
        shop.send(number, quantity=2)
        shop.run()
        assert shop.available() <= 8


def test_a_sale_between_reading_stock_and_reading_the_level_is_counted(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path) as shop:
        shop.run()
        shop.sell_at_till(quantity=1)
        levels = shop.read()
        shop.sell_in_shop(quantity=2)
        shop.write(levels)
        assert shop.available() == 7


def test_a_sale_that_the_search_does_not_show_yet_is_not_offered_again(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(3600)
        shop.shop.switches["search_lag_s"] = 300.0
        number = shop.sell_in_shop(quantity=2)
        clock.wait(20)
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 7
        clock.wait(60)
        shop.run()
        assert shop.available() == 7
        clock.wait(300)
        shop.run()
        shop.acknowledge(number, quantity=2)
        clock.wait(60)
        shop.run()
        assert shop.available() == 7


def test_a_level_that_a_person_lowered_is_put_right_once_the_search_has_caught_up(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(3600)
        shop.set_by_hand(4)
        clock.wait(30)
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 3
        clock.wait(11 * 60)
        shop.run()
        assert shop.available() == 9


def test_what_is_put_back_before_the_order_was_sent_is_not_taken_off(tmp_path: Path) -> None:
    with stock_shop(shelves(1, 10), tmp_path) as shop:
        shop.run()
        number = shop.sell_in_shop(quantity=3)
        shop.shop.shop.refund(number, RefundSeed(910_001, shop.clock(), (RefundLineSeed(0, 1, restock=True),)))
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 7


def test_locations_that_sell_from_the_same_shelves_share_what_waits(tmp_path: Path) -> None:
    seed = shelves(1, 10, locations=2)
    with stock_shop(seed, tmp_path, locations={"1": [1], "2": [1, 2]}) as shop:
        shop.run(release_brake=True)
        assert (shop.available(), shop.available(location=2)) == (10, 20)
        shop.sell_in_shop(quantity=2)
        shop.run()
        assert (shop.available(), shop.available(location=2)) == (8, 18)


def test_a_sale_that_nobody_ever_acknowledges_is_let_go_in_the_end(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock, in_flight_days=3) as shop:
        shop.run()
        shop.sell_in_shop(quantity=2)
        shop.run()
        clock.wait(2 * 86_400)
        shop.run()
        assert shop.available() == 8
        clock.wait(86_401)
        shop.run()
        assert shop.available() == 10


def test_pieces_that_an_edit_adds_after_the_order_was_sent_are_not_offered_again(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(60)
        number = shop.sell_in_shop(quantity=1)
        shop.run()
        shop.acknowledge(number, quantity=1)
        shop.run()
        clock.wait(3600)
        shop.shop.shop.edit(number, EditSeed(clock(), (QuantitySeed(0, 4),)))
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 5


def test_a_sale_in_quarantine_is_taken_off_for_longer_than_one_that_nobody_knows(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock, in_flight_days=3) as shop:
        shop.run()
        number = shop.sell_in_shop(quantity=2)
        shop.run()
        shop.ledger.quarantine(ORDERS, [QuarantineEntry(str(number), "lookup_missing", "why", source_payload={})], "run")
        shop.run()
        clock.wait(5 * 86_400)
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 7


def test_pieces_that_an_edit_takes_off_are_on_the_shelf_again(tmp_path: Path) -> None:
    clock = Clock()
    with stock_shop(shelves(1, 10), tmp_path, clock=clock) as shop:
        shop.run()
        clock.wait(60)
        number = shop.sell_in_shop(quantity=3)
        shop.shop.shop.edit(number, EditSeed(clock(), (QuantitySeed(0, 1),)))
        shop.sell_at_till(quantity=1)
        shop.run()
        assert shop.available() == 8
