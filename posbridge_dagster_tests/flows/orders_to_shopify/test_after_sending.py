"""What happens to a sale after it was sent happens in the shop: payments, deliveries and credits, in parts and to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from posbridge_dagster.clients.shopify.fulfilment import fulfilment_orders
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, Run, amount, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, SECOND_DAY, Booked, Counter, bag, book, line, till_shop

SENT, LATER, LATER_STILL, LAST = range(4)
DAYS = (FIRST_DAY, SECOND_DAY)


@dataclass
class Story:
    """Two days at the till of which both were run after each step: what was booked, and what each step left in the shop."""

    sides: BothSides
    at: Counter
    runs: list[dict[str, Run]] = field(default_factory=list)
    orders: list[dict[str, Row]] = field(default_factory=list)
    handed_over: list[dict[str, list[int]]] = field(default_factory=list)

    def booked(self, case: str) -> Booked:
        """Return a document as it was kept last: with its invoice where it has one."""
        return next(each for each in reversed(self.at.booked) if each.case == case)

    def run(self) -> None:
        """Run both days, and look at the shop."""
        self.runs.append({day: self.sides.run(day) for day in DAYS})
        self.orders.append(self.sides.orders())
        parts = ("in parts", "partly handed over already")
        self.handed_over.append({case: fulfilled(self.order(case, len(self.orders) - 1)) for case in parts})

    def order(self, case: str, step: int) -> Row:
        """Return the order that a document was after a step."""
        return self.orders[step][self.booked(case).document_id.partition(":")[2]]

    def row(self, case: str, step: int) -> Row:
        """Return the result that a document of the first day had in a step."""
        return self.runs[step][FIRST_DAY].rows[self.booked(case).document_id]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with both_sides(till_shop(), tmp_path_factory.mktemp("after")) as sides:
        told = Story(sides, Counter(sides.till))
        credit = sell(told.at)
        told.run()
        for happens in (happens_later, happens_later_still, happens_last):
            happens(told, credit)
            told.run()
        yield told


def sell(at: Counter) -> Booked:
    """Book every sale, and the credit that is paid out later, which is returned."""
    at.order("paid in parts", FIRST_DAY, bag, book)
    at.order("deposit", FIRST_DAY, line(BAG, 2), paid=1000, prepay=True)
    at.booked.append(at.bill(at.order("on account", FIRST_DAY, line(BAG, 2), paid=1000, prepay=True)))
    at.order("paid in both", FIRST_DAY, bag, paid=1000, prepay=True)
    at.order("in parts", FIRST_DAY, line(BAG, 3, 1995, discountAmount=100), line(BOOK, 2, 1250))
    at.deliver_part(at.order("partly handed over already", FIRST_DAY, line(BOOK, 2, 1250), line(BOOK, 3, 1250)), l2=1)
    at.invoice("credited in parts", FIRST_DAY, line(BAG, 3, 1995, discountAmount=100), line(BOOK, 2, 1250), paid=8385)
    at.order("delivered later", FIRST_DAY, bag)
    at.order("cancelled later", FIRST_DAY, book)
    at.order("credited later", FIRST_DAY, line(BAG, 2), paid=3990)
    at.invoice("changed later", FIRST_DAY, bag)
    sold = at.invoice("paid out later", FIRST_DAY, bag, paid=1995)
    return Booked("credit", invoice_id=at.credit_part(sold, FIRST_DAY, l1=1).removeprefix("invoice:"))


def happens_later(told: Story, credit: Booked) -> None:
    at, booked = told.at, told.booked
    at.pay(booked("paid in parts"), 1000)
    at.pay(booked("deposit"), 2990, method="CONTANT", prepay=False)
    at.pay(booked("on account"), 2990, method="CONTANT")
    state = at.till.sandbox.books.state
    state.orders[UUID(booked("paid in both").order_id)].payments[0].amount = 900
    at.deliver(booked("paid in both"))
    at.deliver_part(booked("in parts"), l1=2, l2=1)
    at.deliver(booked("delivered later"))
    at.cancel(booked("cancelled later"))
    at.credit(booked("credited later"), SECOND_DAY)
    at.change(booked("changed later"), FIRST_DAY, bag, book)
    at.credit_part(booked("credited in parts"), SECOND_DAY, l1=1)
    at.pay(credit, -1995)


def happens_later_still(told: Story, _: Booked) -> None:
    at, booked = told.at, told.booked
    at.pay(booked("paid in parts"), 245, method="CONTANT")
    at.deliver_part(booked("in parts"), l1=1)
    at.deliver(booked("partly handed over already"))
    at.credit_part(booked("credited in parts"), SECOND_DAY, paid_out={"PIN": 3211}, l1=1, l2=1)
    at.credit_part(booked("credited in parts"), SECOND_DAY, l1=1, l2=1)


def happens_last(told: Story, _: Booked) -> None:
    told.at.pay(told.booked("paid in parts"), 2000)
    told.at.deliver(told.booked("in parts"))


def test_every_run_ends_well(story: Story) -> None:
    for step in story.runs:
        for run in step.values():
            assert run.success, run.failure
    assert set(story.runs[SENT][FIRST_DAY].outcomes().values()) == {"created", "skipped"}


def test_money_that_comes_in_later_and_in_parts_is_paid_on_the_order_each_part_once(story: Story) -> None:
    for step, status in ((LATER, "PARTIALLY_PAID"), (LATER_STILL, "PARTIALLY_PAID"), (LAST, "PAID")):
        assert story.row("paid in parts", step)["outcome"] == "updated"
        assert story.order("paid in parts", step)["displayFinancialStatus"] == status
    assert payments(story.order("paid in parts", LAST)) == [("shopify_payments", "10.0"), ("cash", "2.45"), ("shopify_payments", "20.0")]


@pytest.mark.parametrize("case", ["deposit", "on account"])
def test_an_order_that_is_paid_off_at_the_till_or_on_its_invoice_is_paid_and_handed_over(story: Story, case: str) -> None:
    assert story.row(case, LATER)["outcome"] == "updated"
    order = story.order(case, LATER)
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("PAID", "FULFILLED")
    assert payments(order) == [("shopify_payments", "10.0"), ("cash", "29.9")]


def test_money_that_the_shop_took_and_the_till_does_not_know_is_for_a_person(story: Story) -> None:
    row = story.row("paid in both", LATER)
    assert (row["outcome"], row["code"]) == ("quarantined", "payments_differ")
    assert "1.00 EUR more" in row["reason"]


def test_goods_that_are_handed_over_in_parts_are_fulfilled_in_parts(story: Story) -> None:
    later, before = "in parts", "partly handed over already"
    assert story.handed_over[SENT][before] == [0, 1]
    assert story.row(later, LATER)["outcome"] == "updated"
    assert story.order(later, LATER)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert sum(story.handed_over[LATER][later]) == 3
    assert {story.row(each, LATER_STILL)["outcome"] for each in (later, before)} == {"updated"}
    assert sum(story.handed_over[LATER_STILL][later]) == 4
    assert {story.order(each, LAST)["displayFulfillmentStatus"] for each in (later, before)} == {"FULFILLED"}


def test_several_credits_of_one_invoice_give_back_their_own_pieces_and_cents(story: Story) -> None:
    outcomes = story.runs[LATER_STILL][SECOND_DAY].outcomes()
    assert sorted(outcomes.values()) == ["created", "created", "unchanged", "unchanged"]  # one is that of the order credited later
    order = story.order("credited in parts", LAST)
    refunds = story.sides.refunds(order)
    given_back = sorted(amount(refund, "totalRefundedSet") for refund in refunds)
    assert given_back == [Decimal("19.62"), Decimal("32.11"), Decimal("32.12")]
    assert sorted(sum(row["quantity"] for row in refund["refundLineItems"]) for refund in refunds) == [1, 2, 2]
    assert (order["displayFinancialStatus"], amount(order, "totalRefundedSet")) == ("REFUNDED", Decimal("83.85"))


def test_a_credit_that_is_paid_out_after_it_was_sent_gives_nothing_back_a_second_time(story: Story) -> None:
    assert len(story.sides.refunds(story.order("paid out later", SENT))) == 1
    assert len(story.sides.refunds(story.order("paid out later", LAST))) == 1


def test_what_happens_to_a_sent_order_later_happens_in_the_shop(story: Story) -> None:
    assert {story.row(f"{what} later", LATER)["outcome"] for what in ("delivered", "cancelled")} == {"updated"}
    assert list(story.runs[LATER][SECOND_DAY].outcomes().values()) == ["created", "created"]
    assert story.order("delivered later", LATER)["displayFulfillmentStatus"] == "FULFILLED"
    assert story.order("cancelled later", LATER)["cancelledAt"]
    credited = story.order("credited later", LATER)
    assert amount(credited, "totalRefundedSet") == Decimal("39.90")
    (refund,) = story.sides.refunds(credited)
    assert [row["quantity"] for row in refund["refundLineItems"]] == [2]


def test_any_other_change_of_a_sent_document_is_for_a_person(story: Story) -> None:
    row = story.row("changed later", LATER)
    changed = "changed after it was sent: lines, taxes, totals (19.95 EUR then, 32.45 EUR now)"
    assert (row["outcome"], row["code"], row["reason"]) == ("quarantined", "changed_after_send", changed)


def test_in_the_end_running_again_writes_nothing_and_both_days_balance(story: Story) -> None:
    held_back = {story.booked(case).document_id for case in ("paid in both", "changed later")}
    story.sides.forget_calls()
    for day in DAYS:
        run = story.sides.run(day)
        assert run.success, run.failure
        outcomes = run.outcomes()
        assert {outcomes[key] for key in outcomes if key not in held_back} <= {"unchanged", "skipped"}
    assert story.sides.writes() == []
    for day in DAYS:
        status, said = balanced(day)
        assert status == 0, said


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(till_shop(), tmp_path) as both:
        yield both


def in_shop(sides: BothSides, booked: Booked) -> Row:
    """Return the order that a document became."""
    return sides.orders()[booked.document_id.partition(":")[2]]


@pytest.mark.prove
def test_a_payment_whose_answer_was_lost_is_not_made_twice(sides: BothSides) -> None:
    at = Counter(sides.till)
    booked = at.order("paid in parts", FIRST_DAY, bag)
    assert sides.run(FIRST_DAY).success
    for cents in (500, 700):
        at.pay(booked, cents)
        sides.shopify.control.faults.append(Fault("reset_after", operation="orderCreateManualPayment", times=1))
        assert not sides.run(FIRST_DAY).success
        assert sides.run(FIRST_DAY).success
    assert payments(in_shop(sides, booked)) == [("shopify_payments", "5.0"), ("shopify_payments", "7.0")]
    assert_quiet_and_balanced(sides, FIRST_DAY)


@pytest.mark.prove
def test_a_shop_that_is_not_on_plus_takes_what_is_open_and_a_part_of_it_waits_for_the_rest(sides: BothSides) -> None:
    sides.shopify.system.switches["plan"] = "standard"
    at = Counter(sides.till)
    whole, part = at.invoice("paid as a whole", FIRST_DAY, bag), at.invoice("paid in parts", FIRST_DAY, bag)
    assert sides.run(FIRST_DAY).success
    at.pay(whole, 1995)
    at.pay(part, 995)
    rows = sides.run(FIRST_DAY).rows
    assert rows[whole.document_id]["outcome"] == "updated"
    assert rows[part.document_id]["outcome"] == "quarantined"
    assert rows[part.document_id]["code"] == "part_payment"
    assert "recorded once the rest is paid" in rows[part.document_id]["reason"]
    assert payments(in_shop(sides, whole)) == [("shopify_payments", "19.95")]
    assert payments(in_shop(sides, part)) == []
    at.pay(part, 1000, method="CONTANT")
    assert sides.run(FIRST_DAY).success
    assert payments(in_shop(sides, part)) == [("shopify_payments + cash", "19.95")]
    assert_quiet_and_balanced(sides, FIRST_DAY)


@pytest.mark.prove
def test_a_document_of_675_lines_arrives_whole_and_is_credited_whole(sides: BothSides) -> None:
    lines = [line(BAG if number % 2 else BOOK, 1, 100 + number) for number in range(675)]
    at = Counter(sides.till)
    sold = at.invoice("very long", FIRST_DAY, *lines, paid=sum(each["data"]["price"] for each in lines))
    assert sides.run(FIRST_DAY).success
    order = in_shop(sides, sold)
    assert len(order["lineItems"]) == 250
    assert amount(order, "totalPriceSet") == Decimal(sum(100 + number for number in range(675))) / 100
    at.credit(sold, FIRST_DAY)
    assert sides.run(FIRST_DAY).success
    assert in_shop(sides, sold)["displayFinancialStatus"] == "REFUNDED"
    assert_quiet_and_balanced(sides, FIRST_DAY)


def assert_quiet_and_balanced(sides: BothSides, *days: str) -> None:
    """Running the days again writes nothing, and each of them balances."""
    sides.forget_calls()
    for day in days:
        run = sides.run(day)
        assert run.success, run.failure
        assert set(run.outcomes().values()) <= {"unchanged", "skipped"}
    assert sides.writes() == []
    for day in days:
        status, said = balanced(day)
        assert status == 0, said


def payments(order: Row) -> list[tuple[str, str]]:
    """Return gateway and amount of each payment of an order."""
    return [(row["gateway"], row["amountSet"]["shopMoney"]["amount"]) for row in order["transactions"] if row["kind"] == "SALE"]


def fulfilled(order: Row) -> list[int]:
    """Return how many pieces of each line were handed over."""
    client = shopify_client(read_settings())
    lines = [line for each in fulfilment_orders(client, order["id"]) for line in each["lineItems"]]
    client.close()
    done = {line["lineItem"]["id"]: line["totalQuantity"] - line["remainingQuantity"] for line in lines}
    return [done[line["id"]] for line in order["lineItems"]]
