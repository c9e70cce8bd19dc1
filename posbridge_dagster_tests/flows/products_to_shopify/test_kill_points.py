"""A run that is killed, meets faults or a search that lags leaves every product and variant once, with the right content."""

from pathlib import Path

import pytest

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import FamilySeed
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import (
    BLACK_M,
    BLACK_S,
    MUG,
    OLD,
    RED_S,
    SWEATER,
    Clothes,
    article,
    clothes_shop,
    setting,
)

WRITES_IN_ALL = 7  # three definitions, two products, each published
CALLS_IN_ALL = 15
ORDINARY = (4,)


def assert_once(shop: Clothes) -> None:
    """Every family is there once with its variants, on sale, and nothing is left to do."""
    shop.run()
    products = shop.products()
    assert sorted(products) == [SWEATER, MUG]
    assert sorted(each["sku"] for each in products[SWEATER]["variants"]["nodes"]) == [str(BLACK_M), str(BLACK_S), str(RED_S)]
    assert {family: len(product["resourcePublicationsV2"]["nodes"]) for family, product in products.items()} == {SWEATER: 1, MUG: 1}
    shop.forget_calls()
    assert shop.run().counts() == {"skipped": 1, "unchanged": 2}
    assert shop.writes() == []


@pytest.mark.parametrize(
    "write", [*ORDINARY, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, WRITES_IN_ALL + 1) if each not in ORDINARY)]
)
def test_a_run_that_is_killed_after_a_write_is_finished_by_the_next(write: int, tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.step.killed_at(Fault("hang_after", write=write), lambda call: call.held)
        assert_once(shop)


@pytest.mark.prove
@pytest.mark.parametrize("call", range(1, CALLS_IN_ALL))
def test_a_run_that_is_killed_before_a_call_is_done_again(call: int, tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.step.killed_at(Fault("hang_before", call=call), lambda each: each.fault == "hang_before")
        assert_once(shop)


@pytest.mark.prove
@pytest.mark.parametrize("operation", ["stagedUploadsCreate", "bulkOperationRunMutation", "bulkOperation"])
def test_a_run_that_is_killed_during_a_bulk_operation_leaves_it_to_the_next(operation: str, tmp_path: Path) -> None:
    with clothes_shop(tmp_path, mapping=setting("bulk_above", 1)) as shop:
        shop.step.killed_at(Fault("hang_after", operation=operation), lambda call: call.held)
        with shop.step.ledger() as ledger:
            assert ledger.cursor(f"{FLOW}/bulk")
        assert_once(shop)
        with shop.step.ledger() as ledger:
            assert ledger.cursor(f"{FLOW}/bulk") == ""


@pytest.mark.prove
def test_a_bulk_operation_that_fails_half_way_is_completed_by_the_next_run(tmp_path: Path) -> None:
    families = [FamilySeed(number, f"Mok {number}", (article(number * 100, f"Mok {number}", 995),)) for number in range(21, 41)]
    with clothes_shop(tmp_path, *families, mapping=setting("bulk_above", 1)) as shop:
        switches = shop.step.sides.shopify.system.switches
        switches["bulk_fails_after"] = 5
        ran = shop.step.run()
        assert (ran.success, ran.counts()["failed"]) == (False, 15)
        switches["bulk_fails_after"] = None
        assert shop.run().counts() == {"created": 15, "unchanged": 5}
        assert sorted(shop.products()) == list(range(21, 41))


@pytest.mark.prove
def test_a_tenth_of_all_calls_fails_and_search_lags_and_every_product_is_there_once(tmp_path: Path) -> None:
    families = [FamilySeed(number, f"Mok {number}", (article(number * 100, f"Mok {number}", 995),)) for number in range(21, 33)]
    with clothes_shop(tmp_path, *families) as shop:
        shop.step.sides.shopify.system.switches["search_lag_s"] = 30.0
        for kind in ("reset_before", "reset_after", "error_after", "garbage_after", "throttled"):
            shop.step.sides.shopify.control.faults.append(Fault(kind, share=0.02))
        shop.step.sides.shopify.control.faults.append(Fault("reset_after", operation="productSet", times=2))
        for _ in range(3):
            shop.step.run()
        shop.step.sides.forget_faults()
        shop.step.sides.shopify.system.switches["search_lag_s"] = 0.0
        shop.run()
        assert sorted(shop.products()) == list(range(21, 33))
        shop.forget_calls()
        assert shop.run().counts() == {"unchanged": 12}
        assert shop.writes() == []


def test_a_change_whose_answer_was_lost_is_there_once(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.floor.add_article(SWEATER, {"articleNumber": 1003, "colour": "Blauw", "size": "S", "priceIncl": 2995, "vatCode": 2})
        shop.step.sides.shopify.control.faults.append(Fault("reset_after", operation="productVariantsBulkCreate", times=1))
        assert not shop.step.run().success
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S), str(RED_S), "1003"]
        with shop.step.ledger() as ledger:
            assert ledger.links("article", ["1003"])
            told = {change.field: (change.before, change.after) for change in ledger.changes(FLOW, [str(SWEATER)])}
        before = sorted([BLACK_M, BLACK_S, RED_S])
        assert told["variants"] == (before, [*before, 1003]), "what stood there before the write without an answer"
        assert shop.step.quarantined() == {}
        assert OLD not in shop.products()
