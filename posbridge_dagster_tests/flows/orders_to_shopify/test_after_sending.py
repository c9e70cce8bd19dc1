"""What happens to a sale after it was sent happens in the shop: payments, deliveries and credits, in parts and to the cent."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from posbridge_dagster.clients.shopify.fulfilment import fulfilment_orders
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, amount, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.test_balance import balanced
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, SECOND_DAY, Booked, Counter, bag, book, line, till_shop


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(till_shop(), tmp_path) as both:
        yield both


def in_shop(sides: BothSides, booked: Booked) -> Row:
    """Return the order that a document became."""
    return sides.orders()[booked.document_id.partition(":")[2]]


def payments(order: Row) -> list[tuple[str, str]]:
    """Return gateway and amount of each payment of an order."""
    return [(row["gateway"], row["amountSet"]["shopMoney"]["amount"]) for row in order["transactions"] if row["kind"] == "SALE"]


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


def test_money_that_comes_in_later_and_in_parts_is_paid_on_the_order_each_part_once(sides: BothSides) -> None:
    at = Counter(sides.till)
    booked = at.order("paid in parts", FIRST_DAY, bag, book)
    assert sides.run(FIRST_DAY).success
    for cents, method, status in ((1000, "PIN", "PARTIALLY_PAID"), (245, "CONTANT", "PARTIALLY_PAID"), (2000, "PIN", "PAID")):
        at.pay(booked, cents, method=method)
        run = sides.run(FIRST_DAY)
        assert (run.success, run.outcomes()[booked.document_id]) == (True, "updated"), run.failure
        assert in_shop(sides, booked)["displayFinancialStatus"] == status
    assert payments(in_shop(sides, booked)) == [("shopify_payments", "10.0"), ("cash", "2.45"), ("shopify_payments", "20.0")]
    assert_quiet_and_balanced(sides, FIRST_DAY)


def test_an_order_that_is_paid_off_at_the_till_or_on_its_invoice_is_paid_and_handed_over(sides: BothSides) -> None:
    at = Counter(sides.till)
    deposit = at.order("deposit", FIRST_DAY, line(BAG, 2), paid=1000, prepay=True)
    account = at.bill(at.order("on account", FIRST_DAY, line(BAG, 2), paid=1000, prepay=True))
    assert sides.run(FIRST_DAY).success
    at.pay(deposit, 2990, method="CONTANT", prepay=False)
    at.pay(account, 2990, method="CONTANT")
    outcomes = sides.run(FIRST_DAY).outcomes()
    for booked in (deposit, account):
        assert outcomes[booked.document_id] == "updated"
        order = in_shop(sides, booked)
        assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("PAID", "FULFILLED")
        assert payments(order) == [("shopify_payments", "10.0"), ("cash", "29.9")]
    assert_quiet_and_balanced(sides, FIRST_DAY)


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


def test_money_that_the_shop_took_and_the_till_does_not_know_is_for_a_person(sides: BothSides) -> None:
    at = Counter(sides.till)
    booked = at.order("paid in both", FIRST_DAY, bag, paid=1000, prepay=True)
    assert sides.run(FIRST_DAY).success
    at.till.sandbox.books.state.orders[next(iter(at.till.sandbox.books.state.orders))].payments[0].amount = 900
    at.deliver(booked)
    row = sides.run(FIRST_DAY).rows[booked.document_id]
    assert (row["outcome"], row["code"]) == ("quarantined", "payments_differ")
    assert "1.00 EUR more" in row["reason"]


def test_goods_that_are_handed_over_in_parts_are_fulfilled_in_parts(sides: BothSides) -> None:
    at = Counter(sides.till)
    later = at.order("in parts", FIRST_DAY, line(BAG, 3, 1995, discountAmount=100), line(BOOK, 2, 1250))
    before = at.order("partly handed over already", FIRST_DAY, line(BOOK, 2, 1250), line(BOOK, 3, 1250))
    at.deliver_part(before, l2=1)
    assert sides.run(FIRST_DAY).success
    assert fulfilled(in_shop(sides, before)) == [0, 1]
    at.deliver_part(later, l1=2, l2=1)
    run = sides.run(FIRST_DAY)
    assert (run.success, run.outcomes()[later.document_id]) == (True, "updated"), run.failure
    assert in_shop(sides, later)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert sum(fulfilled(in_shop(sides, later))) == 3
    at.deliver_part(later, l1=1)
    at.deliver(before)
    assert set(sides.run(FIRST_DAY).outcomes().values()) == {"updated"}
    assert sum(fulfilled(in_shop(sides, later))) == 4
    at.deliver(later)
    sides.run(FIRST_DAY)
    assert {in_shop(sides, each)["displayFulfillmentStatus"] for each in (later, before)} == {"FULFILLED"}
    assert_quiet_and_balanced(sides, FIRST_DAY)


def test_several_credits_of_one_invoice_give_back_their_own_pieces_and_cents(sides: BothSides) -> None:
    at = Counter(sides.till)
    sold = at.invoice("credited in parts", FIRST_DAY, line(BAG, 3, 1995, discountAmount=100), line(BOOK, 2, 1250), paid=8385)
    assert sides.run(FIRST_DAY).success
    at.credit_part(sold, SECOND_DAY, l1=1)
    assert sides.run(SECOND_DAY).success
    at.credit_part(sold, SECOND_DAY, paid_out={"PIN": 3211}, l1=1, l2=1)
    at.credit_part(sold, SECOND_DAY, l1=1, l2=1)
    run = sides.run(SECOND_DAY)
    assert run.success, run.failure
    assert sorted(run.outcomes().values()) == ["created", "created", "unchanged"]
    order = in_shop(sides, sold)
    refunds = sides.refunds(order)
    given_back = sorted(amount(refund, "totalRefundedSet") for refund in refunds)
    assert given_back == [Decimal("19.62"), Decimal("32.11"), Decimal("32.12")]
    assert sorted(sum(row["quantity"] for row in refund["refundLineItems"]) for refund in refunds) == [1, 2, 2]
    assert (order["displayFinancialStatus"], amount(order, "totalRefundedSet")) == ("REFUNDED", Decimal("83.85"))
    assert_quiet_and_balanced(sides, FIRST_DAY, SECOND_DAY)


def test_a_credit_that_is_paid_out_after_it_was_sent_gives_nothing_back_a_second_time(sides: BothSides) -> None:
    at = Counter(sides.till)
    sold = at.invoice("paid out later", FIRST_DAY, bag, paid=1995)
    credit = at.credit_part(sold, FIRST_DAY, l1=1)
    assert sides.run(FIRST_DAY).success
    at.pay(Booked("credit", invoice_id=str(credit.removeprefix("invoice:"))), -1995)
    assert sides.run(FIRST_DAY).success
    assert len(sides.refunds(in_shop(sides, sold))) == 1
    assert_quiet_and_balanced(sides, FIRST_DAY)


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


def fulfilled(order: Row) -> list[int]:
    """Return how many pieces of each line were handed over."""
    client = shopify_client(read_settings())
    lines = [line for each in fulfilment_orders(client, order["id"]) for line in each["lineItems"]]
    client.close()
    done = {line["lineItem"]["id"]: line["totalQuantity"] - line["remainingQuantity"] for line in lines}
    return [done[line["id"]] for line in order["lineItems"]]
