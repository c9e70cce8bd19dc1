from typing import Any

import pytest

from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster_tests.mapping.shop import frames, records, sales_mapping

ORDERS: list[dict[str, Any]] = [
    {"order_id": "1", "source_name": "pos", "status": "PAID", "customer_id": "c1", "quantity": 3},
    {"order_id": "2", "source_name": "web", "status": "PENDING", "customer_id": "c2", "quantity": 9},
    {"order_id": "3", "source_name": "pos", "status": "PENDING", "customer_id": None, "quantity": 1},
]
CUSTOMERS = [{"customer_id": "c1", "country": "NL"}, {"customer_id": "c2", "country": "BE"}]
LINES = [
    {"order_id": "1", "line_id": "1", "sku": "A", "quantity": 1},
    {"order_id": "1", "line_id": "2", "sku": "B", "quantity": 5},
    {"order_id": "2", "line_id": "1", "sku": "A", "quantity": 5},
]
REFUNDS: list[dict[str, Any]] = [{"refund_id": "r1", "order_id": "1", "note": "broken"}, {"refund_id": "r2", "order_id": "2", "note": None}]
DAY = frames(orders=ORDERS, customers=CUSTOMERS, order_lines=LINES, refunds=REFUNDS)


def test_the_first_condition_that_does_not_hold_is_named() -> None:
    mapping = sales_mapping(
        """
        select:
          - {field: orders.source_name, is: pos}
          - {field: orders.status, in: [PAID, REFUNDED], otherwise: not paid yet}
        """
    )
    skipped = {"outcome": "skipped", "code": "not_selected"}
    assert records(mapping.select(DAY, "orders")) == [
        {"order_id": "2", **skipped, "reason": "orders.source_name must be pos"},
        {"order_id": "3", **skipped, "reason": "not paid yet"},
    ]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("in: [PAID, REFUNDED]", "orders.status must be one of PAID, REFUNDED"),
        ("empty: true", "orders.status must be empty"),
        ('is: ""', "orders.status must be empty"),
        ("starts_with: X, is_not: PAID", "orders.status must start with X and must not be PAID"),
    ],
)
def test_a_condition_is_said_in_words(condition: str, words: str) -> None:
    mapping = sales_mapping(f"select: [{{field: orders.status, {condition}}}]")
    assert mapping.select(DAY, "orders")["reason"].unique().tolist() == [words]


def test_columns_of_parents_count_and_a_missing_parent_is_empty() -> None:
    mapping = sales_mapping("select: [{field: customers.country, is: NL}]")
    assert mapping.select(DAY, "orders")["order_id"].tolist() == ["2", "3"]


def test_a_child_counts_when_one_and_the_same_row_meets_all() -> None:
    mapping = sales_mapping(
        """
        rules:
          - name: many of A
            when: [{field: order_lines.sku, is: A}, {field: order_lines.quantity, above: 2}]
            then: {quarantine: five of A}
        """
    )
    assert records(mapping.judge(DAY, "orders")) == [
        {"order_id": "2", "outcome": "quarantined", "code": "quarantined_by_rule", "reason": "five of A (rule: many of A)"}
    ]


def test_an_order_is_not_judged_by_its_refunds_but_a_refund_is_by_its_order() -> None:
    mapping = sales_mapping(
        """
        select:
          - {field: refunds.note, is: broken}
          - {field: orders.source_name, is: pos}
        """
    )
    assert mapping.select(DAY, "orders")["order_id"].tolist() == ["2"]
    assert mapping.select(DAY, "refunds")["refund_id"].tolist() == ["r2"]


def test_the_first_rule_that_decides_wins() -> None:
    mapping = sales_mapping(
        """
        rules:
          - {name: set something, when: [{field: orders.quantity, above: 0}], then: {set: {sales.reference: x}}}
          - {name: paid, when: [{field: orders.status, is: PAID}], then: {skip: was paid}}
          - {name: pos, when: [{field: orders.source_name, is: pos}], then: {quarantine: from the shop}}
        """
    )
    assert [(row["order_id"], row["outcome"], row["reason"]) for row in records(mapping.judge(DAY, "orders"))] == [
        ("1", Outcome.SKIPPED, "was paid (rule: paid)"),
        ("3", Outcome.QUARANTINED, "from the shop (rule: pos)"),
    ]


def test_nothing_to_say_has_the_columns_of_something_to_say() -> None:
    mapping = sales_mapping("select: [{field: orders.source_name, is: pos}]")
    empty = frames()
    assert mapping.select(DAY, "orders").dtypes.equals(mapping.select(empty, "orders").dtypes)
    assert mapping.judge(empty, "orders").columns.tolist() == ["order_id", "outcome", "code", "reason"]
    assert len(sales_mapping("").select(DAY, "orders")) == 0
