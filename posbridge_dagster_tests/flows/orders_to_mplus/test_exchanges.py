"""Exchanges: one document with both sides, and the sale stays what it was, whenever the exchange was first read."""

from pathlib import Path

import pytest

from posbridge_dagster.sandbox.seed import ExchangeSeed, LineSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, bag, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, MONTHS_LATER, TWO_BAGS, arrived, lines_of, money, results

TWO_BOOKS = LineSeed("Boek", 2, 1250, 900, code=str(BOOK))
CASES = {
    1: ((TWO_BOOKS,), (), (PaymentSeed("cash", 505),), [(BAG, -1, 1995), (BOOK, 2, 1250)], [("CONTANT", 505)]),
    2: ((book,), (PaymentSeed(CARD, 745, kind="REFUND"),), (), [(BAG, -1, 1995), (BOOK, 1, 1250)], [("PIN", -745)]),
    3: ((bag,), (), (), [(BAG, -1, 1995), (BAG, 1, 1995)], []),
}
"""By order: what is taken for one of two bags, what is given back and what is paid for it; what MplusKASSA then holds."""


def exchange(coupling: Coupling, number: int) -> None:
    taken, given, paid, _, _ = CASES[number]
    assert isinstance(coupling.shopify.system, ShopifySandbox)
    refund = RefundSeed(900 + number, MONTHS_LATER, (RefundLineSeed(0, 1),), given)
    coupling.shopify.system.exchange(number, ExchangeSeed(910 + number, refund, taken, paid))


@pytest.mark.parametrize("sent_before", [True, False])
def test_an_exchange_is_one_document_with_both_sides_and_is_counted_once(sent_before: bool, tmp_path: Path) -> None:
    with coupled(little_shop(*(sale(number, TWO_BAGS, customer=eva) for number in CASES)), tmp_path) as coupling:
        if sent_before:
            coupling.run(DAY)
        for number in CASES:
            exchange(coupling, number)
        run = coupling.run(DAY)
        assert run.success, run.failure
        assert set(run.outcomes().values()) == {"unchanged" if sent_before else "created"}
        assert set(results(coupling)) == {f"{number}:e{910 + number}" for number in CASES}
        for number, (_, _, _, lines, paid) in CASES.items():
            swap = arrived(coupling, f"{number}:e{910 + number}")
            assert (lines_of(swap), money(swap)) == (lines, paid)
            assert swap["totalInclAmount"] == sum(cents for _, cents in paid)
            assert (lines_of(arrived(coupling, str(number))), money(arrived(coupling, str(number)))) == ([(BAG, 2, 1995)], [("PIN", 3990)])
        coupling.forget_calls()
        assert coupling.run(DAY, read_everything=True).success
        assert coupling.writes() == []
