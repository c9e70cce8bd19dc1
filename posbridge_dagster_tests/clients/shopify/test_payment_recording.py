"""Payments recorded on an order of the pretend shop, over real sockets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.order_writing import written_order
from posbridge_dagster.clients.shopify.payment_recording import record_payment
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import LineSeed, LocationSeed, OrderSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

OPENED = datetime(2026, 11, 20, 10, tzinfo=UTC)
ORDER = "gid://shopify/Order/900"


@pytest.fixture
def served() -> Iterator[Served]:
    unpaid = OrderSeed(900, "#900", OPENED, 1, (LineSeed("Beker", 2, 1000),))
    system = ShopifySandbox(Seed(locations=[LocationSeed(1, "Utrecht", 1)], orders=[unpaid]))
    system.switches["plan"] = "plus"
    with running(system) as shop:
        yield shop


@pytest.fixture
def client(served: Served) -> Iterator[ShopifyClient]:
    shop = ShopifyClient(served.url, FixedToken("shpat_sandbox"), patience=Patience(budget_s=1, attempts=2, first_wait_s=0.01))
    yield shop
    shop.close()


def test_a_payment_is_recorded_by_its_own_way_and_moment(client: ShopifyClient) -> None:
    record_payment(client, ORDER, "cash", Decimal("5.00"), "EUR", OPENED)
    paid = record_payment(client, ORDER, "PIN", None, "EUR")
    assert paid["displayFinancialStatus"] == "PAID"
    rows = [(row["gateway"], row["amountSet"]["shopMoney"]["amount"]) for row in written_order(client, ORDER).transactions]
    assert rows == [("cash", "5.0"), ("PIN", "15.0")]


def test_more_than_is_open_is_refused_with_its_code(client: ShopifyClient) -> None:
    with pytest.raises(UserErrors) as refused:
        record_payment(client, ORDER, "cash", Decimal("20.01"), "EUR")
    assert refused.value.code == "AMOUNT_EXCEEDS_BALANCE"


def test_a_lost_answer_is_not_sent_again(served: Served, client: ShopifyClient) -> None:
    served.control.faults.append(Fault("reset_after", operation="orderCreateManualPayment", times=1))
    with pytest.raises(UnknownOutcome):
        record_payment(client, ORDER, "cash", Decimal("5.00"), "EUR")
    assert len(written_order(client, ORDER).transactions) == 1
