"""What an order of the shop is in MplusKASSA's terms, and why some may not go there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from posbridge_dagster.flows.orders_to_mplus.mapped import map_customers, map_orders
from posbridge_dagster.flows.orders_to_mplus.shapes import ARTICLES
from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.snapshots.orders import order_frames
from posbridge_dagster_tests.flows.coupling import shipped_mapping
from posbridge_dagster_tests.snapshots.nodes import line, money, order, payment

ZONE = ZoneInfo("Europe/Amsterdam")
KNOWN = ARTICLES.frame({"article_number": number, "active": True} for number in (1, 2, 900009))
Mapped = dict[str, list[dict[str, Any]]]
MapNodes = Callable[..., Mapped]


@pytest.fixture
def mapped(tmp_path: Path) -> MapNodes:
    """Maps order nodes with the shipped mapping file, its settings changed as told."""

    def map_nodes(*nodes: dict[str, Any], **settings: Any) -> Mapped:
        document = shipped_mapping()
        document["settings"] |= settings
        file = tmp_path / "orders_to_mplus.yaml"
        file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
        mapping = load_mapping(file, VOCABULARY)
        frames = order_frames(nodes, ZONE)
        target = map_orders(frames, KNOWN, mapping, "winkel") | {"customers": map_customers(frames, mapping)}
        return {name: plain_rows(frame) for name, frame in target.items()}

    return map_nodes


def person(email: str | None, number: int = 61) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Customer/{number}",
        "firstName": "Eva",
        "lastName": "Smit",
        "defaultEmailAddress": {"emailAddress": email} if email else None,
        "defaultAddress": {"address1": "Dorpsstraat 1", "zip": "1234 ab", "city": " Ede ", "countryCodeV2": "NL"},
        "updatedAt": "2026-10-20T09:00:00Z",
    }


def test_an_order_has_its_ids_its_day_its_money_and_its_debtor(mapped: MapNodes) -> None:
    ((sold,), (sold_line,), (paid,)) = (mapped(order())[name] for name in ("orders", "order_lines", "order_payments"))
    wanted = {
        "external_id": "shopify:winkel:5001",
        "day": "2026-10-20",
        "financial_date": "2026-10-20",
        "document": "order",
        "default_debtor": 1,
        "customer_key": None,
        "reference": "Shopify #5001",
        "total_minor": 2000,
        "paid_minor": 2000,
        "handed_over": True,
        "outcome": "",
    }
    assert {name: sold[name] for name in wanted} == wanted
    assert (sold_line["article_number"], sold_line["quantity"], sold_line["price_minor"], sold_line["vat_code"]) == (1, 2, 1000, 2)
    assert (paid["method"], paid["amount_minor"]) == ("CONTANT", 2000)


def test_goods_that_are_still_to_be_sent_are_not_handed_over(mapped: MapNodes) -> None:
    (sold,) = mapped(order(displayFulfillmentStatus="UNFULFILLED"))["orders"]
    assert sold["handed_over"] is False


def test_prices_without_vat_get_the_vat_of_their_line(mapped: MapNodes) -> None:
    node = order(total="21.0", taxesIncluded=False, transactions=[payment(1, "cash", "21.0")])
    result = mapped(node)
    assert result["orders"][0]["outcome"] == ""
    assert sum(each["total_minor"] for each in result["order_lines"]) == 2100


def test_a_customer_is_a_relation_in_its_terms(mapped: MapNodes) -> None:
    result = mapped(order(customer=person(" Eva.Smit@Example.COM ")))
    (relation,) = result["customers"]
    assert (relation["email"], relation["name"]) == ("eva.smit@example.com", "Eva Smit")
    assert (relation["zipcode"], relation["city"]) == ("1234 AB", "Ede")
    assert result["orders"][0]["customer_key"] == relation["customer_key"] == "customer:61"


def test_a_customer_without_an_email_goes_to_the_default_debtor_or_to_a_person_by_choice(mapped: MapNodes) -> None:
    node = order(customer=person(None))
    (sold,) = mapped(node)["orders"]
    assert (sold["outcome"], sold["customer_key"], sold["default_debtor"]) == ("", None, 1)
    (kept,) = mapped(node, customer_without_email="quarantine")["orders"]
    assert (kept["outcome"], kept["code"]) == ("quarantined", "customer_without_email")
    (sold,) = mapped(node, customer_without_email="quarantine", use_default_debtor="always")["orders"]
    assert sold["outcome"] == ""


def test_a_location_may_have_its_own_document_and_debtor(mapped: MapNodes) -> None:
    there, elsewhere = mapped(
        order(5001),
        order(5002, retailLocation={"id": "gid://shopify/Location/2", "name": "Markt"}),
        document_by_location={"2": "invoice"},
        default_debtor_by_location={"2": 7},
    )["orders"]
    assert (there["document"], there["default_debtor"]) == ("order", 1)
    assert (elsewhere["document"], elsewhere["default_debtor"]) == ("invoice", 7)


def test_two_cards_stay_two_payments_and_change_comes_off_the_cash(mapped: MapNodes) -> None:
    payments = [payment(1, "shopify_payments", "5.0"), payment(2, "shopify_payments", "7.0")]
    payments += [payment(3, "cash", "10.0"), payment(4, "cash", "2.0", kind="CHANGE")]
    rows = mapped(order(transactions=payments))["order_payments"]
    assert sorted((row["method"], row["amount_minor"]) for row in rows) == [("CONTANT", 800), ("PIN", 500), ("PIN", 700)]


def test_a_payment_that_moved_no_money_needs_no_method(mapped: MapNodes) -> None:
    payments = [payment(1, "new_gateway", "20.0", status="FAILURE"), payment(2, "cash", "20.0")]
    result = mapped(order(transactions=payments))
    assert result["orders"][0]["outcome"] == ""
    assert [row["method"] for row in result["order_payments"]] == ["CONTANT"]
    (kept,) = mapped(order(transactions=[payment(1, "new_gateway", "20.0")]))["orders"]
    assert kept["outcome"] == "quarantined"
    assert "new_gateway" in kept["reason"]


def test_an_order_that_cannot_be_read_is_kept_and_hides_no_other(mapped: MapNodes) -> None:
    broken = order(5002, totalPriceSet=money("20.001"))
    rows = {row["order_id"]: row for row in mapped(order(5001), broken, order(5003))["orders"]}
    assert {number: row["outcome"] for number, row in rows.items()} == {"5001": "", "5002": "quarantined", "5003": ""}
    assert rows["5002"]["code"] == "order_unreadable"
    assert "more decimals" in rows["5002"]["reason"]


def test_all_faults_of_an_order_are_told_and_what_is_skipped_has_no_other(mapped: MapNodes) -> None:
    lines = [line(1, "Beker", 1, "10.0", "10.0"), line(77, "Vaas", 1, "5.0", "5.0"), line(78, "Kom", 1, "5.0", "5.0")]
    rows = mapped(order(5001, total="21.0", lineItems=lines), order(5002, test=True, lineItems=lines))["orders"]
    told, skipped = sorted(rows, key=lambda row: str(row["order_id"]))
    assert (told["outcome"], told["code"]) == ("quarantined", "article_not_found")
    assert all(
        words in told["reason"] for words in ("line 2: SKU '77' (Vaas)", "line 3: SKU '78' (Kom)", "differ from its total by -1.00 EUR")
    )
    assert (skipped["outcome"], skipped["reason"]) == ("skipped", "a test order")


def test_a_cancelled_order_whose_money_was_kept_is_not_forgotten(mapped: MapNodes) -> None:
    cancelled = {"cancelledAt": "2026-10-21T10:00:00Z"}
    whole = order(1, **cancelled, totalRefundedSet=money("20.0"))
    fee_kept = order(2, **cancelled, totalRefundedSet=money("15.0"))
    unpaid = order(3, **cancelled, transactions=[], displayFinancialStatus="VOIDED")
    online = order(4, **cancelled, sourceName="web")
    said = {row["order_id"]: (row["outcome"], row["code"], row["reason"]) for row in mapped(whole, fee_kept, unpaid, online)["orders"]}
    kept = "cancelled before it was sent, but 5.00 EUR of its money were not given back"
    assert said == {
        "1": ("skipped", "not_selected", "cancelled before it was sent"),
        "2": ("quarantined", "cancelled_with_money", kept),
        "3": ("skipped", "not_selected", "cancelled before it was sent"),
        "4": ("skipped", "not_selected", "not a POS sale"),
    }


def test_amounts_in_another_currency_are_never_booked_as_the_administrations_own(mapped: MapNodes) -> None:
    krona = order(1, currencyCode="SEK", transactions=[payment(1, "cash", "20.0")])
    assert [(row["outcome"], row["code"]) for row in mapped(krona, order(2))["orders"]] == [("quarantined", "foreign_currency"), ("", "")]
    assert mapped(krona, currency="SEK")["orders"][0]["outcome"] == ""
