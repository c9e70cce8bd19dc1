"""Documents of every case on each of two days at the till arrive in the shop, each once and to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from posbridge_dagster.clients.shopify.companies import company_by_external_id
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.little_shop import BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, Run, amount, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced, stored
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import (
    CASES,
    FIRST_DAY,
    SECOND_DAY,
    Booked,
    Counter,
    bag,
    book_days,
    line,
    till_shop,
)

DAYS = (FIRST_DAY, SECOND_DAY)
DOCUMENTS = 2 * len(CASES)


@dataclass(frozen=True)
class TwoDays:
    """What was booked, and what became of it."""

    sides: BothSides
    booked: list[Booked]
    plan: Run
    planned_writes: list[str]
    runs: list[Run]
    orders: dict[str, Row]

    def order(self, case: str) -> Row:
        booked = next(each for each in self.booked if each.case == case)
        return self.orders[booked.document_id.partition(":")[2]]


def assert_balanced(sides: BothSides, booked: list[Booked]) -> None:
    """Every document is in the shop once, with the total and the VAT that the till has."""
    state = sides.mplus.system.state()
    books = {row["orderId"].replace("-", ""): row for row in state["orders"]} | {
        row["invoiceId"].replace("-", ""): row for row in state["invoices"]
    }
    orders = sides.orders()
    assert set(orders) == {each.document_id.partition(":")[2] for each in booked}
    for key, order in orders.items():
        assert amount(order, "totalPriceSet") == Decimal(books[key]["totalInclAmount"]) / 100
        assert amount(order, "totalTaxSet") == Decimal(books[key]["totalInclAmount"] - books[key]["totalExclAmount"]) / 100
        paid = sum(Decimal(row["amountSet"]["shopMoney"]["amount"]) for row in order["transactions"] if row["kind"] == "SALE")
        assert paid == Decimal(books[key]["paidAmount"]) / 100
    credited = {row["creditedInvoiceId"] for row in state["invoices"] if row["creditedInvoiceId"]}
    given_back = sum((amount(order, "totalRefundedSet") for order in orders.values()), Decimal(0))
    assert given_back == sum(Decimal(row["totalInclAmount"]) for row in state["invoices"] if row["invoiceId"] in credited) / 100


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoDays]:
    with both_sides(till_shop(), tmp_path_factory.mktemp("till")) as sides:
        booked = book_days(sides.till, DOCUMENTS)
        sides.forget_calls()
        plan, planned_writes = sides.run(FIRST_DAY, dry_run=True), sides.writes()
        runs = [sides.run(day) for day in DAYS]
        yield TwoDays(sides, booked, plan, planned_writes, runs, sides.orders())


def test_a_plan_says_the_same_and_writes_nothing(two_days: TwoDays) -> None:
    assert two_days.plan.success, two_days.plan.failure
    assert two_days.planned_writes == []
    assert two_days.plan.outcomes() == two_days.runs[0].outcomes()


def test_both_days_end_well_with_every_document_in_one_outcome(two_days: TwoDays) -> None:
    for run in two_days.runs:
        assert run.success, run.failure
        assert run.checks == {"counts_add_up": True, "money_adds_up": True, "nothing_waits": True}
        assert run.codes() <= {"", "invoice_of_order"}
        assert set(run.outcomes().values()) == {"created", "skipped"}


def test_every_document_is_there_once_with_its_total_its_vat_and_its_money(two_days: TwoDays) -> None:
    assert len(two_days.orders) == DOCUMENTS
    assert_balanced(two_days.sides, two_days.booked)


def test_what_was_delivered_is_fulfilled_and_what_was_cancelled_is_cancelled(two_days: TwoDays) -> None:
    states = {case: two_days.order(case)["displayFulfillmentStatus"] for case in ("paid", "delivered", "invoice", "open", "partly paid")}
    assert states == {
        "paid": "FULFILLED",
        "delivered": "FULFILLED",
        "invoice": "FULFILLED",
        "open": "UNFULFILLED",
        "partly paid": "UNFULFILLED",
    }
    assert two_days.order("cancelled")["cancelledAt"]
    assert not two_days.order("paid")["cancelledAt"]


def test_what_was_paid_is_paid(two_days: TwoDays) -> None:
    cases = ("paid", "partly paid", "open", "credited", "costs nothing")
    states = {case: two_days.order(case)["displayFinancialStatus"] for case in cases}
    assert states == {
        "paid": "PAID",
        "partly paid": "PARTIALLY_PAID",
        "open": "PENDING",
        "credited": "REFUNDED",
        "costs nothing": "PAID",
    }


def test_lines_are_the_shops_variants_and_texts_are_the_note(two_days: TwoDays) -> None:
    order = two_days.order("mixed VAT")
    assert [row["variant"]["id"].rpartition("/")[2] != "" for row in order["lineItems"]] == [True, True]
    assert order["note"] == "cadeau inpakken"
    assert {(tax["title"], str(tax["rate"])) for tax in order["taxLines"]} == {("BTW 21% NLD", "0.21"), ("BTW 9% NLD", "0.09")}
    assert [row["title"] for row in two_days.order("shipping")["shippingLines"]] == ["Verzending"]


def test_a_person_and_a_company_are_customers_and_a_walk_in_is_none(two_days: TwoDays) -> None:
    assert two_days.order("paid")["customer"]["defaultEmailAddress"]["emailAddress"] == "jan@example.nl"
    assert two_days.order("company")["billingAddress"]["company"] == "Zeewind B.V."
    assert two_days.order("walk-in")["customer"] is None
    assert two_days.order("no e-mail")["customer"] is None


def test_a_day_of_every_case_balances_in_every_measure(two_days: TwoDays) -> None:
    status, said = balanced()
    assert status == 0, said
    assert f"{FIRST_DAY} balances." in said
    assert "orders_to_mplus was not run" in said
    sums = {(row["kind"], row["measure"], row["part"]): row for row in stored("sums")}
    assert {measure for _, measure, _ in sums} == {"documents", "cancelled", "lines", "pieces", "gross", "vat", "tender"}
    assert all(row["unexplained"] == 0 for row in sums.values())
    assert sums["sale", "documents", ""]["target"] == len(CASES)
    assert sums["refund", "gross", ""]["target"] == -(5240 + 2985)


def test_a_balance_writes_nothing(two_days: TwoDays) -> None:
    two_days.sides.forget_calls()
    assert balanced()[0] == 0
    assert two_days.sides.writes() == []


def test_a_second_run_writes_nothing(two_days: TwoDays) -> None:
    two_days.sides.forget_calls()
    for day in DAYS:
        run = two_days.sides.run(day)
        assert run.success, run.failure
        assert set(run.outcomes().values()) == {"unchanged", "skipped"}
    assert two_days.sides.writes() == []
    assert len(two_days.sides.shopify.control.calls) == 0


@pytest.mark.prove
def test_search_that_lags_makes_no_order_twice(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        booked = book_days(sides.till, 20)
        sides.shopify.system.switches["search_lag_s"] = 30.0
        sides.shopify.control.faults.append(Fault("reset_after", operation="orderCreate", times=3))
        runs = [sides.run(day) for _ in range(2) for day in DAYS]
        assert all(run.success for run in runs), [run.failure for run in runs]
        assert_balanced(sides, booked)


@pytest.mark.prove
def test_a_tenth_of_all_calls_fails_and_everything_is_in_once(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        booked = book_days(sides.till, 20)
        for kind in ("reset_before", "reset_after", "error_after", "garbage_after", "throttled"):
            sides.shopify.control.faults.append(Fault(kind, share=0.02))
        for _ in range(3):
            runs = [sides.run(day) for day in DAYS]
        sides.forget_faults()
        assert all(run.success for run in runs), [run.failure for run in runs]
        assert_balanced(sides, booked)


@pytest.mark.parametrize("write", [5, *(pytest.param(write, marks=pytest.mark.prove) for write in (1, 2, 3, 4, 6, 7, 8))])
def test_an_answer_lost_after_any_write_doubles_nothing(tmp_path: Path, write: int) -> None:
    with both_sides(till_shop(), tmp_path, POSBRIDGE_RETRY_BUDGET_S="0.1") as sides:
        at = Counter(sides.till)
        at.credit(at.order("credited", FIRST_DAY, bag, paid=1995), FIRST_DAY)
        at.cancel(at.order("cancelled", FIRST_DAY, bag))
        at.order("delivered", FIRST_DAY, line(BOOK, 2, 1250), paid=2500)
        sides.shopify.control.faults.append(Fault("reset_after", write=write, times=1))
        sides.run(FIRST_DAY)
        run = sides.run(FIRST_DAY)
        assert run.success, run.failure
        assert_balanced(sides, at.booked)


@pytest.mark.prove
def test_a_company_is_a_company_of_the_shop_where_the_mapping_wants_it(tmp_path: Path) -> None:
    def with_companies(mappings: dict[str, Row]) -> None:
        mappings["orders_to_shopify"]["settings"]["companies"] = "b2b"

    with both_sides(till_shop(), tmp_path, mapping=with_companies) as sides:
        at = Counter(sides.till)
        at.order("first", FIRST_DAY, bag, paid=1995, relationNumber=202)
        run = sides.run(FIRST_DAY)
        assert run.success, run.failure
        at.order("second", FIRST_DAY, bag, paid=1995, relationNumber=202)
        assert sides.run(FIRST_DAY).success
        assert sides.writes().count("companyCreate") == 1
        client = shopify_client(read_settings())
        company = company_by_external_id(client, "mplus:sandbox:202")
        client.close()
        assert company is not None
        assert company["name"] == "Zeewind B.V."
        assert [contact["customer"]["defaultEmailAddress"]["emailAddress"] for contact in company["contacts"]] == ["inkoop@zeewind.example"]
        assert_balanced(sides, at.booked)
