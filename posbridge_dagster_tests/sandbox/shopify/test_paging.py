"""Connections, page by page."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, walk_in

PAGES = """query ($first: Int, $after: String, $last: Int, $before: String, $reverse: Boolean, $sort: OrderSortKeys) {
  orders(first: $first, after: $after, last: $last, before: $before, reverse: $reverse, sortKey: $sort) {
    nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
CREATED = [NOON + timedelta(minutes=minute) for minute in (3, 1, 1, 5, 4, 2, 7)]
BY_TIME = ["#2", "#3", "#6", "#1", "#5", "#4", "#7"]


@pytest.fixture(scope="module")
def seven() -> Iterator[Caller]:
    with open_shop(*(walk_in(4001 + index, at, 100 * (7 - index)) for index, at in enumerate(CREATED))) as shop:
        shop.sandbox.switches["plan"] = "enterprise"
        yield shop


def walk(shop: Caller, size: int, **arguments: Any) -> list[str]:
    """Return the names on all pages, one page after the other."""
    names: list[str] = []
    cursor = None
    while True:
        page = shop.data(PAGES, first=size, after=cursor, **arguments)["orders"]
        names += [node["name"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return names


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 250])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("CREATED_AT", BY_TIME),
        ("PROCESSED_AT", BY_TIME),
        ("ID", [f"#{number}" for number in range(1, 8)]),
        ("TOTAL_PRICE", [f"#{number}" for number in range(7, 0, -1)]),
    ],
)
def test_pages_of_any_size_are_the_whole_list_in_order(seven: Caller, size: int, sort: str, expected: list[str]) -> None:
    assert walk(seven, size, sort=sort) == expected
    assert walk(seven, size, sort=sort, reverse=True) == expected[::-1]


def test_the_default_order_is_by_moment_of_sale(seven: Caller) -> None:
    assert [node["name"] for node in seven.data("{ orders(first: 9) { nodes { name } } }")["orders"]["nodes"]] == BY_TIME


def test_the_last_page_is_read_from_the_end(seven: Caller) -> None:
    page = seven.data(PAGES, last=2, sort="CREATED_AT")["orders"]
    assert [node["name"] for node in page["nodes"]] == BY_TIME[-2:]
    assert (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) == (True, False)
    before = seven.data(PAGES, last=2, before=page["pageInfo"]["startCursor"], sort="CREATED_AT")["orders"]
    assert [node["name"] for node in before["nodes"]] == BY_TIME[-4:-2]


def test_a_cursor_is_the_place_of_its_order(seven: Caller) -> None:
    page = seven.data(PAGES, first=3, sort="UPDATED_AT")["orders"]
    assert [page["edges"][0]["cursor"], page["edges"][-1]["cursor"]] == [page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]]
    assert json.loads(base64.b64decode(page["pageInfo"]["startCursor"])) == {
        "last_id": 4002,
        "last_value": "2026-11-20 12:01:00.123456",
    }


def test_a_sale_between_two_pages_moves_nothing_out_of_sight() -> None:
    with open_shop(*(walk_in(4001 + index, NOON + timedelta(minutes=index)) for index in range(4))) as shop:
        first = shop.data(PAGES, first=2, sort="UPDATED_AT")["orders"]
        shop.sandbox.add_order(walk_in(4100, NOON))
        second = shop.data(PAGES, first=5, after=first["pageInfo"]["endCursor"], sort="UPDATED_AT")["orders"]
    assert [node["name"] for node in second["nodes"]] == ["#3", "#4", "#100"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "you must provide one of first or last"),
        ({"first": 1, "last": 1}, "providing both first and last is not supported"),
        ({"first": 251}, "first cannot exceed 250"),
        ({"last": -1}, "last cannot be negative"),
        ({"first": 1, "after": "nonsense"}, "Invalid cursor for current pagination sort."),
    ],
)
def test_a_window_that_is_none_is_refused(seven: Caller, arguments: dict[str, Any], message: str) -> None:
    answer = seven.ask(PAGES, **arguments)
    assert answer["data"] is None
    assert answer["errors"][0]["message"] == message
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["errors"][0]["path"] == ["orders"]


def test_a_cursor_of_another_sort_key_is_refused(seven: Caller) -> None:
    cursor = seven.data(PAGES, first=1, sort="ID")["orders"]["pageInfo"]["endCursor"]
    assert seven.error(PAGES, first=1, after=cursor, sort="CREATED_AT")["extensions"]["code"] == "BAD_REQUEST"


def test_a_line_list_longer_than_a_page_is_followed_to_its_end() -> None:
    lines = tuple(LineSeed(f"Artikel {number}", 1, 100) for number in range(300))
    query = """query ($after: String) { order(id: "gid://shopify/Order/1") {
      lineItems(first: 250, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } } }"""
    with open_shop(OrderSeed(1, "#1", NOON, 1, lines)) as shop:
        first = shop.data(query)["order"]["lineItems"]
        second = shop.data(query, after=first["pageInfo"]["endCursor"])["order"]["lineItems"]
    assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (250, True)
    assert [line["title"] for line in first["nodes"] + second["nodes"]] == [line.title for line in lines]
    assert second["pageInfo"]["hasNextPage"] is False
