"""Both directions at once: what one flow wrote is never carried back by the other."""

from pathlib import Path

from posbridge_dagster.flows.orders_to_mplus import FLOW as TO_MPLUS
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.little_shop import BAG, NOON, eva, sale
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import Row, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, Counter, bag, line, till_shop


def test_three_rounds_of_both_directions_carry_no_document_back_and_the_last_writes_nothing(tmp_path: Path) -> None:
    def every_channel(mappings: dict[str, Row]) -> None:
        mappings[TO_MPLUS]["settings"]["channel"] = "all"

    with both_sides(till_shop(), tmp_path, mapping=every_channel) as sides:
        assert isinstance(sides.shopify.system, ShopifySandbox)
        for number in (1, 2):
            sides.shopify.system.add_order(sale(2000 * number + 5001, at=NOON, customer=eva if number == 1 else None))
            at = Counter(sides.till)
            at.order(f"till {number}", FIRST_DAY, bag, paid=1995)
            at.credit(at.order(f"credited {number}", FIRST_DAY, line(BAG, 2), paid=3990), FIRST_DAY)
            for flow in (TO_MPLUS, "orders_to_shopify"):
                run = sides.run(FIRST_DAY, flow=flow)
                assert run.success, run.failure
        state = sides.mplus.system.state()
        assert sorted(row["extOrderId"] for row in state["orders"] if row["extOrderId"]) == [
            "shopify:sandbox:7001",
            "shopify:sandbox:9001",
        ]
        assert len(state["orders"]) == 6
        assert len(sides.orders()) == 4
        sides.forget_calls()
        rows = [row for flow in (TO_MPLUS, "orders_to_shopify") for row in sides.run(FIRST_DAY, flow=flow).rows.values()]
        assert sides.writes() == []
        assert {row["outcome"] for row in rows} == {"unchanged", "skipped"}
        assert sum(row["code"] == "own_document" for row in rows) == 4  # two orders and their invoices
