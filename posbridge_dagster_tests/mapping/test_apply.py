from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from posbridge_dagster.mapping import Mapped
from posbridge_dagster_tests.mapping.shop import DEBTOR, VOCABULARY, frames, records, sales_mapping

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
LINES = """
fields:
  sales:
    debtor: {value: 1}
    email: {from: customers.email, transform: email, on: create}
    reference: {from: orders.order_id, transform: [{prefix: "#"}]}
  sale_lines:
    article: {from: order_lines.sku, required: true}
    text: {from: order_lines.title, transform: [trim, {truncate: 10}], default: no text}
    vat_code: {from: [customers.country, order_lines.tax_rate], transform: [{join: ":"}], lookup: vat_codes}
    price: {from: order_lines.price}
    note: {from: orders.note, default: "", on: create}
    day: {from: orders.created_at, transform: local_day}
    entered_at: {from: orders.created_at, on: update}
    gift: {value: false}
lookups:
  vat_codes: {values: {"NL:2100": 2}, missing: quarantine}
"""
MAPPING = sales_mapping(LINES)
SALE: dict[str, list[dict[str, Any]]] = {
    "customers": [{"customer_id": "c1", "country": "NL", "email": " Jan@Example.nl"}],
    "orders": [{"order_id": "1", "customer_id": "c1", "note": "snel", "created_at": AT}, {"order_id": "2"}],
}


def lines(*rows: dict[str, Any], mapping: Any = MAPPING) -> tuple[list[dict[str, Any]], list[tuple[str, str, str]]]:
    numbered = [{"order_id": "1", "line_id": str(number), "sku": "7", "tax_rate": 2100, **row} for number, row in enumerate(rows)]
    mapped: Mapped = mapping.apply("sale_lines", frames(**SALE, order_lines=numbered))
    return records(mapped.frame), [(row["line_id"], row["field"], row["code"]) for row in records(mapped.problems)]


def test_a_target_row_is_filled_from_its_row_its_order_and_the_customer_of_its_order() -> None:
    rows, problems = lines({"sku": "85123", "title": "  een lange tekst ", "price": Decimal("1.50")})
    assert not problems
    assert rows == [
        {
            "order_id": "1",
            "line_id": "0",
            "article": 85123,
            "text": "een lange",
            "vat_code": 2,
            "price": Decimal("1.50"),
            "note": "snel",
            "day": date(2026, 11, 21),
            "entered_at": AT,
            "gift": False,
        }
    ]


def test_empty_values_take_the_default() -> None:
    rows, problems = lines({"title": " ", "order_id": "2", "tax_rate": None}, {"title": None})
    assert [row["text"] for row in rows] == ["no text", "no text"]
    assert rows[0]["note"] == ""
    assert problems == []


def test_every_bad_value_is_a_problem_of_its_row_and_field_in_the_order_of_the_rows() -> None:
    rows, problems = lines({"tax_rate": 5}, {"sku": ""}, {"sku": "85123A", "tax_rate": 5}, {"sku": "9" * 19})
    assert problems == [
        ("0", "vat_code", "lookup_missing"),
        ("1", "article", "required_field_empty"),
        ("2", "article", "not_whole"),
        ("2", "vat_code", "lookup_missing"),
        ("3", "article", "not_whole"),
    ]
    assert [row["article"] for row in rows] == [7, None, None, None]


def test_a_line_whose_order_was_not_read_is_a_problem_and_not_an_empty_line() -> None:
    _, problems = lines({"order_id": "404"})
    assert problems == [("0", field, "missing_parent") for field in ("vat_code", "note", "day", "entered_at")]


def test_a_customer_that_was_not_read_is_seen_two_frames_away() -> None:
    sale = frames(orders=[{"order_id": "1", "customer_id": "gone"}], order_lines=[{"order_id": "1", "line_id": "0", "sku": "7"}])
    problems = records(MAPPING.apply("sale_lines", sale).problems)
    assert [(row["field"], row["code"]) for row in problems] == [("vat_code", "missing_parent")]
    assert problems[0]["reason"] == "the row of customers that it belongs to was not read"


def test_no_personal_value_is_in_a_reason() -> None:
    sale = frames(orders=[{"order_id": "1", "customer_id": "c"}], customers=[{"customer_id": "c", "email": "geheim"}])
    (problem,) = records(MAPPING.apply("sales", sale).problems)
    assert problem == {
        "order_id": "1",
        "field": "email",
        "code": "not_an_email",
        "reason": "customers.email is not one valid e-mail address",
    }


def test_rules_set_fields_after_they_are_filled_and_a_later_rule_after_an_earlier() -> None:
    mapping = sales_mapping(
        f"""
{LINES}
rules:
  - name: gifts
    when: [{{field: order_lines.title, starts_with: GIFT}}]
    then: {{set: {{sale_lines.vat_code: 3, sale_lines.gift: true}}}}
  - {{name: quick orders, when: [{{field: orders.note, is: snel}}], then: {{set: {{sale_lines.note: quick}}}}}}
  - {{name: sevens, when: [{{field: order_lines.sku, is: 7}}], then: {{set: {{sale_lines.note: seven}}}}}}
  - {{name: no article, when: [{{field: order_lines.sku, empty: true}}], then: {{set: {{sale_lines.article: 1}}}}}}
"""
    )
    rows, problems = lines({"title": "GIFT", "tax_rate": 5}, {"title": "rok", "tax_rate": 5}, {"sku": None}, mapping=mapping)
    assert [(row["article"], row["vat_code"], row["gift"], row["note"]) for row in rows] == [
        (7, 3, True, "seven"),
        (7, None, False, "seven"),
        (1, 2, False, "quick"),
    ]
    assert problems == [("1", "vat_code", "lookup_missing")]


def test_a_rule_on_children_sets_a_field_of_their_order() -> None:
    rule = "rules: [{name: a, when: [{field: order_lines.sku, is: A}], then: {set: {sales.reference: has A}}}]"
    sale = frames(orders=[{"order_id": "1"}, {"order_id": "2"}], order_lines=[{"order_id": "2", "line_id": "1", "sku": "A"}])
    rows = records(sales_mapping(rule).apply("sales", sale).frame)
    assert [row["reference"] for row in rows] == [None, "has A"]


def test_an_empty_day_has_the_types_of_a_full_one() -> None:
    full, empty = (MAPPING.apply("sale_lines", day) for day in (frames(**SALE, order_lines=[{"order_id": "1", "line_id": "0"}]), frames()))
    assert len(empty.frame) == 0
    assert full.frame.dtypes.equals(empty.frame.dtypes)
    assert full.problems.dtypes.equals(empty.problems.dtypes)
    shape = VOCABULARY.shape("sale_lines")
    assert shape.frame().dtypes.equals(full.frame.dtypes)


def test_rows_keep_their_order_and_any_index_of_the_source_is_ignored() -> None:
    sale = frames(**SALE, order_lines=[{"order_id": "1", "line_id": str(number), "sku": str(number)} for number in range(5)])
    sale["order_lines"] = sale["order_lines"].iloc[[3, 1, 4]]
    sale["orders"].index = pd.Index([7, 7])
    rows = records(MAPPING.apply("sale_lines", sale).frame)
    assert [row["article"] for row in rows] == [3, 1, 4]
    assert {row["note"] for row in rows} == {"snel"}


def test_frames_that_cannot_be_joined_are_refused() -> None:
    twice = frames(**{**SALE, "orders": [SALE["orders"][0]] * 2}, order_lines=[{"order_id": "1", "line_id": "0"}])
    with pytest.raises(ValueError, match="frame orders holds the same order_id more than once"):
        MAPPING.apply("sale_lines", twice)
    alone = {"order_lines": frames()["order_lines"]}
    with pytest.raises(KeyError, match="reads frame customers, which was not given"):
        MAPPING.apply("sale_lines", alone)
    short = frames()
    del short["order_lines"]["sku"]
    with pytest.raises(KeyError, match="sales has no target sale; it has sales, sale_lines"):
        MAPPING.apply("sale", frames())
    with pytest.raises(KeyError, match="order_lines was given without its column sku"):
        MAPPING.apply("sale_lines", short)


def test_lineage_and_policies_tell_where_a_field_comes_from_and_when_it_is_written() -> None:
    assert MAPPING.column_lineage("sales") == {
        "debtor": [],
        "email": [("customers", "email")],
        "reference": [("orders", "order_id")],
    }
    assert MAPPING.column_lineage("sale_lines")["vat_code"] == [("customers", "country"), ("order_lines", "tax_rate")]
    assert MAPPING.policies("sales") == {"debtor": "always", "email": "create", "reference": "always"}
    assert MAPPING.policies("sale_lines")["entered_at"] == "update"
    by_rule = sales_mapping("rules: [{name: a, when: [{field: orders.test, is: true}], then: {set: {sales.reference: x}}}]")
    assert by_rule.policies("sales") == {"debtor": "always", "reference": "always"}


def test_settings_are_the_model_of_the_flow() -> None:
    assert MAPPING.settings.default_debtor == 1
    assert MAPPING.settings.document == "order"


def test_the_fingerprint_follows_the_content_and_nothing_else() -> None:
    select = "select: [{field: orders.source_name, is: pos}, {field: orders.note, empty: true}]"
    first = sales_mapping(f"{select}\n{DEBTOR}")
    turned = "select:\n  - is: pos\n    field: orders.source_name\n  - {empty: true, field: orders.note}"
    same = sales_mapping(f"# a comment\n{DEBTOR}\n{turned}")
    other = sales_mapping(f"{select}\n{DEBTOR}".replace("pos", "web"))
    swapped = sales_mapping(f"select: [{{field: orders.note, empty: true}}, {{field: orders.source_name, is: pos}}]\n{DEBTOR}")
    assert first.fingerprint == same.fingerprint
    assert len({first.fingerprint, other.fingerprint, swapped.fingerprint}) == 3
