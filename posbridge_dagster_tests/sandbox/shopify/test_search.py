"""What a search query finds, and what it only warns about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.finding import Finder
from posbridge_dagster.sandbox.shopify.search.order_fields import order_search_fields, order_sort_keys
from posbridge_dagster.sandbox.shopify.search.syntax import parse
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, small_seed, walk_in

ORDERS = "query ($query: String) { orders(first: 50, query: $query, sortKey: ID) { nodes { name } } }"
SALES = (
    OrderSeed(
        4001, "#1", NOON, 1, (LineSeed("Jas", 1, 4250, code="85123A"),), (PaymentSeed("cash", 4250),), 11, tags=("vip", "grote klant")
    ),
    walk_in(4002, NOON + timedelta(hours=1), source_name="web", fulfilled=False),
    OrderSeed(4003, "#3", NOON + timedelta(hours=2), 2, (LineSeed("Soep", 2, 299, 900, code="2001"),), (), 12),
    walk_in(4004, NOON + timedelta(days=1), test=True),
    walk_in(4005, datetime(2026, 11, 19, 23, 30, tzinfo=UTC), cancelled_at=NOON),
)


@pytest.fixture(scope="module")
def shop() -> Iterator[Caller]:
    with open_shop(*SALES) as caller:
        caller.sandbox.switches["plan"] = "enterprise"
        yield caller


def found(shop: Caller, query: str) -> str:
    answer = shop.ask(ORDERS, query=query)
    assert "errors" not in answer
    assert "search" not in answer["extensions"]
    return " ".join(node["name"].removeprefix("#") for node in answer["data"]["orders"]["nodes"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "1 2 3 4 5"),
        ("id:4002", "2"),
        ("id:>4002 id:<=4004", "3 4"),
        ("id:999", ""),
        ("name:#3", "3"),
        ("name:3", "3"),
        ("source_name:pos", "1 3 4 5"),
        ("-source_name:pos", "2"),
        ("NOT source_name:pos", "2"),
        ("source_name:web OR test:true", "2 4"),
        ("source_name:pos AND financial_status:paid test:false", "1 5"),
        ("(source_name:web OR test:true) AND id:>4003", "4"),
        ("source_name:web OR source_name:pos id:4003", "2 3"),
        ("-(source_name:web OR test:true)", "1 3 5"),
        ("financial_status:pending", "3"),
        ("financial_status:paid,pending source_name:pos", "1 3 4 5"),
        ("fulfillment_status:unfulfilled", "2"),
        ("status:cancelled", "5"),
        ("status:open", "1 2 3 4"),
        ("location_id:2", "3"),
        ("customer_id:12", "3"),
        ('email:"jan@example.nl"', "1"),
        ("email:jan@example.nl", "1"),
        ("email:example.nl", "1 3"),
        ('email:"example.nl"', ""),
        ("sku:85123A", "1"),
        ("sku:85123*", "1"),
        ("tag:VIP", "1"),
        ("tag:'grote klant'", "1"),
        ('tag:"grote klant" OR tag:none', "1"),
        ("source_identifier:1-1-4001", "1"),
        ('source_identifier:"mplus:acme:1"', ""),
        ("created_at:2026-11-20", "1 2 3 5"),
        ("created_at:>=2026-11-20 created_at:<2026-11-21", "1 2 3 5"),
        ("created_at:>'2026-11-20T12:00:00Z' created_at:<'2026-11-20T14:00:00Z'", "1 2"),
        ("created_at:>='2026-11-20T14:00:00+01:00'", "2 3 4"),
        ("processed_at:>=2026-11-21", "4"),
        ("updated_at:<'2026-11-20T12:30:00Z'", "1 5"),
        ("vip", "1"),
    ],
)
def test_a_query_finds(shop: Caller, query: str, names: str) -> None:
    assert found(shop, query) == names
    limit = shop.data("query ($query: String) { ordersCount(query: $query) { count precision } }", query=query)["ordersCount"]
    assert limit == {"count": len(names.split()), "precision": "EXACT"}


def test_the_day_of_a_search_is_the_shops_own(shop: Caller) -> None:
    """23:30 UTC is half past midnight in Amsterdam."""
    assert found(shop, "created_at:2026-11-19") == ""
    assert found(shop, "created_at:2026-11-20 status:cancelled") == "5"


def test_an_unknown_field_matches_everything_and_is_only_warned_about(shop: Caller) -> None:
    answer = shop.ask(ORDERS, query="made_up:whatever source_name:web")
    assert [node["name"] for node in answer["data"]["orders"]["nodes"]] == ["#2"]
    (said,) = answer["extensions"]["search"]
    assert said["path"] == ["orders"]
    assert [(warning["field"], warning["code"]) for warning in said["warnings"]] == [("made_up", "invalid_field")]
    assert len(shop.ask(ORDERS, query="made_up:whatever")["data"]["orders"]["nodes"]) == 5
    assert len(shop.ask(ORDERS, query="-made_up:whatever")["data"]["orders"]["nodes"]) == 5
    assert "made_up" in shop.served.control.calls[-1].notes[0]


def test_an_unknown_value_matches_nothing_and_is_only_warned_about(shop: Caller) -> None:
    answer = shop.ask(ORDERS, query="financial_status:settled")
    assert answer["data"]["orders"]["nodes"] == []
    assert answer["extensions"]["search"][0]["warnings"] == [
        {"field": "financial_status", "message": "Input `settled` is not an accepted value.", "code": "invalid_value"}
    ]


def test_a_moment_that_is_none_is_refused(shop: Caller) -> None:
    error = shop.error(ORDERS, query="created_at:>=yesterday")
    assert error["message"] == "Invalid timestamp for query filter `created_at`."
    assert error["extensions"]["code"] == "BAD_REQUEST"


def test_counts_stop_at_their_limit(shop: Caller) -> None:
    counts = shop.data("{ few: ordersCount(limit: 2) { count precision } all: ordersCount(limit: null) { count precision } }")
    assert counts == {"few": {"count": 2, "precision": "AT_LEAST"}, "all": {"count": 5, "precision": "EXACT"}}


@pytest.mark.parametrize("text", ["(", ")", "a:(b", "-", "NOT", "OR", "AND AND", '"', "tag:", "tag:'", "((())) OR -"])
def test_a_query_that_makes_no_sense_is_still_read(text: str) -> None:
    parse(text)
    assert parse("id:1") is not None


def test_customers_are_found_by_email_and_change(shop: Caller) -> None:
    query = "query ($q: String) { customers(first: 9, query: $q) { nodes { displayName numberOfOrders amountSpent { amount } } } }"
    assert shop.data(query, q='email:"jan@example.nl"')["customers"]["nodes"] == [
        {"displayName": "Jan Jansen", "numberOfOrders": "1", "amountSpent": {"amount": "42.5"}}
    ]
    assert len(shop.data(query, q="updated_at:>=2026-11-01")["customers"]["nodes"]) == 2
    assert shop.data(query, q="updated_at:>=2026-12-01")["customers"]["nodes"] == []


def test_search_lags_behind_while_a_look_up_does_not(shop: Caller) -> None:
    with open_shop(walk_in(4001, NOON)) as fresh:
        fresh.sandbox.switches["search_lag_s"] = 30
        fresh.sandbox.add_order(walk_in(4002, NOON))
        look_up = '{ order(id: "gid://shopify/Order/4002") { name } node(id: "gid://shopify/Order/4002") { id } }'
        assert found(fresh, "") == "1"
        assert fresh.data(look_up)["order"] == {"name": "#2"}
        fresh.clock.pass_seconds(30)
        assert found(fresh, "") == "1 2"


def test_a_narrow_search_looks_at_few_orders() -> None:
    with open_shop(seed=small_seed(*(walk_in(number, NOON + timedelta(minutes=number)) for number in range(1, 2001)))) as shop:
        looked_at: list[int] = []
        scene: Scene = shop.sandbox._scene("")

        def looks(order: object) -> bool:
            looked_at.append(1)
            return True

        def shown(order: Order) -> Node:
            return Node({"name": order.name})

        finder = Finder(scene, scene.shop.orders, order_search_fields("UTC"), order_sort_keys(scene.shop), looks)
        start = (NOON + timedelta(minutes=1000)).isoformat()
        end = (NOON + timedelta(minutes=1010)).isoformat()
        for sort_key in ("UPDATED_AT", "CREATED_AT", "TOTAL_PRICE"):
            looked_at.clear()
            page = finder.page("orders", shown, query=f"updated_at:>='{start}' updated_at:<'{end}'", sort_key=sort_key, first=50)
            assert len(page["nodes"]) == 10
            assert len(looked_at) <= 10
