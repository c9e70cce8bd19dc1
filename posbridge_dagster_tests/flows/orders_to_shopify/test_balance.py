"""The balance of MplusKASSA's day against the shop, and what it finds when somebody interferes."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.balance import balance
from posbridge_dagster.clients.shopify.order_cancelling import mark_cancelled
from posbridge_dagster.clients.shopify.order_writing import create_order, written_order
from posbridge_dagster.clients.shopify.refund_writing import create_refund, payments_of, refund_transactions
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.little_shop import BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import CASES, FIRST_DAY, SECOND_DAY, Counter, bag, book_days, line, till_shop


def balanced(day: str = FIRST_DAY) -> tuple[int, str]:
    """Return the exit status and the words of `posbridge balance`."""
    said = CliRunner().invoke(balance, ["--day", day])
    return said.exit_code, said.output


def stored(frame: str, day: str = FIRST_DAY) -> list[Row]:
    """Return the rows of a balance frame."""
    found = FrameStore(read_settings().frames_url).read(["balance", "orders_to_shopify", frame], day)
    assert found is not None
    return plain_rows(found)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    with both_sides(till_shop(), tmp_path_factory.mktemp("balance")) as both:
        book_days(both.till, 2 * len(CASES))
        assert both.run(FIRST_DAY).success
        yield both


def test_a_day_of_every_case_balances_in_every_measure(sides: BothSides) -> None:
    status, said = balanced()
    assert status == 0, said
    assert f"{FIRST_DAY} balances." in said
    assert "orders_to_mplus was not run" in said
    sums = {(row["kind"], row["measure"], row["part"]): row for row in stored("sums")}
    assert {measure for _, measure, _ in sums} == {"documents", "cancelled", "lines", "pieces", "gross", "vat", "tender"}
    assert all(row["unexplained"] == 0 for row in sums.values())
    assert sums["sale", "documents", ""]["target"] == len(CASES)
    assert sums["refund", "gross", ""]["target"] == -(5240 + 2985)


def test_a_balance_writes_nothing(sides: BothSides) -> None:
    sides.forget_calls()
    assert balanced()[0] == 0
    assert sides.writes() == []


def by_record(day: str = FIRST_DAY) -> dict[str, set[str]]:
    """Return the reason codes of the records that differ; an empty code is a difference that nobody can explain."""
    codes: dict[str, set[str]] = {}
    for row in stored("differences", day):
        codes.setdefault(row["record_id"], set()).add(row["code"])
    return codes


def test_an_order_that_is_in_the_shop_twice_breaks_the_balance_and_is_named(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        at = Counter(sides.till)
        at.order("doubled", FIRST_DAY, bag, paid=1995)
        assert sides.run(FIRST_DAY).success
        (order,) = sides.orders().values()
        client = shopify_client(read_settings())
        double = {name: order[name] for name in ("sourceIdentifier", "processedAt")} | {
            "metafields": [{"namespace": "posbridge", "key": "mplus_order", "type": "id", "value": "sandbox:by-hand"}],
            "taxesIncluded": True,
            "lineItems": [{"title": "Tas", "quantity": 1, "priceSet": {"shopMoney": {"amount": "19.95", "currencyCode": "EUR"}}}],
        }
        made = create_order(client, double)
        client.close()
        status, said = balanced()
        assert status == 1
        assert "does not balance: orders_to_shopify" in said
        assert by_record() == {f"{order['sourceIdentifier']} {made.name}": {""}}


def test_an_order_that_somebody_deleted_breaks_the_balance_and_is_named(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        booked = Counter(sides.till).order("deleted", FIRST_DAY, bag, paid=1995)
        assert sides.run(FIRST_DAY).success
        (order,) = sides.orders().values()
        assert isinstance(sides.shopify.system, ShopifySandbox)
        shop = sides.shopify.system.shop
        shop.orders.discard(shop.orders[int(order["legacyResourceId"])])
        assert balanced()[0] == 1
        assert by_record() == {f"mplus:sandbox:{booked.document_id.partition(':')[2]}": {""}}


def test_money_given_back_by_hand_and_documents_held_back_are_explained(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        at = Counter(sides.till)
        at.order("refunded by hand", FIRST_DAY, bag, paid=1995)
        held_back = at.order("goods come back", FIRST_DAY, line(BOOK, -1, 1250), paid=-1250)
        cancelled = at.order("cancelled by hand", FIRST_DAY, bag)
        assert sides.run(FIRST_DAY).codes() >= {"return_without_sale"}
        orders = {each["displayFinancialStatus"]: each for each in sides.orders().values()}
        order = orders["PAID"]
        client = shopify_client(read_settings())
        paid = payments_of(written_order(client, order["id"]).transactions)
        back = refund_transactions(order["id"], paid, Decimal("5.00"))
        refund = create_refund(client, {"orderId": order["id"], "note": "sorry", "transactions": back}, "by hand")
        mark_cancelled(client, orders["PENDING"]["id"])
        client.close()
        assert balanced()[0] == 0
        assert by_record() == {
            f"{order['sourceIdentifier']} refund {refund.id.rpartition('/')[2]}": {"refunded_in_shopify"},
            f"mplus:sandbox:{held_back.document_id.partition(':')[2]}": {"return_without_sale"},
            f"mplus:sandbox:{cancelled.document_id.partition(':')[2]}": {"cancelled_in_shopify"},
        }


def test_a_credit_of_a_sale_that_was_not_paid_in_full_is_explained(tmp_path: Path) -> None:
    with both_sides(till_shop(), tmp_path) as sides:
        at = Counter(sides.till)
        at.credit(at.invoice("partly paid", FIRST_DAY, bag, paid=500), SECOND_DAY)
        assert all(sides.run(day).success for day in (FIRST_DAY, SECOND_DAY))
        assert balanced(SECOND_DAY)[0] == 0, balanced(SECOND_DAY)[1]
        assert set.union(*by_record(SECOND_DAY).values()) >= {"nothing_left_to_give_back"}
