"""A day at the till in Shopify's terms: every document once, with its total and its VAT."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.orders_to_shopify.mapped import map_customers, map_documents
from posbridge_dagster.flows.orders_to_shopify.shapes import VARIANTS
from posbridge_dagster.flows.orders_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.snapshots.mplus_document_shapes import RELATIONS
from posbridge_dagster.snapshots.mplus_reading import day_of_documents
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, SIGN
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import (
    CASES,
    CHEESE,
    FIRST_DAY,
    SECOND_DAY,
    Booked,
    Counter,
    book_days,
    line,
    till_shop,
    words,
)
from posbridge_dagster_tests.sandbox.mplus.till import Till

MAPPING = load_mapping(Path(__file__).parents[3] / "mappings" / "orders_to_shopify.yaml", VOCABULARY)
MEMBERS = {"relation_number": "relationNumber", "company_name": "companyName"} | {
    name: name for name in ("email", "name", "contact", "address", "zipcode", "city", "country")
}
KNOWN = VARIANTS.frame({"article_number": number, "variant_id": str(number), "candidates": 1} for number in (BAG, BOOK, SIGN, CHEESE))


@dataclass
class Office:
    """A till and what the flow makes of its first day."""

    till: Till
    client: MplusClient

    def frames(self, stored: dict[str, pd.DataFrame] | None = None) -> dict[str, pd.DataFrame]:
        return day_of_documents(self.client, date.fromisoformat(FIRST_DAY), "EUR", stored or {})

    def mapped(self, variants: pd.DataFrame = KNOWN, mapping: Any = MAPPING, **changed: pd.DataFrame) -> dict[str, pd.DataFrame]:
        cards = self.till.sandbox.state()["relations"]
        relations = RELATIONS.frame({name: card.get(member) for name, member in MEMBERS.items()} for card in cards)
        frames = {**self.frames(), "relations": relations, **changed}
        return map_documents(frames, variants, mapping, "sandbox", "books") | {"customers": map_customers(frames, mapping)}


@pytest.fixture
def office() -> Iterator[Office]:
    with running(MplusSandbox(till_shop())) as served:
        client = MplusClient(served.url, "sandbox", "sandbox-secret")
        yield Office(Till(served), client)
        client.close()


@pytest.fixture(scope="module")
def day() -> Iterator[tuple[list[Booked], dict[str, pd.DataFrame]]]:
    with running(MplusSandbox(till_shop())) as served:
        client, till = MplusClient(served.url, "sandbox", "sandbox-secret"), Till(served)
        yield book_days(till, 2 * len(CASES)), Office(till, client).mapped()
        client.close()


def rows_of(frames: dict[str, pd.DataFrame], booked: list[Booked], case: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    key = next(each.document_id for each in booked if each.case == case)
    return rows_by(frames["orders"], "document_id")[key][0], rows_by(frames["order_lines"], "document_id").get(key, [])


def test_every_document_is_there_once_and_none_is_held_back(day: tuple[list[Booked], dict[str, pd.DataFrame]]) -> None:
    booked, frames = day
    orders = frames["orders"]
    assert orders["document_id"].is_unique
    assert set(orders["document_id"]) >= {each.document_id for each in booked[: len(CASES)]}
    assert set(orders["code"]) == {"", "invoice_of_order"}


def test_lines_and_vat_of_each_document_add_up_to_what_was_booked(day: tuple[list[Booked], dict[str, pd.DataFrame]]) -> None:
    _, frames = day
    lines = rows_by(frames["order_lines"], "document_id")
    for order in plain_rows(frames["orders"]):
        own = lines.get(order["document_id"], [])
        on_top = 0 if order["taxes_included"] else order["tax_minor"]
        assert sum(each["total_minor"] for each in own) + on_top == order["total_minor"], order
        assert sum(each["tax_minor"] for each in own) == order["tax_minor"], order
        assert all(each["quantity"] * each["price_minor"] == each["total_minor"] for each in own)


def test_each_case_is_told_as_a_shop_owner_would(day: tuple[list[Booked], dict[str, pd.DataFrame]]) -> None:
    booked, frames = day
    assert rows_of(frames, booked, "mixed VAT")[0]["note"] == "cadeau inpakken"
    assert [each["kind"] for each in rows_of(frames, booked, "shipping")[1]] == ["article", "shipping"]
    assert [each["title"] for each in rows_of(frames, booked, "by weight")[1]] == ["Kaas (0,53 x)"]
    assert [(each["quantity"], each["price_minor"]) for each in rows_of(frames, booked, "discount on a line")[1]] == [(1, 1961), (2, 1962)]
    assert {each["tax_title"] for each in rows_of(frames, booked, "foreign VAT")[1]} == {"BTW 19% DEU", "BTW 7% DEU"}
    assert rows_of(frames, booked, "foreign VAT")[0]["location_id"] == "3"
    assert not rows_of(frames, booked, "excluding VAT")[0]["taxes_included"]
    assert rows_of(frames, booked, "walk-in")[0]["relation_number"] is None
    company, _ = rows_of(frames, booked, "company")
    assert (company["billing_company"], company["billing_first_name"], company["billing_last_name"]) == ("Zeewind B.V.", "Cas", "Vos")
    assert [rows_of(frames, booked, case)[0]["delivered"] for case in ("paid", "open", "delivered", "invoice")] == [True, False, True, True]
    assert rows_of(frames, booked, "cancelled")[0]["cancelled"]


def test_a_credit_names_the_order_of_its_invoice_and_gives_its_money_back(day: tuple[list[Booked], dict[str, pd.DataFrame]]) -> None:
    booked, frames = day
    credited = {order["credited_id"]: order for order in plain_rows(frames["orders"]) if order["kind"] == "credit"}
    order = next(each.document_id for each in booked if each.case == "credited")
    invoice = next(each.document_id for each in booked if each.case == "credited invoice")
    assert (credited[order]["total_minor"], credited[invoice]["total_minor"]) == (5240, 2985)


def test_a_customer_has_the_form_of_the_shop(day: tuple[list[Booked], dict[str, pd.DataFrame]]) -> None:
    customers = {row["relation_number"]: row for row in plain_rows(day[1]["customers"])}
    jan = customers[201]
    assert (jan["email"], jan["first_name"], jan["last_name"], jan["zip"]) == ("jan@example.nl", "Jan", "van den Berg", "1234 AB")
    assert customers[203]["country"] == "DE"


def test_what_came_from_the_shop_does_not_travel_back_nor_what_is_made_of_it(office: Office) -> None:
    at = Counter(office.till)
    own = at.order("own", FIRST_DAY, line(BAG), paid=1995, extOrderId="shopify:sandbox:5001")
    at.credit(own, FIRST_DAY)
    other = at.order("other shop", FIRST_DAY, line(BAG), extOrderId="shopify:another:5001")
    codes = dict(office.mapped()["orders"].groupby("code")["document_id"].agg(list))
    assert len(codes["own_document"]) == 3  # the order, its invoice and the credit of that
    assert codes[""] == [other.document_id]


def test_the_invoice_of_a_tables_order_travels_for_no_list_has_its_order(office: Office) -> None:
    at = Counter(office.till)
    table = at.order("table", FIRST_DAY, line(BAG), paid=1995, orderType="ORDER-TYPE-TABLE-ORDER", tableNumber=4)
    at.credit(table, FIRST_DAY)
    usual = at.order("sales order of another day", SECOND_DAY, line(BAG), paid=1995)
    at.credit(usual, FIRST_DAY)
    orders = {row["document_id"]: row for row in plain_rows(office.mapped()["orders"])}
    invoice = f"invoice:{table.invoice_id.replace('-', '')}"
    assert (orders[invoice]["kind"], orders[invoice]["code"]) == ("invoice", "")
    assert sorted(row["credited_id"] for row in orders.values() if row["kind"] == "credit") == sorted([invoice, usual.document_id])


def test_a_document_whose_vat_is_not_that_of_its_total_is_for_a_person_before_anything_is_written(office: Office) -> None:
    booked = Counter(office.till).order("odd VAT", FIRST_DAY, line(BAG))
    taxes = office.frames()["document_taxes"]
    order = rows_of(office.mapped(document_taxes=taxes.assign(vat_minor=taxes["vat_minor"] + 2)), [booked], "odd VAT")[0]
    assert (order["outcome"], order["code"]) == ("quarantined", "vat_differs")
    assert "by 2 cents" in order["reason"]


def test_text_alone_is_no_sale_and_much_text_holds_no_sale_back(office: Office) -> None:
    at = Counter(office.till)
    booked = [at.order("text", FIRST_DAY, words("offerte volgt")), at.order("long", FIRST_DAY, line(BAG), words("x" * 6000))]
    frames = office.mapped()
    text, long = (rows_of(frames, booked, case)[0] for case in ("text", "long"))
    assert (text["outcome"], text["code"]) == ("skipped", "nothing_sold")
    assert (long["outcome"], len(long["note"]) <= 5000) == ("", True)
    assert long["note"].endswith("x... (nog 1060 tekens in MplusKASSA)")


def test_every_line_without_a_variant_is_named(office: Office) -> None:
    booked = Counter(office.till).order("two unknown", FIRST_DAY, line(BAG), line(BOOK, 1, 1250), line(SIGN))
    order = rows_of(office.mapped(KNOWN[KNOWN["article_number"] == BAG]), [booked], "two unknown")[0]
    assert (order["outcome"], order["code"]) == ("quarantined", "variant_not_found")
    assert f"line 2: article {BOOK}" in order["reason"]
    assert f"line 3: article {SIGN}" in order["reason"]


def test_money_given_back_without_a_sale_is_for_a_person(office: Office) -> None:
    booked = Counter(office.till).order("return", FIRST_DAY, line(BAG, -1))
    order = rows_of(office.mapped(), [booked], "return")[0]
    assert (order["outcome"], order["code"]) == ("quarantined", "return_without_sale")


def test_a_quiet_look_reads_no_document_again(office: Office) -> None:
    at = Counter(office.till)
    at.order("first", FIRST_DAY, line(BAG), paid=1995)
    first = office.frames()
    second = office.frames(first)
    assert all(first[name].equals(second[name]) for name in first)
    at.order("second", FIRST_DAY, line(BOOK, 1, 1250))
    third = office.frames(second)
    assert len(third["documents"]) == len(first["documents"]) + 1
    assert third["documents"].attrs["orders_marker"] > first["documents"].attrs["orders_marker"]
