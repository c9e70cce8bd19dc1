"""Both directions at once: what one flow wrote is never carried back by the other."""

from pathlib import Path

import pytest

from posbridge_dagster.flows.orders_to_mplus import FLOW as TO_MPLUS
from posbridge_dagster.flows.orders_to_shopify import FLOW as TO_SHOPIFY
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.little_shop import BAG, NOON, eva, sale
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, Counter, bag, line, till_shop

FLOWS = (TO_MPLUS, TO_SHOPIFY)


def every_channel(mappings: dict[str, Row]) -> None:
    """Let the flow to MplusKASSA look at every order of the shop, also at those that an app made."""
    mappings[TO_MPLUS]["settings"]["channel"] = "all"


def trade_and_run(sides: BothSides, number: int) -> None:
    """Sell on both sides, once to a customer that both know, credit at the till, and run both directions."""
    assert isinstance(sides.shopify.system, ShopifySandbox)
    sides.shopify.system.add_order(sale(2000 * number + 5001, at=NOON, customer=eva if number == 1 else None))
    at = Counter(sides.till)
    at.order(f"till {number}", FIRST_DAY, bag, paid=1995)
    at.credit(at.order(f"credited {number}", FIRST_DAY, line(BAG, 2), paid=3990), FIRST_DAY)
    for flow in FLOWS:
        run = sides.run(FIRST_DAY, flow=flow)
        assert run.success, run.failure


def assert_each_is_once_on_either_side(sides: BothSides, rounds: int) -> None:
    """Each round left one order of the shop in the books, and two of the till in the shop."""
    books = sides.mplus.system.state()["orders"]
    own = [row["extOrderId"] for row in books if row["extOrderId"]]
    assert sorted(own) == sorted(f"shopify:sandbox:{2000 * number + 5001}" for number in range(1, rounds + 1))
    assert (len(books), len(sides.orders())) == (3 * rounds, 2 * rounds)


@pytest.mark.prove
def test_three_rounds_with_sales_on_both_sides_carry_no_document_back_and_then_nothing_is_written(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path, mapping=every_channel) as sides:
        for number in (1, 2, 3):
            trade_and_run(sides, number)
            assert_each_is_once_on_either_side(sides, number)
        sides.forget_calls()
        rows = [row for flow in FLOWS for row in sides.run(FIRST_DAY, flow=flow).rows.values()]
        assert sides.writes() == []
        assert {row["outcome"] for row in rows} == {"unchanged", "skipped"}
        assert sum(row["code"] == "own_document" for row in rows) == 6  # three orders and their invoices
        status, said = balanced()
        assert status == 0, said
        assert all(f"{flow}, {FIRST_DAY}: both sides" in said for flow in FLOWS)
