from datetime import date

import pytest

from posbridge_dagster.sandbox.generator import NASTY_CASES, generate_shop
from posbridge_dagster.sandbox.generator.clock import night_moments
from posbridge_dagster.sandbox.generator.nasty import dst_night_orders
from posbridge_dagster.sandbox.generator.tenders import total_cents
from posbridge_dagster.sandbox.seed import ArticleSeed, LineSeed, OrderSeed, Seed

CLOCKS_GO_BACK = date(2026, 10, 25)


@pytest.fixture(scope="module")
def week() -> Seed:
    return generate_shop(7, date(2026, 10, 19), 7, 0)


@pytest.fixture(scope="module")
def cases(week: Seed) -> dict[str, OrderSeed]:
    return {tag: order for order in week.orders for tag in order.tags if tag in NASTY_CASES}


@pytest.fixture(scope="module")
def articles(week: Seed) -> dict[str, ArticleSeed]:
    return {article.code: article for family in week.families for article in family.articles}


def test_the_long_order_has_300_lines(cases: dict[str, OrderSeed]) -> None:
    assert len(cases["300-lines"].lines) == 300


def test_a_walk_in_has_neither_customer_nor_address(cases: dict[str, OrderSeed]) -> None:
    order = cases["walk-in"]
    assert (order.customer_number, order.billing, order.shipping) == (None, None, None)


def test_a_company_has_a_contact(cases: dict[str, OrderSeed]) -> None:
    address = cases["company"].billing
    assert address is not None
    assert address.company
    assert address.last_name


def test_a_split_payment_has_three_tenders(cases: dict[str, OrderSeed]) -> None:
    assert len({payment.gateway for payment in cases["split-payment"].payments}) == 3


def test_change_is_a_payment_of_its_own(cases: dict[str, OrderSeed]) -> None:
    assert [payment.kind for payment in cases["cash-with-change"].payments] == ["SALE", "CHANGE"]


def test_a_tip_is_paid_on_top_of_the_goods(cases: dict[str, OrderSeed]) -> None:
    order = cases["tip"]
    goods = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in order.lines)
    assert order.payments[0].amount_cents == goods + order.tip_cents > goods


def test_a_gift_card_is_sold_without_vat_beside_goods(cases: dict[str, OrderSeed]) -> None:
    kinds = {line.kind: line.vat_rate for line in cases["gift-card-sold"].lines}
    assert kinds["gift_card"] == 0
    assert "article" in kinds


def test_a_gift_card_pays(cases: dict[str, OrderSeed]) -> None:
    assert [payment.gateway for payment in cases["paid-by-gift-card"].payments] == ["gift_card"]


def test_custom_sales_come_at_both_rates_without_a_sku(cases: dict[str, OrderSeed]) -> None:
    typed = [line for line in cases["custom-sale"].lines if line.kind == "custom"]
    assert {(line.vat_rate, line.code) for line in typed} == {(2100, ""), (900, "")}


def test_two_cents_less_are_paid_in_cash(cases: dict[str, OrderSeed]) -> None:
    order = cases["cash-rounding"]
    (payment,) = order.payments
    assert payment.rounding_cents == -2
    assert payment.amount_cents == total_cents(order) - 2
    assert payment.amount_cents % 5 == 0


def test_lettered_skus_are_known_as_ext_article_id(cases: dict[str, OrderSeed], articles: dict[str, ArticleSeed]) -> None:
    codes = [line.code for line in cases["lettered-sku"].lines]
    assert [articles[code].ext_article_id for code in codes] == codes
    assert not any(code.isdecimal() for code in codes)


def test_an_unknown_sku_is_a_number_that_mplus_does_not_know(cases: dict[str, OrderSeed], articles: dict[str, ArticleSeed]) -> None:
    codes = [line.code for line in cases["unknown-sku"].lines]
    assert all(code.isdecimal() or articles[code].ext_article_id for code in codes)
    assert [code for code in codes if articles[code].article_number == 0] == ["199901"]


def relation_emails(week: Seed, order: OrderSeed) -> list[str]:
    (customer,) = [customer for customer in week.customers if customer.number == order.customer_number]
    return [relation.email for relation in week.relations if relation.email.lower() == customer.email.lower()]


def test_two_relations_share_the_duplicate_email(week: Seed, cases: dict[str, OrderSeed]) -> None:
    assert len(relation_emails(week, cases["duplicate-email"])) == 2


def test_one_relation_writes_the_email_in_other_case(week: Seed, cases: dict[str, OrderSeed]) -> None:
    order = cases["email-in-other-case"]
    (customer,) = [customer for customer in week.customers if customer.number == order.customer_number]
    (email,) = relation_emails(week, order)
    assert email != customer.email


def test_a_zero_total_has_no_payment(cases: dict[str, OrderSeed]) -> None:
    order = cases["zero-total"]
    assert (total_cents(order), order.payments, bool(order.discount_code)) == (0, (), True)


def test_a_line_discount_does_not_divide_by_its_quantity(cases: dict[str, OrderSeed]) -> None:
    line = next(line for line in cases["indivisible-line-discount"].lines if line.discount_cents)
    assert line.discount_cents % line.quantity


def test_an_order_discount_covers_two_rates(cases: dict[str, OrderSeed]) -> None:
    order = cases["mixed-vat-discount"]
    assert order.order_discount_cents
    assert {line.vat_rate for line in order.lines} == {900, 2100}


def test_a_test_order_says_so(cases: dict[str, OrderSeed]) -> None:
    assert [tag for tag, order in cases.items() if order.test] == ["test-order"]


def test_an_online_order_is_shipped_later_and_has_no_location(cases: dict[str, OrderSeed]) -> None:
    order = cases["online-order"]
    assert (order.source_name, order.location_number, order.fulfilled) == ("web", None, False)
    assert order.shipping is not None
    assert order.shipping_title


def test_a_noted_order_keeps_the_staffs_tags(cases: dict[str, OrderSeed]) -> None:
    order = cases["noted-and-tagged"]
    assert {"vaste klant", "inpakken"} < set(order.tags)
    assert "\n" in order.note


def test_the_demo_week_has_the_night_in_which_the_clocks_go_back(week: Seed) -> None:
    moments = [order.created_at for order in week.orders if "dst-night" in order.tags]
    assert moments == list(night_moments(CLOCKS_GO_BACK))


def test_sales_stand_on_both_sides_of_a_midnight(week: Seed) -> None:
    before, after = [order for order in week.orders if "midnight" in order.tags]
    assert (after.created_at - before.created_at).total_seconds() == 1


def test_a_night_of_sales_is_paid_and_says_what_it_is() -> None:
    orders = dst_night_orders(CLOCKS_GO_BACK, LineSeed("Mok", 2, 995))
    assert len(orders) == 6
    assert {order.tags for order in orders} == {("dst-night",)}
    assert {order.payments[0].amount_cents for order in orders} == {1990}
