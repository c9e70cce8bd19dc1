"""Every sale that breaks naive couplings, on the Sunday on which the clocks go back: read, written, and looked at on the other side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from posbridge_dagster.sandbox.generator import generate_shop, services
from posbridge_dagster.sandbox.generator.nasty import NASTY_CASES
from posbridge_dagster.sandbox.seed import OrderSeed, Seed
from posbridge_dagster_tests.flows.bookkeeping import held, sold
from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
from posbridge_dagster_tests.flows.little_shop import total

SUNDAY = date(2025, 10, 26)
KEPT_BACK = {"unknown-sku", "duplicate-email", "test-order", "online-order"}


@dataclass(frozen=True)
class NastyDay:
    """The day after it was run once, and the sales it was made of."""

    coupling: Coupling
    run: Run
    seed: Seed
    calls: dict[str, float]

    def sale(self, case: str) -> OrderSeed:
        return next(order for order in self.seed.orders if case in order.tags)

    def result(self, case: str) -> dict[str, Any]:
        return self.run.orders[str(self.sale(case).number)]

    def document(self, case: str) -> dict[str, Any]:
        return self.coupling.orders()[str(self.sale(case).number)]

    def relation(self, case: str) -> dict[str, Any]:
        return self.coupling.relations()[self.document(case)["relationNumber"]]

    def money_of(self, case: str, article: int) -> list[int]:
        return [line["total"] for line in self.document(case)["lines"] if line["articleNumber"] == article]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NastyDay]:
    seed = generate_shop(3, SUNDAY, days=1, orders_per_day=3, known_share=0.5, online_share=0.0)
    with coupled(seed, tmp_path_factory.mktemp("nasty")) as coupling:
        run = coupling.run(SUNDAY.isoformat())
        points = sum(call.cost or 0 for call in coupling.shopify.control.calls)
        yield NastyDay(coupling, run, seed, {"points": points})


def test_the_day_ends_well_and_every_order_in_one_outcome(day: NastyDay) -> None:
    assert day.run.success, day.run.failure
    assert day.run.checks == {
        "counts_add_up": True,
        "money_adds_up": True,
        "nothing_waits": True,
        "as_many_as_usual": True,
        "version_lasts": True,
    }
    pos = {str(order.number) for order in day.seed.orders if order.source_name == "pos"}
    assert set(day.run.orders) == pos
    kept_back = {str(day.sale(case).number) for case in KEPT_BACK}
    assert {number for number, outcome in day.run.outcomes().items() if outcome != "created"} == kept_back & pos
    assert set(day.coupling.orders()) == pos - kept_back


def test_every_sale_is_there_to_the_cent_to_the_piece_and_by_way_of_paying(day: NastyDay) -> None:
    documents = day.coupling.orders()
    for order in day.seed.orders:
        if str(order.number) in documents:
            assert held(documents[str(order.number)]) == sold(order, day.seed), order.tags
            assert documents[str(order.number)]["deliveryState"] == "COMPLETE", order.tags


@pytest.mark.parametrize("case", sorted(NASTY_CASES.keys() - KEPT_BACK))
def test_each_nasty_case_is_among_them(day: NastyDay, case: str) -> None:
    assert day.result(case)["outcome"] == "created"
    assert day.result(case)["written_minor"] == day.document(case)["totalInclAmount"]


def test_a_sale_of_300_lines_has_every_line_in_the_order_of_the_receipt(day: NastyDay) -> None:
    codes = {article.code: article.article_number for family in day.seed.families for article in family.articles}
    wanted = [codes[line.code] for line in day.sale("300-lines").lines]
    assert [line["articleNumber"] for line in day.document("300-lines")["lines"]] == wanted
    assert len(wanted) == 300


def test_a_walk_in_is_billed_to_the_default_debtor(day: NastyDay) -> None:
    assert day.document("walk-in")["relationNumber"] == services.DEFAULT_DEBTOR.number


def test_a_company_is_a_company_with_its_contact_and_a_person_has_none(day: NastyDay) -> None:
    customers = {customer.number: customer for customer in day.seed.customers}
    buyer = customers[day.sale("company").customer_number or 0]
    assert buyer.address is not None
    relation = day.relation("company")
    assert (relation["name"], relation["companyName"]) == (buyer.address.company, buyer.address.company)
    assert relation["contact"] == f"{buyer.first_name} {buyer.last_name}"
    person = customers[day.sale("email-in-other-case").customer_number or 0]
    assert day.relation("email-in-other-case")["name"] == f"{person.first_name} {person.last_name}"
    assert not day.relation("email-in-other-case").get("companyName")


def test_three_ways_of_paying_stay_apart(day: NastyDay) -> None:
    assert [payment["method"] for payment in day.document("split-payment")["payments"]] == ["CADEAUBON", "CONTANT", "PIN"]


def test_change_is_taken_off_the_cash(day: NastyDay) -> None:
    (payment,) = day.document("cash-with-change")["payments"]
    assert (payment["method"], payment["amount"]) == ("CONTANT", total(day.sale("cash-with-change")))


@pytest.mark.parametrize(
    ("case", "article", "money"),
    [
        ("tip", services.TIP, [250]),
        ("gift-card-sold", services.GIFT_CARD_SOLD, [2500]),
        ("custom-sale", services.CUSTOM_SALE_21, [1795]),
        ("custom-sale", services.CUSTOM_SALE_9, [850]),
        ("cash-rounding", services.CASH_ROUNDING, [-2]),
    ],
)
def test_what_is_no_goods_stands_on_its_service_article(day: NastyDay, case: str, article: int, money: list[int]) -> None:
    assert day.money_of(case, article) == money


def test_a_lettered_sku_finds_its_article_by_the_external_id(day: NastyDay) -> None:
    known = {article.ext_article_id: article.article_number for family in day.seed.families for article in family.articles}
    wanted = [known[line.code] for line in day.sale("lettered-sku").lines]
    assert [line["articleNumber"] for line in day.document("lettered-sku")["lines"]] == wanted


def test_an_unknown_sku_is_quarantined_by_line_and_the_others_go_on(day: NastyDay) -> None:
    result = day.result("unknown-sku")
    assert (result["outcome"], result["code"]) == ("quarantined", "article_not_found")
    assert "line 2" in result["reason"]
    assert "199901" in result["reason"]
    assert result["target_id"] == ""


def test_a_customer_whom_two_relations_share_is_quarantined_with_both_named(day: NastyDay) -> None:
    shared = [str(relation.number) for relation in day.seed.relations if relation.email == "familie.bakker@example.com"]
    result = day.result("duplicate-email")
    assert (result["outcome"], result["code"]) == ("quarantined", "customer_quarantined")
    assert len(shared) == 2
    assert all(number in result["reason"] for number in shared)
    assert day.coupling.quarantined()[result["source_id"]] == "customer_quarantined"


def test_an_email_in_other_case_finds_its_relation(day: NastyDay) -> None:
    wanted = next(relation.number for relation in day.seed.relations if relation.email == "M.deWit@Example.NET")
    assert day.document("email-in-other-case")["relationNumber"] == wanted


def test_what_was_given_away_is_handed_over_and_off_the_shelf(day: NastyDay) -> None:
    document = day.document("zero-total")
    assert (document["totalInclAmount"], document["payments"]) == (0, [])
    assert (document["deliveryState"], len(document["invoiceIds"])) == ("COMPLETE", 1)
    reserved = [row for row in day.coupling.mplus.system.state()["stock"] if row["reserved"] != "0"]
    assert reserved == []


def test_a_test_order_is_skipped_with_the_condition_named_and_a_web_order_is_not_read(day: NastyDay) -> None:
    assert (day.result("test-order")["outcome"], day.result("test-order")["reason"]) == ("skipped", "a test order")
    assert str(day.sale("online-order").number) not in day.run.orders


def test_sales_of_the_night_the_clocks_go_back_belong_to_their_day(day: NastyDay) -> None:
    night = [order for order in day.seed.orders if "dst-night" in order.tags]
    assert len(night) == 5  # midnight, 01:30, 02:30 twice, the last second
    assert {day.coupling.orders()[str(order.number)]["financialDate"] for order in night} == {SUNDAY.isoformat()}


def test_nobody_is_a_relation_twice(day: NastyDay) -> None:
    emails = [relation["email"].lower() for relation in day.coupling.relations().values() if relation.get("email")]
    assert {email for email in emails if emails.count(email) > 1} == {"familie.bakker@example.com"}


def test_a_second_run_reads_the_difference_and_writes_nothing(day: NastyDay) -> None:
    held_before = day.coupling.mplus.system.state()["counts"]
    day.coupling.forget_calls()
    again = day.coupling.run(SUNDAY.isoformat())
    assert again.success, again.failure
    assert day.coupling.writes() == []
    assert set(day.coupling.asked()) <= {"getApiVersion", "getProducts", "getRelations"}
    points = sum(call.cost or 0 for call in day.coupling.shopify.control.calls)
    assert points < day.calls["points"] / 4
    assert set(again.outcomes().values()) == {"unchanged", "quarantined", "skipped"}
    assert day.coupling.mplus.system.state()["counts"] == held_before
