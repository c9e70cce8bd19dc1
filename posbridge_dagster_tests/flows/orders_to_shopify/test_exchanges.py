"""Goods that come back at the till, in exchange for others or alone, end as a refund on the order that they were bought on."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from posbridge_dagster.resources import open_ledger
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, SIGN
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, Run, amount, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_after_sending import payments
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced, by_record
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, SECOND_DAY, Booked, Counter, bag, line, till_shop

GONE = "999999"
"""A variant that the shop does not have any more."""
EXCLUSIVE: Row = {"vatMethod": "VAT-METHOD-EXCLUSIVE", "relationNumber": 204}


@dataclass
class Swapped:
    """A day of sales and of what came back on them, and how its run ended."""

    sides: BothSides
    booked: dict[str, Booked]
    run: Run
    orders: dict[str, Row]

    def order(self, case: str) -> Row:
        return self.orders[self.booked[case].document_id.partition(":")[2]]

    def back(self, case: str) -> Row:
        """Return the result of what came back on a document, be it all of it or a part."""
        key = self.booked[case].document_id
        return self.run.rows.get(f"{key}:return") or self.run.rows[key]


def book_day(at: Counter) -> None:
    """Book a sale to each relation, and what came back later that day."""
    at.order("bought before", FIRST_DAY, line(BAG, 2), line(SIGN, 3, 995), paid=6975)
    at.invoice("bought on account", FIRST_DAY, line(BOOK, 4, 1250), paid=5000, relationNumber=202)
    at.order("bought dearer", FIRST_DAY, line(BOOK, 1, 1500), paid=1500, relationNumber=203)
    at.order("bought without VAT in the price", FIRST_DAY, line(BAG, 3, 1649), paid=5986, **EXCLUSIVE)
    at.order("pays more", FIRST_DAY, line(BAG, -1), line(BOOK, 2, 1250), paid=505)
    at.order("gets money back", FIRST_DAY, line(SIGN, 1, 995), line(BOOK, -2, 1250), paid=-1505, relationNumber=202)
    at.order("only back", FIRST_DAY, line(SIGN, -1, 995), paid=-995)
    at.order("an even swap", FIRST_DAY, line(SIGN, -1, 995), line(SIGN, 1, 995), paid=0)
    at.order("at another price", FIRST_DAY, bag, line(BOOK, -1, 1250), paid=745, relationNumber=203)
    at.order("never bought here", FIRST_DAY, bag, line(SIGN, -1, 995), paid=1000, relationNumber=203)
    at.order("still to come", FIRST_DAY, line(BAG, -1), line(BAG, 1), line(BOOK, 1, 1250))
    at.order("swapped without VAT in the price", FIRST_DAY, line(BAG, -1, 1649), line(BAG, 2, 1649), paid=1995, **EXCLUSIVE)


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swapped]:
    with both_sides(till_shop(), tmp_path_factory.mktemp("swapped")) as sides:
        at = Counter(sides.till)
        book_day(at)
        with open_ledger(read_settings()) as ledger:
            ledger.link("article", {str(BAG): GONE})
        run = sides.run(FIRST_DAY)
        yield Swapped(sides, {each.case: each for each in at.booked}, run, sides.orders())


def test_the_day_ends_with_its_counts_and_its_money(swapped: Swapped) -> None:
    assert swapped.run.success, swapped.run.failure
    assert swapped.run.checks == {"counts_add_up": True, "money_adds_up": True, "nothing_waits": True}


@pytest.mark.parametrize(
    ("sale", "paid"),
    [
        ("pays more", [("Ruil", "19.95"), ("shopify_payments", "5.05")]),
        ("gets money back", [("Ruil", "9.95")]),
        ("an even swap", [("Ruil", "9.95")]),
        ("swapped without VAT in the price", [("Ruil", "19.95"), ("shopify_payments", "19.95")]),
    ],
)
def test_the_goods_that_the_customer_took_are_a_paid_sale(swapped: Swapped, sale: str, paid: list[tuple[str, str]]) -> None:
    order = swapped.order(sale)
    assert order["displayFinancialStatus"] == "PAID"
    assert payments(order) == paid


def test_the_goods_that_came_back_are_a_refund_on_the_order_they_were_bought_on(swapped: Swapped) -> None:
    refunds = swapped.sides.refunds(swapped.order("bought before"))
    given = sorted(str(amount(refund, "totalRefundedSet")) for refund in refunds)
    assert given == ["19.95", "9.95", "9.95"]
    on_account = swapped.sides.refunds(swapped.order("bought on account"))
    assert [(amount(each, "totalRefundedSet"), each["refundLineItems"][0]["quantity"]) for each in on_account] == [(Decimal("25.0"), 2)]
    assert swapped.back("only back")["outcome"] == "created"


def test_what_fits_no_earlier_sale_is_for_a_person_who_is_told_what_to_do(swapped: Swapped) -> None:
    other_price, never = swapped.back("at another price"), swapped.back("never bought here")
    assert (other_price["outcome"], other_price["code"]) == ("quarantined", "sale_not_found")
    assert swapped.order("at another price")["displayFinancialStatus"] == "PAID"
    assert (never["outcome"], never["code"]) == ("quarantined", "return_line")
    assert "line 2 takes goods back for 9.95 and the others come to 19.95" in never["reason"]
    assert "book the return as a credit of their invoice" in never["reason"]


def test_a_link_to_a_variant_that_was_deleted_is_found_anew_by_its_number(swapped: Swapped) -> None:
    variants = [line["variant"]["id"].rpartition("/")[2] for line in swapped.order("bought before")["lineItems"]]
    assert all(variants)
    assert GONE not in variants


def test_goods_that_are_still_to_come_back_give_no_money_back_yet(swapped: Swapped) -> None:
    row = swapped.back("still to come")
    assert (row["outcome"], row["code"]) == ("skipped", "not_back_yet")
    assert payments(swapped.order("still to come")) == []


def test_the_day_balances_in_money_vat_goods_and_tenders(swapped: Swapped) -> None:
    status, said = balanced()
    assert status == 0, said
    codes = set().union(*by_record().values())
    assert codes == {"given_back_another_way", "sale_not_found", "return_line", "not_back_yet", "vat_rounding"}


def test_a_second_run_writes_nothing(swapped: Swapped) -> None:
    swapped.sides.forget_calls()
    run = swapped.sides.run(FIRST_DAY)
    assert run.success, run.failure
    assert set(run.outcomes().values()) == {"unchanged", "skipped", "quarantined"}
    assert swapped.sides.writes() == []


def test_a_day_on_which_nothing_was_booked_ends_well_and_balances(swapped: Swapped) -> None:
    run = swapped.sides.run(SECOND_DAY)
    assert (run.success, run.rows) == (True, {}), run.failure
    assert balanced(SECOND_DAY)[0] == 0


@pytest.mark.prove
@pytest.mark.parametrize("write", range(1, 7))
def test_an_answer_lost_after_any_write_of_an_exchange_doubles_nothing(tmp_path: Path, write: int) -> None:
    with both_sides(till_shop(), tmp_path, POSBRIDGE_RETRY_BUDGET_S="0.1") as sides:
        at = Counter(sides.till)
        sale = at.order("bought before", FIRST_DAY, line(BAG, 2), paid=3990)
        swap = at.order("swapped", FIRST_DAY, line(BAG, -1), line(BOOK, 2, 1250), paid=505)
        sides.shopify.control.faults.append(Fault("reset_after", write=write, times=1))
        sides.run(FIRST_DAY)
        run = sides.run(FIRST_DAY)
        assert run.success, run.failure
        orders = {each.case: sides.orders()[each.document_id.partition(":")[2]] for each in (sale, swap)}
        assert len(sides.orders()) == 2
        assert [amount(refund, "totalRefundedSet") for refund in sides.refunds(orders["bought before"])] == [Decimal("19.95")]
        assert payments(orders["swapped"]) == [("Ruil", "19.95"), ("shopify_payments", "5.05")]
        assert balanced()[0] == 0
