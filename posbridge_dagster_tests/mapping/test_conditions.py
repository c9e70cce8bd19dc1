from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from posbridge_dagster.mapping.conditions import OPERATORS
from posbridge_dagster_tests.mapping.shop import frames, records, sales_mapping

MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def selected(condition: str, column: str, values: list[Any]) -> list[Any]:
    """The values of orders that a condition lets through."""
    mapping = sales_mapping(f"select: [{{field: orders.{column}, {condition}}}]")
    orders = [{"order_id": str(number), column: value} for number, value in enumerate(values)]
    left_out = {row["order_id"] for row in records(mapping.select(frames(orders=orders), "orders"))}
    return [value for number, value in enumerate(values) if str(number) not in left_out]


TEXTS = ["pos", "web", "posbank", "", None]
CASES: list[tuple[str, str, list[Any], list[Any]]] = [
    ("is: pos", "source_name", TEXTS, ["pos"]),
    ('is: ""', "source_name", TEXTS, ["", None]),
    ("is_not: pos", "source_name", TEXTS, ["web", "posbank", "", None]),
    ("in: [pos, web]", "source_name", TEXTS, ["pos", "web"]),
    ('in: [pos, ""]', "source_name", TEXTS, ["pos", "", None]),
    ("not_in: [pos, web]", "source_name", TEXTS, ["posbank", "", None]),
    ("contains: os", "source_name", TEXTS, ["pos", "posbank"]),
    ("starts_with: posb", "source_name", TEXTS, ["posbank"]),
    ('matches: "^p.s$"', "source_name", TEXTS, ["pos"]),
    ('matches: "^$"', "source_name", TEXTS, ["", None]),
    ("empty: true", "source_name", TEXTS, ["", None]),
    ("empty: false", "source_name", TEXTS, ["pos", "web", "posbank"]),
    ("starts_with: p, is_not: pos", "source_name", TEXTS, ["posbank"]),
    ("is: 5", "note", ["5", "05", None], ["5"]),
    ("above: 5", "quantity", [4, 5, 6, None], [6]),
    ("below: 5", "quantity", [4, 5, 6, None], [4]),
    ("at_least: 5", "quantity", [4, 5, 6, None], [5, 6]),
    ("at_most: 5", "quantity", [4, 5, 6, None], [4, 5]),
    ("at_least: 5, below: 6", "quantity", [4, 5, 6, None], [5]),
    ("is: 5", "quantity", [4, 5, None], [5]),
    ("is_not: 5", "quantity", [4, 5, None], [4, None]),
    ("in: [4, 5]", "quantity", [4, 5, 6, None], [4, 5]),
    ("not_in: [4, 5]", "quantity", [4, 5, 6, None], [6, None]),
    ("empty: true", "quantity", [0, None], [None]),
    ("above: 1.1", "price", [Decimal("1.1"), Decimal("1.1001"), None], [Decimal("1.1001")]),
    ("is: true", "test", [True, False, None], [True]),
    ("is_not: true", "test", [True, False, None], [False, None]),
    ('above: "2026-11-20T10:29:59+01:00"', "created_at", [MOMENT, None], [MOMENT]),
    ("below: 2026-11-20T09:30:00Z", "created_at", [MOMENT, None], []),
    ("at_least: 2026-11-20", "day", [date(2026, 11, 19), date(2026, 11, 20), None], [date(2026, 11, 20)]),
    ("contains: vip", "tags", [["vip", "b2b"], ["viper"], [], None], [["vip", "b2b"]]),
    ("empty: true", "tags", [["vip"], [], None], [[], None]),
]


@pytest.mark.parametrize(("condition", "column", "values", "expected"), CASES)
def test_a_condition_lets_through_what_meets_it(condition: str, column: str, values: list[Any], expected: list[Any]) -> None:
    assert selected(condition, column, values) == expected


def test_every_operator_is_tried() -> None:
    tried = {word.split(":")[0].strip() for condition, *_ in CASES for word in condition.split(", ")}
    assert tried >= set(OPERATORS)


def test_norway_and_on_are_words_and_not_booleans() -> None:
    assert selected("in: [NO, on]", "country", ["NO", "on", "false"]) == ["NO", "on"]
