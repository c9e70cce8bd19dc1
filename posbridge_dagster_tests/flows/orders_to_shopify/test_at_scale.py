"""Days of generated documents at several tills: every one once, balanced to the cent, and a second run writes nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.seed import LocationSeed, RelationSeed, Seed
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, amount, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced

FIRST = date(2025, 10, 20)
FAULTS = ("reset_before", "reset_after", "error_after", "garbage_after", "throttled")
BERLIN = 3
FULFILMENT = {
    "COMPLETE": {"FULFILLED"},
    "PARTIAL": {"PARTIALLY_FULFILLED", "FULFILLED"},  # shipping, which is no goods in the shop, may be what is open
    "NOTHING": {"UNFULFILLED"},
}


def trading_shop() -> Seed:
    """Return a shop with hundreds of articles, dozens of relations (companies too), two Dutch branches and a German one."""
    seed = generate_shop(1, FIRST, days=1, orders_per_day=0, known_share=1.0, nasty=False)
    seed.locations.append(LocationSeed(BERLIN, "Laden Berlin", BERLIN, country="DE"))
    seed.relations += [
        RelationSeed(90_001, "Erika Muster", "erika@example.de", address="Hauptstraße 5", zipcode="10115", city="Berlin", country="DE"),
        RelationSeed(90_002, "Nordwind GmbH", "kauf@nordwind.example", "Nordwind GmbH", "Max Klein", "Kai 1", "20095", "Hamburg", "DE"),
        RelationSeed(90_003, "Zonder adres", city="Urk"),
    ]
    return seed


@contextmanager
def traded(home: Path, days: int, documents: int) -> Iterator[tuple[BothSides, list[str]]]:
    """Give both systems with generated documents, and the days they are on."""
    calendar = [FIRST + timedelta(days=offset) for offset in range(days)]
    with both_sides(trading_shop(), home) as sides:
        assert isinstance(sides.mplus.system, MplusSandbox)
        kinds = sides.mplus.system.book_days(calendar, documents)
        assert sum(kinds.values()) == documents
        yield sides, [day.isoformat() for day in calendar]


def assert_arrived(sides: BothSides) -> None:
    """Every sale is in the shop once and every credit is one refund, with the total, VAT and money of the books."""
    state = sides.mplus.system.state()
    credits_ = [row for row in state["invoices"] if row["creditedInvoiceId"]]
    invoices = [row for row in state["invoices"] if not row["orderIds"] and not row["creditedInvoiceId"]]
    books = {row["orderId"]: row for row in state["orders"]} | {row["invoiceId"]: row for row in invoices}
    orders = sides.orders()
    assert set(orders) == {key.replace("-", "") for key in books}
    for key, row in books.items():
        order = orders[key.replace("-", "")]
        assert amount(order, "totalPriceSet") == euros(row["totalInclAmount"])
        assert amount(order, "totalTaxSet") == euros(row["totalInclAmount"] - row["totalExclAmount"])
        assert sum((euros_of(each) for each in order["transactions"] if each["kind"] == "SALE"), Decimal(0)) == euros(row["paidAmount"])
        assert bool(order["cancelledAt"]) == bool(row.get("cancelled"))
        if not row.get("cancelled"):
            assert order["displayFulfillmentStatus"] in FULFILMENT[row.get("deliveryState", "COMPLETE")]
    notes = Counter(refund["note"] for order in orders.values() for refund in order["refunds"] if refund["note"])
    assert len(notes) == len(credits_)
    assert set(notes.values()) <= {1}
    assert sum((amount(order, "totalRefundedSet") for order in orders.values()), Decimal(0)) == -euros(
        sum(row["totalInclAmount"] for row in credits_)
    )


def euros(cents: int) -> Decimal:
    return Decimal(cents) / 100


def euros_of(transaction: dict[str, Any]) -> Decimal:
    return Decimal(transaction["amountSet"]["shopMoney"]["amount"])


def run_all(sides: BothSides, days: list[str]) -> None:
    for day in days:
        run = sides.run(day)
        assert run.success, run.failure
        assert all(run.checks.values())
        assert run.codes() <= {"", "invoice_of_order"}


def assert_quiet_and_balanced(sides: BothSides, days: list[str]) -> None:
    sides.forget_calls()
    run_all(sides, days)
    assert sides.writes() == []
    for day in days:
        status, said = balanced(day)
        assert status == 0, said


@pytest.mark.prove
def test_two_days_of_documents_arrive_once_and_balance(tmp_path: Path) -> None:
    with traded(tmp_path, 2, 40) as (sides, days):
        run_all(sides, days)
        assert_arrived(sides)
        assert_quiet_and_balanced(sides, days)


@pytest.mark.prove
def test_five_days_of_500_documents_arrive_once_and_balance(tmp_path: Path) -> None:
    with traded(tmp_path, 5, 500) as (sides, days):
        run_all(sides, days)
        assert_arrived(sides)
        assert_quiet_and_balanced(sides, days)


@pytest.mark.prove
def test_500_documents_arrive_once_although_search_lags_and_a_tenth_of_all_calls_fails(tmp_path: Path) -> None:
    with traded(tmp_path, 5, 500) as (sides, days):
        sides.shopify.system.switches["search_lag_s"] = 30.0
        for served in (sides.shopify, sides.mplus):
            served.control.faults += [Fault(kind, share=0.1 / len(FAULTS)) for kind in FAULTS]
        for _ in range(3):
            for day in days:
                sides.run(day)
        sides.forget_faults()
        run_all(sides, days)
        assert_arrived(sides)
        assert_quiet_and_balanced(sides, days)
