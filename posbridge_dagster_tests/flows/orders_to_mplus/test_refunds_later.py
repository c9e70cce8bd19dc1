"""Refunds that come late: of an order of months ago, seen by the sensor, with and without the right to read that far back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from posbridge_dagster.sandbox.seed import PaymentSeed, RefundLineSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.sandbox.shopify.access import DEFAULT_SCOPES
from posbridge_dagster.sandbox.shopify.order_records import Tax
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, bag, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, give_back, lines_of, money, refund
from posbridge_dagster_tests.flows.orders_to_mplus.test_sensor import Looking

SOLD, EXCLUSIVE = 1, 2
BACK = {62: 1995, 63: 1995, 64: 1996}
"""By refund: what is given back for one of three pieces whose price came without VAT."""


@dataclass(frozen=True)
class Late:
    """A day of more than a year ago and what came back of it now: seen by the sensor, refused to a narrow token, then sent."""

    sold: Step
    looks: list[list[tuple[str, str]]]
    refused: Step
    sent: Step


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Late]:
    exclusive = sale(EXCLUSIVE, replace(bag, quantity=3, unit_price_cents=1649), customer=eva, payments=(PaymentSeed(CARD, 5986),))
    with coupled(little_shop(sale(SOLD, customer=eva), exclusive), tmp_path_factory.mktemp("late")) as coupling:
        take_vat_out_of_the_prices(coupling)
        sold, looking = step(coupling), Looking()
        looks = [looking.look()]
        give_back(coupling, SOLD, refund(60, RefundLineSeed(0, 1), paid=1995))
        for number, cents in BACK.items():
            give_back(coupling, EXCLUSIVE, refund(number, RefundLineSeed(0, 1), paid=cents))
        looks.append(looking.look())
        coupling.shopify.system.switches["scopes"] = [scope for scope in DEFAULT_SCOPES if scope != "read_all_orders"]
        refused = step(coupling)
        coupling.shopify.system.switches["scopes"] = list(DEFAULT_SCOPES)
        sent = step(coupling)
        looks.append(looking.look())
        yield Late(sold, looks, refused, sent)


def take_vat_out_of_the_prices(coupling: Coupling) -> None:
    """Let the prices of an order be without VAT, as if they had always been: the shop does not call it changed."""
    assert isinstance(coupling.shopify.system, ShopifySandbox)
    order = coupling.shopify.system.shop.orders.get(EXCLUSIVE)
    assert order is not None
    order.lines[0].taxes = [Tax("BTW", 2100, 1039)]
    order.taxes_included = False


def test_the_sensor_asks_for_the_day_of_the_order_and_the_refund_arrives(late: Late) -> None:
    before, after, at_last = late.looks
    assert before == []
    assert [day for day, _ in after] == [DAY]
    succeeded(late.sold, late.sent)
    assert late.sent.documents["1:r60"]["totalInclAmount"] == -1995
    assert at_last == []


def test_without_the_right_to_read_that_far_back_the_run_says_so_and_writes_nothing(late: Late) -> None:
    assert not late.refused.run.success
    assert "orders since 2025-10-20 are wanted" in late.refused.run.failure
    assert "this token sees only the last 60 days" in late.refused.run.failure
    assert "Ask Shopify for the scope read_all_orders" in late.refused.run.failure
    assert late.refused.writes == []
    assert late.sent.refunds["1:r60"]["outcome"] == "created"


def test_prices_without_vat_come_back_with_the_vat_that_was_paid(late: Late) -> None:
    assert late.sold.run.outcomes() == {"1": "created", "2": "created"}
    assert late.sold.documents["2"]["totalInclAmount"] == 5986
    back = [late.sent.documents[f"2:r{number}"] for number in BACK]
    assert [lines_of(each) for each in back] == [[(BAG, -1, cents)] for cents in BACK.values()]
    assert [money(each) for each in back] == [[("PIN", -cents)] for cents in BACK.values()]
    assert sum(each["totalInclAmount"] for each in back) == -5986
