"""A run that is killed (SIGKILL) at a write, and run again: every order exactly once, with the right content."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed, RelationSeed
from posbridge_dagster_tests.flows.killing import Scene, after_write, before_call
from posbridge_dagster_tests.flows.little_shop import DAY, NOON, bag, bob, book, eva, firm, little_shop, sale, sign, total

pytestmark = pytest.mark.timeout(900)

KNOWN = RelationSeed(501, "Eva Smit", "eva.smit@example.com", address="Oude weg 7", zipcode="1234 AB", city="Ede")
OLD = "59.6.0"
TWO_AT_A_TIME = 2


def twenty_sales() -> list[OrderSeed]:
    """Twenty sales: known and new customers, a company, walk-ins, several tenders, one that costs nothing."""
    buyers = (None, eva, bob, None, firm)
    sales = [
        sale(number, bag, book, sign, at=NOON + timedelta(minutes=number), customer=buyers[number % len(buyers)]) for number in range(1, 20)
    ]
    split = sale(4, bag, book)
    cents = total(split)
    sales[3] = sale(4, bag, book, payments=(PaymentSeed("gift_card", 1000), PaymentSeed("cash", cents - 1000)))
    return [*sales, sale(20, book, order_discount_cents=1250)]


def as_invoices(mapping: dict[str, Any]) -> None:
    mapping["settings"]["document"] = "invoice"


SALES = little_shop(*twenty_sales(), relations=(KNOWN,))
NEW = Scene(SALES, DAY)
FEW = little_shop(*twenty_sales()[:7], twenty_sales()[-1], relations=(KNOWN,))
OLDER = Scene(FEW, DAY, OLD)
INVOICES = Scene(FEW, DAY, OLD, as_invoices)


def each(tmp_path: Path, kill: Any, scene: Scene, points: Iterable[int]) -> None:
    """Kill a run at each of the points, two at a time; the first that does not survive fails the test."""
    with ThreadPoolExecutor(TWO_AT_A_TIME) as pool:
        results = [pool.submit(kill, scene, tmp_path / str(point), point) for point in points]
        for result in results:
            result.result()


def calls_of(scene: Scene, home: Path, *operations: str) -> list[int]:
    return [call.number for call in scene.calls(home) if call.operation in operations]


@pytest.mark.parametrize("writes", [(4,), pytest.param((1, 23), marks=pytest.mark.prove)], ids=["an order", "first and last"])
def test_killed_after_writes_of_customers_and_orders(tmp_path: Path, writes: tuple[int, ...]) -> None:
    each(tmp_path, after_write, NEW, writes)  # the first of 3 customers, the first and the last of 20 orders


@pytest.mark.prove
def test_killed_before_a_write_was_carried_out(tmp_path: Path) -> None:
    calls = calls_of(NEW, tmp_path / "undisturbed", "createRelation", "updateRelation", "createOrderV3")
    each(tmp_path, before_call, NEW, (calls[1], calls[3], calls[-1]))


@pytest.mark.prove
def test_killed_between_order_and_payment_on_an_older_service(tmp_path: Path) -> None:
    each(tmp_path, after_write, OLDER, (4, 5, 18))
    before_payment = calls_of(OLDER, tmp_path / "undisturbed", "payOrderV2")
    each(tmp_path, before_call, OLDER, (before_payment[2], before_payment[-1]))  # the last costs nothing and is only handed over


@pytest.mark.prove
def test_killed_between_invoice_and_payment_on_an_older_service(tmp_path: Path) -> None:
    each(tmp_path, after_write, INVOICES, (4, 5))
    before_payment = calls_of(INVOICES, tmp_path / "undisturbed", "payInvoice")
    each(tmp_path, before_call, INVOICES, (before_payment[1],))


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scene", [NEW, OLDER, INVOICES], ids=["orders", "orders of an older service", "invoices"])
def test_killed_after_each_write_in_turn(tmp_path: Path, scene: Scene) -> None:
    writes = sum(call.wrote for call in scene.calls(tmp_path / "undisturbed"))
    assert writes >= 17  # the fewest: eight invoices, seven payments (one costs nothing), two customers
    each(tmp_path, after_write, scene, range(1, writes + 1))
