"""What came back: each refund is a credit of its own in MplusKASSA, behind its order, to the cent and once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox, planting
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, SIGN, STOCK, bag, book, eva, little_shop, sale, sign, stranger, total
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded

MONTHS_LATER = datetime(2026, 2, 3, 11, tzinfo=UTC)
CARD = "shopify_payments"
ADJUSTMENT, SHIPPING, ROUNDING = 900016, 900012, 900013


def refund(number: int, *back: RefundLineSeed, paid: tuple[PaymentSeed, ...] | int, **members: Any) -> RefundSeed:
    payments = (PaymentSeed(CARD, paid, kind="REFUND"),) if isinstance(paid, int) else paid
    return RefundSeed(number, members.pop("at", MONTHS_LATER), back, payments, **members)


def arrived(coupling: Coupling, record: str) -> dict[str, Any]:
    """Return the order in MplusKASSA that stands for a record."""
    (order,) = [row for row in coupling.mplus.system.state()["orders"] if row["extOrderId"] == f"shopify:sandbox:{record}"]
    return dict(order)


def lines_of(order: dict[str, Any]) -> list[tuple[int, int, int]]:
    return sorted((line["articleNumber"], int(line["quantity"]), line["price"]) for line in order["lines"])


def results(coupling: Coupling, day: str = DAY) -> dict[str, dict[str, Any]]:
    return {row["source_id"]: row for row in plain_rows(coupling.frame("refunds", "result", day))}


def money(order: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted((payment["method"], payment["amount"]) for payment in order["payments"])


def give_back(coupling: Coupling, number: int, seed: RefundSeed) -> Any:
    """Let the shop give something back of an order now, and return the order."""
    assert isinstance(coupling.shopify.system, ShopifySandbox)
    shop = coupling.shopify.system.shop
    order = shop.orders.get(number)
    assert order is not None
    planting.give_back(order, seed)
    shop.changed(order)
    return order


TWO_BAGS = replace(bag, quantity=2)
CASES: dict[str, tuple[OrderSeed, RefundSeed, list[tuple[int, int, int]], list[tuple[str, int]]]] = {
    "one of two pieces": (sale(71, TWO_BAGS, book), refund(71, RefundLineSeed(0, 1), paid=1995), [(BAG, -1, 1995)], [("PIN", -1995)]),
    "shipping as well": (
        sale(72, bag, shipping_cents=495, shipping_title="Post"),
        refund(72, RefundLineSeed(0, 1), paid=2490, shipping_cents=495),
        [(BAG, -1, 1995), (SHIPPING, -1, 495)],
        [("PIN", -2490)],
    ),
    "a part of the shipping": (
        sale(79, bag, shipping_cents=495, shipping_title="Post"),
        refund(79, paid=200, shipping_cents=200),
        [(SHIPPING, -1, 200)],
        [("PIN", -200)],
    ),
    "everything at once": (
        sale(70, TWO_BAGS, book, shipping_cents=495, payments=(PaymentSeed("cash", 2000), PaymentSeed(CARD, 3735))),
        refund(
            70,
            RefundLineSeed(0, 1),
            RefundLineSeed(1, 1),
            paid=(PaymentSeed("cash", 1005, kind="REFUND", rounding_cents=2), PaymentSeed(CARD, 2542, kind="REFUND")),
            shipping_cents=200,
        ),
        [(BAG, -1, 1995), (BOOK, -1, 1250), (ADJUSTMENT, -1, 100), (SHIPPING, -1, 200), (ROUNDING, -1, 2)],
        [("CONTANT", -1005), ("PIN", -2542)],
    ),
    "more than the goods": (
        sale(73, bag),
        refund(73, RefundLineSeed(0, 1), paid=1995 + 500),
        [(BAG, -1, 1995), (ADJUSTMENT, -1, 500)],
        [("PIN", -2495)],
    ),
    "less than the goods": (
        sale(74, bag),
        refund(74, RefundLineSeed(0, 1), paid=1500),
        [(BAG, -1, 1995), (ADJUSTMENT, -1, -495)],
        [("PIN", -1500)],
    ),
    "money only": (sale(75, bag), refund(75, paid=300), [(ADJUSTMENT, -1, 300)], [("PIN", -300)]),
    "two tenders": (
        sale(76, bag, payments=(PaymentSeed("cash", 1000), PaymentSeed(CARD, 995))),
        refund(76, RefundLineSeed(0, 1), paid=(PaymentSeed("cash", 1000, kind="REFUND"), PaymentSeed(CARD, 995, kind="REFUND"))),
        [(BAG, -1, 1995)],
        [("CONTANT", -1000), ("PIN", -995)],
    ),
    "cash rounding": (
        sale(77, replace(bag, unit_price_cents=1998), payments=(PaymentSeed("cash", 2000, rounding_cents=2),)),
        refund(77, RefundLineSeed(0, 1), paid=(PaymentSeed("cash", 2000, kind="REFUND", rounding_cents=2),)),
        [(BAG, -1, 1998), (ROUNDING, -1, 2)],
        [("CONTANT", -2000)],
    ),
    "a discounted line that does not divide": (
        sale(78, replace(bag, quantity=3, discount_cents=100)),
        refund(78, RefundLineSeed(0, 3), paid=5885),
        [(BAG, -2, 1962), (BAG, -1, 1961)],
        [("PIN", -5885)],
    ),
}


LATE, WAITING, SHELF_ONLY, PROMISED, NOT_PUT_BACK, LOST_ANSWER = range(1, 7)
BARE, CANCELLED = 9, 10
TWO_SIGNS = replace(sign, quantity=2)


@dataclass(frozen=True)
class GivenBack:
    """A day of sales with what came back at once, the run that saw what came back later, and those that put the rest right."""

    sold: Step
    later: Step
    put_right: Step
    lost: Step
    quiet: Step


@pytest.fixture(scope="module")
def given_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GivenBack]:
    sales = [replace(order, refunds=(given,)) for order, given, _, _ in CASES.values()]
    sales += [sale(LATE, TWO_SIGNS, customer=eva), sale(WAITING, stranger), sale(NOT_PUT_BACK, TWO_SIGNS)]
    sales += [sale(number, TWO_BAGS) for number in (SHELF_ONLY, PROMISED, LOST_ANSWER)]
    sales.append(OrderSeed(BARE, "#C9", sale(1).created_at, 1, (), customer_number=eva.number, refunds=(refund(86, paid=700),)))
    sales.append(replace(sale(CANCELLED), cancelled_at=MONTHS_LATER, refunds=(refund(87, RefundLineSeed(0, 1), paid=1995),)))
    with coupled(little_shop(*sales), tmp_path_factory.mktemp("refunds")) as coupling:
        sold = step(coupling)
        give_back(coupling, LATE, refund(80, RefundLineSeed(0, 1), paid=995))
        give_back(coupling, WAITING, refund(81, paid=1250))
        give_back(coupling, SHELF_ONLY, refund(82, RefundLineSeed(0, 1), paid=()))
        pending = (PaymentSeed(CARD, 1995, kind="REFUND", status="PENDING"),)
        promised = give_back(coupling, PROMISED, refund(83, RefundLineSeed(0, 1), paid=pending))
        later = step(coupling)
        coupling.edit_mapping(serve_strangers_and_what_is_not_put_back)
        coupling.change(PROMISED, transactions=[*promised.transactions[:-1], replace(promised.transactions[-1], status="SUCCESS")])
        give_back(coupling, NOT_PUT_BACK, refund(84, RefundLineSeed(0, 1, restock=False), paid=995))
        put_right = step(coupling)
        give_back(coupling, LOST_ANSWER, refund(88, RefundLineSeed(0, 2), paid=3990))
        coupling.mplus.control.faults.append(Fault("reset_after", operation="createOrderV3", times=1))
        yield GivenBack(sold, later, put_right, step(coupling), step(coupling, read_everything=True))


def serve_strangers_and_what_is_not_put_back(mapping: dict[str, Any]) -> None:
    mapping["lookups"]["service_codes"]["values"]["199901"] = 900001
    mapping["lookups"]["service_kinds"]["values"]["no_restock:2100"] = 900018


def test_every_kind_of_refund_arrives_with_its_lines_and_its_money(given_back: GivenBack) -> None:
    sold = given_back.sold
    succeeded(sold)
    for name, (order, given, lines, paid) in CASES.items():
        record, amount = f"{order.number}:r{given.number}", sum(cents for _, cents in paid)
        row, credit = sold.refunds[record], sold.documents[record]
        assert (row["outcome"], row["amount_minor"], row["written_minor"]) == ("created", amount, amount), name
        assert lines_of(credit) == sorted(lines), name
        assert money(credit) == paid, name
        sold_for = total(order) + sum(each.rounding_cents for each in order.payments)
        assert sold.documents[str(order.number)]["totalInclAmount"] == sold_for, name


def test_a_return_without_a_receipt_is_a_credit_of_its_own(given_back: GivenBack) -> None:
    row, credit = given_back.sold.run.orders["9"], given_back.sold.documents["9:r86"]
    assert (row["outcome"], row["code"]) == ("skipped", "nothing_sold")
    assert lines_of(credit) == [(ADJUSTMENT, -1, 700)]
    assert credit["relationNumber"] != 1


def test_an_order_cancelled_before_it_was_sent_takes_its_refund_with_it(given_back: GivenBack) -> None:
    row = given_back.sold.refunds["10:r87"]
    assert given_back.sold.run.outcomes()["10"] == "skipped"
    assert (row["outcome"], row["code"]) == ("skipped", "original_not_sent")
    assert not {"10", "10:r87"} & set(given_back.quiet.documents)


def test_a_refund_months_later_follows_its_order_and_arrives_once(given_back: GivenBack) -> None:
    later, quiet = given_back.later, given_back.quiet
    succeeded(later, quiet)
    assert later.run.outcomes()["1"] == "unchanged"
    assert later.writes == ["createOrderV3"]
    order, credit = later.documents["1"], later.documents["1:r80"]
    assert credit["relationNumber"] == order["relationNumber"] != 1
    assert str(credit["financialDate"]) == "2026-02-03"
    assert later.refunds["1:r80"]["day"] == "2026-02-03"
    assert later.run.orders["1"]["target_number"] in credit["reference"]
    assert later.stock[SIGN][0] == str(STOCK - 4 + 1)
    assert quiet.writes == []
    assert quiet.refunds["1:r80"]["outcome"] == "unchanged"


def test_a_refund_waits_for_its_order_and_arrives_with_it(given_back: GivenBack) -> None:
    waiting, put_right = given_back.later, given_back.put_right
    assert (waiting.refunds["2:r81"]["outcome"], waiting.refunds["2:r81"]["code"]) == ("quarantined", "original_not_sent")
    assert waiting.quarantined() == {"2": "article_not_found", "2:r81": "original_not_sent"}
    succeeded(put_right)
    assert put_right.run.outcomes()["2"] == "created"
    assert put_right.refunds["2:r81"]["outcome"] == "created"
    assert put_right.quarantined() == {}


def test_goods_that_only_go_back_on_the_shelf_are_skipped_with_a_reason(given_back: GivenBack) -> None:
    row = given_back.later.refunds["3:r82"]
    assert (row["outcome"], row["code"]) == ("skipped", "refund_without_money")
    assert "3:r82" not in given_back.quiet.documents


def test_money_that_is_promised_arrives_when_it_is_given(given_back: GivenBack) -> None:
    assert given_back.later.refunds["4:r83"]["code"] == "refund_pending"
    assert given_back.put_right.refunds["4:r83"]["outcome"] == "created"


def test_goods_that_are_not_put_back_go_where_the_mapping_says(given_back: GivenBack) -> None:
    assert lines_of(given_back.put_right.documents["5:r84"]) == [(900018, -1, 995)]
    assert given_back.put_right.stock[SIGN] == given_back.later.stock[SIGN]


def test_an_answer_that_is_lost_makes_no_second_credit(given_back: GivenBack) -> None:
    assert given_back.lost.faults == ["createOrderV3 reset_after"]
    assert given_back.quiet.documents["6:r88"]["totalInclAmount"] == -3990
    assert given_back.quiet.writes == []


@pytest.mark.prove
def test_a_request_that_is_lost_makes_no_second_credit(tmp_path: Path) -> None:
    with coupled(little_shop(sale(1, TWO_BAGS, customer=eva)), tmp_path) as coupling:
        assert coupling.run(DAY).outcomes() == {"1": "created"}
        give_back(coupling, 1, refund(88, RefundLineSeed(0, 2), paid=3990))
        coupling.mplus.control.faults.append(Fault("reset_before", operation="createOrderV3", times=1))
        coupling.run(DAY)
        coupling.run(DAY)
        assert arrived(coupling, "1:r88")["totalInclAmount"] == -3990


def test_refunds_can_be_left_alone(tmp_path: Path) -> None:
    given = replace(sale(1), refunds=(refund(85, RefundLineSeed(0, 1), paid=1995),))
    with coupled(little_shop(given), tmp_path, mapping=lambda document: document["settings"].update(refunds="ignore")) as coupling:
        assert coupling.run(DAY).success
        assert results(coupling)["1:r85"]["code"] == "refunds_ignored"
