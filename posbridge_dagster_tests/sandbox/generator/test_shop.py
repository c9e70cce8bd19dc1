from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean

from posbridge_dagster.sandbox.generator import NASTY_CASES, generate_shop
from posbridge_dagster.sandbox.generator.tenders import paid_cents, total_cents
from posbridge_dagster.sandbox.seed import OrderSeed, Seed

DEMO_WEEK = date(2026, 10, 19)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(scope="module")
def week() -> Seed:
    return generate_shop(1, DEMO_WEEK, 7, 30)


def local_day(order: OrderSeed) -> date:
    return order.created_at.astimezone(AMSTERDAM).date()


def test_the_same_seed_is_the_same_shop_and_another_seed_another(week: Seed) -> None:
    assert repr(generate_shop(1, DEMO_WEEK, 7, 30)) == repr(week)
    assert repr(generate_shop(2, DEMO_WEEK, 7, 30)) != repr(week)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), days=st.integers(1, 16))
def test_every_order_of_any_shop_is_paid_to_the_cent_and_falls_on_one_of_its_days(seed: int, days: int) -> None:
    shop = generate_shop(seed, DEMO_WEEK, days, 5)
    calendar = {DEMO_WEEK + timedelta(days=place) for place in range(days)}
    assert [order.name for order in shop.orders if paid_cents(order.payments) != total_cents(order)] == []
    assert {local_day(order) for order in shop.orders} <= calendar


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), days=st.integers(1, 16))
def test_every_week_has_each_nasty_case_once(seed: int, days: int) -> None:
    shop = generate_shop(seed, DEMO_WEEK, days, 1)
    weeks = Counter((tag, (local_day(order) - DEMO_WEEK).days // 7) for order in shop.orders for tag in order.tags if tag in NASTY_CASES)
    assert weeks == {(tag, place): 1 for tag in NASTY_CASES for place in range(-(-days // 7))}


def test_an_order_number_is_unique_and_grows_with_time(week: Seed) -> None:
    numbers = [order.number for order in week.orders]
    moments = [order.created_at for order in week.orders]
    assert numbers == sorted(set(numbers))
    assert moments == sorted(moments)
    assert len({order.name for order in week.orders}) == len(week.orders)


def test_ordinary_days_have_exactly_the_orders_asked_for() -> None:
    shop = generate_shop(3, DEMO_WEEK, 3, 20, nasty=False, online_share=0)
    assert list(Counter(map(local_day, shop.orders)).values()) == [20, 20, 20]
    assert {order.source_name for order in shop.orders} == {"pos"}
    assert 1 <= min(len(order.lines) for order in shop.orders) <= max(len(order.lines) for order in shop.orders) <= 12


def test_all_customers_can_be_relations_already() -> None:
    shop = generate_shop(3, DEMO_WEEK, 1, 5, known_share=1.0, nasty=False)
    assert {customer.email.lower() for customer in shop.customers} <= {relation.email.lower() for relation in shop.relations}


def test_the_shop_has_the_size_and_the_mix_of_a_real_one(week: Seed) -> None:
    articles = [article for family in week.families for article in family.articles]
    assert 115 <= len(week.families) <= 130
    assert 10 <= len(week.groups) <= 16
    assert {group.parent for group in week.groups} <= {0, *(group.number for group in week.groups)}
    assert {article.vat_rate for article in articles if article.code} == {900, 2100}
    assert any(article.colour and article.size for article in articles)
    assert {location.branch_number for location in week.locations} == {1, 2}
    assert {customer.address.country for customer in week.customers if customer.address} == {"NL", "BE", "DE"}
    assert any(customer.email != customer.email.lower() for customer in week.customers)


def test_numbers_and_codes_of_articles_are_unique_and_barcodes_valid(week: Seed) -> None:
    articles = [article for family in week.families for article in family.articles]
    for values in (
        [article.article_number for article in articles if article.article_number],
        [article.code for article in articles if article.code],
        [article.barcode for article in articles if article.barcode],
        [family.number for family in week.families],
    ):
        assert len(values) == len(set(values))
    assert [article.barcode for article in articles if article.barcode and not ean.is_valid(article.barcode)] == []


def test_a_numeric_sku_is_the_article_number_and_a_lettered_one_is_kept_beside_it(week: Seed) -> None:
    for article in (article for family in week.families for article in family.articles if article.code and article.article_number):
        if article.code.isdecimal():
            assert (int(article.code), article.ext_article_id) == (article.article_number, "")
        else:
            assert article.ext_article_id == article.code


def test_service_articles_are_in_mplus_only_and_have_no_stock(week: Seed) -> None:
    (services,) = [family for family in week.families if family.description == "Diensten"]
    assert [article.article_number for article in services.articles] == list(range(900001, 900019))
    assert {(article.code, article.ext_article_id, article.stock_article) for article in services.articles} == {("", "", False)}


def test_every_line_of_an_article_is_one_that_shopify_has(week: Seed) -> None:
    codes = {article.code: article.vat_rate for family in week.families for article in family.articles if article.code}
    lines = [line for order in week.orders for line in order.lines]
    assert all(codes[line.code] == line.vat_rate for line in lines if line.kind == "article")
    assert all(line.code == "" for line in lines if line.kind != "article")


def test_a_shop_of_today_sells_nothing_in_the_future_and_still_has_every_case() -> None:
    now = datetime(2026, 10, 23, 8, 15, tzinfo=UTC)
    shop = generate_shop(1, DEMO_WEEK, 5, 8, until=now)
    assert max(order.created_at for order in shop.orders) <= now
    assert sum(local_day(order) == date(2026, 10, 23) for order in shop.orders) >= 8
    assert set(NASTY_CASES) <= {tag for order in shop.orders for tag in order.tags}


@pytest.mark.parametrize(("days", "orders", "persons"), [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_a_shop_without_days_or_people_or_with_negative_orders_is_refused(days: int, orders: int, persons: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        generate_shop(1, DEMO_WEEK, days, orders, persons=persons)


def test_customers_of_orders_exist(week: Seed) -> None:
    known = {customer.number: customer for customer in week.customers}
    assert len(known) == len(week.customers)
    for order in week.orders:
        if order.customer_number is not None:
            assert order.billing == known[order.customer_number].address
