from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from posbridge_dagster.sandbox.filling import Filling
from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed, RefundLineSeed, Seed
from posbridge_dagster.sandbox.transactions import left_out_lines, shop_from_transactions

REAL_FILE = Path(__file__).parents[2] / "../shared/data/online_retail_2009_2010.parquet"
FIRST, LAST = date(2009, 12, 1), date(2009, 12, 3)


def row(invoice: str, code: str, quantity: int = 1, price: float = 1.0, at: str = "2009-12-01 10:00", **other: Any) -> dict[str, Any]:
    return {
        "invoice": invoice,
        "stock_code": code,
        "description": f"{code.strip()} THING",
        "quantity": quantity,
        "invoice_date": pd.Timestamp(at),
        "unit_price": price,
        "customer_id": 13085,
        "country": "Netherlands",
        **other,
    }


ROWS = [
    row("1001", "22041", 12, 2.10),
    row("1001", "85123A", 6, 2.95),
    row("1001", "POST", 1, 18.0, description="POSTAGE"),
    row("1001", "m", 1, 4.25, description="Manual"),
    row("1002", "85123a ", 2, 2.95, customer_id=None, country="EIRE"),
    row("1003", "22041", 1, 0.0),
    row("1004", "21232", -30, 0.0, description="damaged", customer_id=None),
    row("1005", "21232", 2, 3.0, "2009-12-02 09:00", description=None, country="Unspecified", customer_id=14000),
    row("1005", "21232", -1, 0.0, "2009-12-02 09:01", customer_id=14000),
    row("1005", "PADS", 2, 0.001, "2009-12-02 09:01", customer_id=14000),
    row("1006", "85123B", 1, 5.0, "2009-12-02 23:59"),
    row("1006", "gift_0001_20", 1, 20.0, "2009-12-03 00:01"),
    row("A2001", "B", 1, -500.0, description="Adjust bad debt", customer_id=None),
    row("C3001", "85123A", -5, 2.95, "2009-12-03 12:00"),
    row("C3001", "D", -1, 10.0, "2009-12-03 12:00"),
    row("X4001", "22041", 1, 1.0),
    row("1007", "22041", 5, 2.10, "2009-12-04 10:00"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("transactions") / "tiny.parquet"
    pd.DataFrame(ROWS).astype({"customer_id": "Int64"}).to_parquet(path)
    return path


@pytest.fixture(scope="module")
def shop(file: Path) -> Seed:
    return shop_from_transactions(file, FIRST, LAST)


@pytest.fixture(scope="module")
def orders(shop: Seed) -> dict[str, OrderSeed]:
    return {order.name: order for order in shop.orders}


def test_only_invoices_without_a_letter_and_with_a_positive_line_are_sales(orders: dict[str, OrderSeed]) -> None:
    assert sorted(orders) == ["#1001", "#1002", "#1003", "#1005", "#1006"]


def test_every_line_of_the_days_is_loaded_or_counted_as_left_out(shop: Seed) -> None:
    assert shop.report["lines_in_window"] == len(ROWS) - 1
    assert shop.report["lines_in_window"] == shop.report["lines_loaded"] + sum(left_out_lines(shop.report).values())
    assert left_out_lines(shop.report) == {
        "lines_left_out_not_positive": 2,
        "lines_left_out_credits": 2,
        "lines_left_out_book_entries": 1,
        "lines_left_out_other_documents": 1,
    }
    assert sum(len(order.lines) for order in shop.orders) == shop.report["lines_loaded"]


def test_a_sale_is_paid_by_card_to_the_cent(orders: dict[str, OrderSeed]) -> None:
    total = 12 * 210 + 6 * 295 + 1800 + 425
    assert orders["#1001"].payments == (PaymentSeed("shopify_payments", total),)


def test_a_sale_without_a_customer_number_is_a_walk_in_who_pays_cash(orders: dict[str, OrderSeed]) -> None:
    order = orders["#1002"]
    assert (order.customer_number, order.billing) == (None, None)
    assert order.payments == (PaymentSeed("cash", 590),)


def test_a_sale_of_nothing_stays_and_has_no_payment(shop: Seed, orders: dict[str, OrderSeed]) -> None:
    assert (orders["#1003"].payments, len(orders["#1003"].lines)) == ((), 1)
    assert shop.report["orders_of_zero_total"] == 1


def test_times_are_those_of_the_shop(orders: dict[str, OrderSeed]) -> None:
    assert orders["#1001"].created_at == datetime(2009, 12, 1, 9, 0, tzinfo=UTC)


def test_an_invoice_over_two_times_has_the_first_and_is_not_cut_in_two_at_midnight(file: Path, orders: dict[str, OrderSeed]) -> None:
    assert orders["#1006"].created_at == datetime(2009, 12, 2, 22, 59, tzinfo=UTC)
    assert len(orders["#1006"].lines) == 2
    assert shop_from_transactions(file, LAST, LAST).report["lines_loaded"] == 0


def test_prices_include_21_percent_vat_and_lines_keep_their_quantities(orders: dict[str, OrderSeed]) -> None:
    lines = orders["#1001"].lines
    assert [(line.quantity, line.unit_price_cents, line.vat_rate) for line in lines[:2]] == [(12, 210, 2100), (6, 295, 2100)]


def test_a_price_below_a_cent_becomes_what_shopify_can_hold_and_is_reported(shop: Seed, orders: dict[str, OrderSeed]) -> None:
    assert orders["#1005"].lines[1].unit_price_cents == 0
    assert shop.report["price_below_a_cent"] == 1


def test_a_line_without_description_is_called_what_its_article_is_called(orders: dict[str, OrderSeed]) -> None:
    assert orders["#1005"].lines[0].title == "21232 THING"


def test_codes_that_differ_by_case_or_blanks_are_one_article(shop: Seed, orders: dict[str, OrderSeed]) -> None:
    assert orders["#1002"].lines[0].code == "85123A"
    assert shop.report["codes_respelled"] == 1
    assert [article.code for family in shop.families if family.number == 85123 for article in family.articles] == ["85123A", "85123B"]


def test_digits_are_article_numbers_and_other_codes_get_a_free_one(shop: Seed) -> None:
    articles = {article.code: article for family in shop.families for article in family.articles if article.code}
    assert {code: (article.article_number, article.ext_article_id) for code, article in articles.items()} == {
        "21232": (21232, ""),
        "22041": (22041, ""),
        "85123A": (700001, "85123A"),
        "85123B": (700002, "85123B"),
        "PADS": (700003, "PADS"),
        "gift_0001_20": (700004, "gift_0001_20"),
    }


def test_service_codes_stay_on_the_lines_and_are_no_articles_of_the_shop(shop: Seed, orders: dict[str, OrderSeed]) -> None:
    assert [line.code for line in orders["#1001"].lines] == ["22041", "85123A", "POST", "m"]
    codes = {article.code for family in shop.families for article in family.articles}
    assert not codes & {"POST", "m", "M", "D", "B"}
    assert {900001, 900003} <= {article.article_number for family in shop.families for article in family.articles}


def test_customers_have_an_email_of_their_number_and_an_address_in_their_country(shop: Seed) -> None:
    dutch, nowhere = shop.customers
    assert (dutch.number, dutch.email) == (13085, "customer13085@example.com")
    assert dutch.address is not None
    assert (dutch.address.country, dutch.address.address1) == ("NL", "Kalverstraat 126")
    assert (nowhere.number, nowhere.address) == (14000, None)


def test_article_numbers_do_not_depend_on_the_days(file: Path, shop: Seed) -> None:
    assert shop_from_transactions(file, LAST, LAST).families == shop.families


def test_a_credit_becomes_a_refund_of_the_sale_it_gives_back(file: Path) -> None:
    shop = shop_from_transactions(file, FIRST, LAST, with_credits=True)
    refunded, without_receipt = [order for order in shop.orders if order.refunds]
    (refund,) = refunded.refunds
    assert refunded.name == "#1001"
    assert (without_receipt.lines, without_receipt.payments) == ((), ())
    assert sum(paid.amount_cents for paid in without_receipt.refunds[0].payments) == shop.report["cents_returned_without_receipt"]
    assert refund.lines == (RefundLineSeed(1, 5),)
    assert refund.payments == (PaymentSeed("shopify_payments", 1475, kind="REFUND"),)
    assert refund.created_at == datetime(2009, 12, 3, 11, 0, tzinfo=UTC)
    counted = {name: shop.report[name] for name in ("credit_lines_refunded", "credit_lines_without_sale", "refunds", "cents_refunded")}
    assert counted == {"credit_lines_refunded": 1, "credit_lines_without_sale": 1, "refunds": 1, "cents_refunded": 1475}


def test_days_in_the_wrong_order_are_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="before the first"):
        shop_from_transactions(file, LAST, FIRST)


def test_a_file_without_a_column_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "short.parquet"
    pd.DataFrame(ROWS).drop(columns="country").to_parquet(path)
    with pytest.raises(ValueError, match="has no column country"):
        shop_from_transactions(path, FIRST, LAST)


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the real transactions are not beside the project")
@pytest.mark.prove
def test_twelve_real_days_have_the_known_counts() -> None:
    shop = shop_from_transactions(REAL_FILE, date(2009, 12, 1), date(2009, 12, 12))
    assert (len(shop.orders), sum(len(order.lines) for order in shop.orders)) == (1031, 25454)
    assert (shop.report["trading_days"], shop.report["lines_left_out_not_positive"]) == (11, 45)
    assert shop.report["lines_in_window"] == shop.report["lines_loaded"] + sum(left_out_lines(shop.report).values())
    assert sum(payment.amount_cents for order in shop.orders for payment in order.payments) == shop.report["cents_sold"]


@pytest.mark.prove
@pytest.mark.skipif(not REAL_FILE.exists(), reason="the real transactions are not beside the project")
def test_the_real_year_has_the_known_counts_and_every_code_of_a_line_is_an_article_or_a_service() -> None:
    shop = shop_from_transactions(REAL_FILE, date(2009, 12, 1), date(2010, 12, 9), with_credits=True)
    report = shop.report
    assert (report["trading_days"], report["orders_of_zero_total"], report["lines_left_out_not_positive"]) == (307, 1149, 2121)
    assert (report["lines_left_out_book_entries"], report["credit_invoices"]) == (3, 4592)
    codes = {article.code for family in shop.families for article in family.articles}
    services = {"POST", "DOT", "M", "m", "D", "C2", "C3", "BANK CHARGES", "S", "ADJUST", "ADJUST2", "AMAZONFEE", "B"}
    assert {line.code for order in shop.orders for line in order.lines} <= codes | services
    assert report["credit_lines_refunded"] + report["credit_lines_without_sale"] == report["lines_left_out_credits"]
    assert report["cents_refunded"] + report["cents_returned_without_receipt"] == sum(
        payment.amount_cents for order in shop.orders for refund in order.refunds for payment in refund.payments
    )
    for order in (order for order in shop.orders if order.lines):
        assert sum(payment.amount_cents for refund in order.refunds for payment in refund.payments) <= sum(
            payment.amount_cents for payment in order.payments
        )


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the real transactions are not beside the project")
@pytest.mark.prove
def test_the_real_codes_are_a_catalogue_whose_letters_are_variants_also_with_an_empty_shop() -> None:
    filling = Filling(first_day=FIRST, days=1, transactions=REAL_FILE, shopify_goods="none")
    shop = filling.shop(datetime.now(UTC))
    assert filling.in_shopify(shop).families == []
    families = {family.number: family for family in shop.families}
    assert (len(families), sum(len(family.articles) for family in shop.families)) == (3603, 4486)
    wide = [family for family in shop.families if len(family.articles) > 1 and family.articles[0].code]
    assert len(wide) == 426
    for family in wide:
        assert [article.details.colour_position for article in family.articles] == list(range(1, len(family.articles) + 1))
    hearts = [(article.code, article.colour) for article in families[85123].articles]
    assert hearts == [("85123A", "A"), ("85123B", "B")]
