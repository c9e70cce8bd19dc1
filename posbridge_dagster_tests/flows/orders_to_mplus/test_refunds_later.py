"""Refunds that come late: of an order of months ago, seen by the sensor, with and without the right to read that far back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.seed import PaymentSeed, RefundLineSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.sandbox.shopify.access import DEFAULT_SCOPES
from posbridge_dagster.sandbox.shopify.order_records import Tax
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, bag, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, arrived, give_back, lines_of, money, refund, results
from posbridge_dagster_tests.flows.orders_to_mplus.test_sensor import Looking

EXCLUSIVE = sale(1, replace(bag, quantity=3, unit_price_cents=1649), customer=eva, payments=(PaymentSeed(CARD, 5986),))


@pytest.fixture
def sold(tmp_path: Path) -> Iterator[Coupling]:
    """A sale of more than a year ago that was sent then."""
    with coupled(little_shop(sale(1, customer=eva)), tmp_path) as coupling:
        assert coupling.run(DAY).success
        yield coupling


def test_the_sensor_asks_for_the_day_of_the_order_and_the_refund_arrives(sold: Coupling) -> None:
    looking = Looking()
    assert looking.look() == []
    give_back(sold, 1, refund(60, RefundLineSeed(0, 1), paid=1995))
    ((day, _),) = looking.look()
    assert day == DAY
    assert sold.run(day).success
    assert arrived(sold, "1:r60")["totalInclAmount"] == -1995
    assert looking.look() == []


def test_without_the_right_to_read_that_far_back_the_run_says_so_and_writes_nothing(sold: Coupling) -> None:
    give_back(sold, 1, refund(61, RefundLineSeed(0, 1), paid=1995))
    sold.forget_calls()
    sold.shopify.system.switches["scopes"] = [scope for scope in DEFAULT_SCOPES if scope != "read_all_orders"]
    run = sold.run(DAY)
    assert not run.success
    assert "orders since 2025-10-20 are wanted" in run.failure
    assert "this token sees only the last 60 days" in run.failure
    assert "Ask Shopify for the scope read_all_orders" in run.failure
    assert sold.writes() == []
    sold.shopify.system.switches["scopes"] = list(DEFAULT_SCOPES)
    assert sold.run(DAY).success
    assert results(sold)["1:r61"]["outcome"] == "created"


def test_prices_without_vat_come_back_with_the_vat_that_was_paid(tmp_path: Path) -> None:
    with coupled(little_shop(EXCLUSIVE), tmp_path) as coupling:
        assert isinstance(coupling.shopify.system, ShopifySandbox)
        order = coupling.shopify.system.shop.orders.get(1)
        assert order is not None
        order.lines[0].taxes = [Tax("BTW", 2100, 1039)]
        coupling.change(1, taxes_included=False)
        assert coupling.run(DAY).outcomes() == {"1": "created"}
        assert arrived(coupling, "1")["totalInclAmount"] == 5986
        for number, cents in ((62, 1995), (63, 1995), (64, 1996)):
            give_back(coupling, 1, refund(number, RefundLineSeed(0, 1), paid=cents))
        run = coupling.run(DAY)
        assert run.success, run.failure
        back = [arrived(coupling, f"1:r{number}") for number in (62, 63, 64)]
        assert [lines_of(each) for each in back] == [[(BAG, -1, 1995)], [(BAG, -1, 1995)], [(BAG, -1, 1996)]]
        assert [money(each) for each in back] == [[("PIN", -1995)], [("PIN", -1995)], [("PIN", -1996)]]
        assert sum(each["totalInclAmount"] for each in back) == -5986
