"""Exchanges: one document with both sides, and the sale stays what it was, whenever the exchange was first read."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from posbridge_dagster.sandbox.seed import ExchangeSeed, LineSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, bag, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, MONTHS_LATER, TWO_BAGS, lines_of, money

TWO_BOOKS = LineSeed("Boek", 2, 1250, 900, code=str(BOOK))
CASES = {
    1: ((TWO_BOOKS,), (), (PaymentSeed("cash", 505),), [(BAG, -1, 1995), (BOOK, 2, 1250)], [("CONTANT", 505)]),
    2: ((book,), (PaymentSeed(CARD, 745, kind="REFUND"),), (), [(BAG, -1, 1995), (BOOK, 1, 1250)], [("PIN", -745)]),
    3: ((bag,), (), (), [(BAG, -1, 1995), (BAG, 1, 1995)], []),
}
"""By order: what is taken for one of two bags, what is given back and what is paid for it; what MplusKASSA then holds."""


FIRST_READ_WITH_IT = 3
"""What an order's number is higher by where the sale and its exchange are first read together."""


@dataclass(frozen=True)
class Swapped:
    """A day of which some sales were sent before their exchange and others with it, and a quiet run."""

    step: Step
    quiet: Step


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swapped]:
    before = little_shop(*(sale(number, TWO_BAGS, customer=eva) for number in CASES))
    with coupled(before, tmp_path_factory.mktemp("exchanges")) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        for number in CASES:
            coupling.sell(sale(number + FIRST_READ_WITH_IT, TWO_BAGS, customer=eva))
            exchange(coupling, number, number)
            exchange(coupling, number + FIRST_READ_WITH_IT, number)
        yield Swapped(step(coupling), step(coupling, read_everything=True))


def exchange(coupling: Coupling, order: int, case: int) -> None:
    taken, given, paid, _, _ = CASES[case]
    assert isinstance(coupling.shopify.system, ShopifySandbox)
    refund = RefundSeed(900 + order, MONTHS_LATER, (RefundLineSeed(0, 1),), given)
    coupling.shopify.system.exchange(order, ExchangeSeed(910 + order, refund, taken, paid))


@pytest.mark.parametrize(("higher", "outcome"), [(0, "unchanged"), (FIRST_READ_WITH_IT, "created")], ids=["sent before", "sent with it"])
def test_an_exchange_is_one_document_with_both_sides_and_the_sale_stays(higher: int, outcome: str, swapped: Swapped) -> None:
    succeeded(swapped.step)
    outcomes, documents = swapped.step.run.outcomes(), swapped.step.documents
    for case, (_, _, _, lines, paid) in CASES.items():
        number = case + higher
        swap, sold = documents[f"{number}:e{910 + number}"], documents[str(number)]
        assert outcomes[str(number)] == outcome
        assert (lines_of(swap), money(swap)) == (lines, paid)
        assert swap["totalInclAmount"] == sum(cents for _, cents in paid)
        assert (lines_of(sold), money(sold)) == ([(BAG, 2, 1995)], [("PIN", 3990)])


def test_each_exchange_is_counted_once_and_nothing_is_written_any_more(swapped: Swapped) -> None:
    numbers = [case + higher for case in CASES for higher in (0, FIRST_READ_WITH_IT)]
    succeeded(swapped.quiet)
    assert set(swapped.step.refunds) == {f"{number}:e{910 + number}" for number in numbers}
    assert len(swapped.quiet.documents) == 2 * len(numbers)
    assert swapped.quiet.writes == []
