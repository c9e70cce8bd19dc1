"""A prepaid order whose goods leave the shop later: delivered and invoiced then, once, where the mapping wants that."""

from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import RefundLineSeed
from posbridge_dagster.sandbox.shopify.order_records import Fulfillment
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, NOON, STOCK, bag, bob, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import arrived, money, refund, results

WHOLE, PARTLY_BACK, STILL_HERE, UNPAID = 1, 2, 3, 4


def hand_over_later(document: dict[str, Any]) -> None:
    document["settings"]["fulfilled_later"] = "hand_over"


def fulfil(coupling: Coupling, number: int, *pieces: int) -> None:
    lines = [(number * 10_000 + position, count) for position, count in enumerate(pieces, 1) if count]
    coupling.change(number, fulfillments=[Fulfillment(number * 10_000 + 1, NOON, 1, lines)])


def test_the_goods_follow_once_and_what_is_not_ready_waits(tmp_path: Path) -> None:
    shop = little_shop(
        sale(WHOLE, bag, fulfilled=False, customer=eva),
        sale(PARTLY_BACK, bag, book, fulfilled=False, customer=bob, refunds=(refund(82, RefundLineSeed(1, 1), paid=1250, at=NOON),)),
        sale(STILL_HERE, bag, book, fulfilled=False),
        sale(UNPAID, bag, fulfilled=False, payments=()),
    )
    with coupled(shop, tmp_path, mapping=hand_over_later) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        assert {order["deliveryState"] for order in coupling.orders().values()} == {"NOTHING"}
        fulfil(coupling, WHOLE, 1)
        fulfil(coupling, PARTLY_BACK, 1, 0)
        fulfil(coupling, STILL_HERE, 1, 0)
        fulfil(coupling, UNPAID, 1)
        coupling.forget_calls()
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert run.outcomes() == {"1": "updated", "2": "updated", "3": "unchanged", "4": "unchanged"}
        assert run.orders["1"]["changes"] == "handed over"
        assert results(coupling)["2:r82"]["outcome"] == "updated"
        assert coupling.writes() == ["payOrderV2"] * 3
        sent = coupling.orders()
        done = [sent["1"], sent["2"], arrived(coupling, "2:r82")]
        assert [(order["deliveryState"], len(order["invoiceIds"])) for order in done] == [("COMPLETE", 1)] * 3
        assert [money(order) for order in done] == [[("PIN", 1995)], [("PIN", 3245)], [("PIN", -1250)]]
        assert [sent[key]["deliveryState"] for key in "34"] == ["NOTHING", "NOTHING"]
        assert (coupling.stock(BAG), coupling.stock(BOOK)) == ((str(STOCK - 2), "2"), (str(STOCK), "1"))
        coupling.forget_calls()
        assert set(coupling.run(DAY, read_everything=True).outcomes().values()) == {"unchanged"}
        assert coupling.writes() == []


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_hand_over_that_was_cut_short_is_finished_and_what_the_till_changed_stays(kind: str, tmp_path: Path) -> None:
    with coupled(little_shop(sale(WHOLE, bag, fulfilled=False, customer=eva)), tmp_path, mapping=hand_over_later) as coupling:
        coupling.run(DAY)
        fulfil(coupling, WHOLE, 1)
        books = coupling.mplus.system.books  # type: ignore[attr-defined]
        order = books.orders_by_ext[f"shopify:sandbox:{WHOLE}"]
        order.members["reference"] = "aan de kassa gewijzigd"
        books.keep_order(order)
        coupling.mplus.control.faults.append(Fault(kind, operation="payOrderV2", times=99))
        assert coupling.run(DAY).outcomes() == {"1": "failed"}
        coupling.mplus.control.clear("faults")
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert run.outcomes() == {"1": "updated"}
        there = coupling.orders()["1"]
        assert (there["deliveryState"], money(there), len(there["invoiceIds"])) == ("COMPLETE", [("PIN", 1995)], 1)
        assert order.members["reference"] == "aan de kassa gewijzigd"
        assert coupling.quarantined() == {}
