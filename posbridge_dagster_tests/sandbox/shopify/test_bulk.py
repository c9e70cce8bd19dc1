"""Bulk operations."""

import json
from collections import Counter
from typing import Any

import pytest
import requests

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, wait_until, walk_in

RUN = """mutation ($query: String!, $grouped: Boolean! = false) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
  bulkOperation { id status url objectCount completedAt } userErrors { field message code } } }"""
LOOK = """query ($id: ID!) { bulkOperation(id: $id) {
  status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt type } }"""
ORDERS = '{ orders(query: "source_name:pos") { edges { node { id name lineItems { edges { node { id sku quantity } } } } } } }'


def many(count: int) -> list[OrderSeed]:
    lines = tuple(LineSeed("Soep", 1, 299, 900, code="2001") for _ in range(3))
    return [OrderSeed(number, f"#{number}", NOON, 1, lines, (PaymentSeed("cash", 897),)) for number in range(1, count + 1)]


def start(shop: Caller, query: str = ORDERS, **arguments: Any) -> str:
    answer = shop.data(RUN, query=query, **arguments)["bulkOperationRunQuery"]
    assert answer["userErrors"] == []
    assert (answer["bulkOperation"]["status"], answer["bulkOperation"]["url"]) == ("CREATED", None)
    return str(answer["bulkOperation"]["id"])


def done(shop: Caller, operation: str, status: str = "COMPLETED") -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = shop.data(LOOK, id=operation)["bulkOperation"]
        return found if found["status"] == status else None

    result: dict[str, Any] = wait_until(look)
    return result


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    text = requests.get(result["url"], timeout=10).text
    assert str(len(text.encode())) == result["fileSize"]
    return [json.loads(line) for line in text.splitlines()]


def test_an_export_holds_every_order_and_line_once() -> None:
    with open_shop(*many(350), walk_in(900, NOON, source_name="web")) as shop:
        shop.sandbox.switches["plan"] = "plus"
        result = done(shop, start(shop))
        found = rows(result)
    assert (result["objectCount"], result["rootObjectCount"]) == ("1400", "350")
    assert (result["type"], result["errorCode"], result["partialDataUrl"]) == ("QUERY", None, None)
    parents = [row["id"] for row in found if "__parentId" not in row]
    children = Counter(row["__parentId"] for row in found if "__parentId" in row)
    assert len(set(parents)) == len(parents) == 350
    assert set(children) == set(parents)
    assert set(children.values()) == {3}
    assert found[0] == {"id": "gid://shopify/Order/1", "name": "#1"}
    assert "__parentId" not in found[1], "children do not stand next to their parents"
    assert {"id", "sku", "quantity", "__parentId"} == set(found[-1])


def test_grouped_children_follow_their_parent() -> None:
    with open_shop(*many(3)) as shop:
        found = rows(done(shop, start(shop, grouped=True)))
    assert ["__parentId" in row for row in found] == [False, True, True, True] * 3


def test_an_export_of_nothing_has_no_file(shop: Caller) -> None:
    result = done(shop, start(shop, ORDERS.replace("pos", "web")))
    assert (result["url"], result["fileSize"], result["objectCount"]) == (None, None, "0")


def test_an_export_takes_the_time_that_is_set(shop: Caller) -> None:
    shop.sandbox.switches["bulk_seconds"] = 8
    operation = start(shop)
    assert shop.data(LOOK, id=operation)["bulkOperation"]["status"] == "CREATED"
    shop.clock.pass_seconds(3)
    assert shop.data(LOOK, id=operation)["bulkOperation"]["status"] == "RUNNING"
    assert shop.data(LOOK, id=operation)["bulkOperation"]["url"] is None
    shop.clock.pass_seconds(5)
    assert len(rows(done(shop, operation))) == 5


def test_five_run_at_once_and_the_sixth_is_refused(shop: Caller) -> None:
    shop.sandbox.switches["bulk_seconds"] = 60
    operations = [start(shop) for _ in range(5)]
    refused = shop.data(RUN, query=ORDERS)["bulkOperationRunQuery"]
    (error,) = refused["userErrors"]
    assert (refused["bulkOperation"], error["field"], error["code"]) == (None, None, "OPERATION_IN_PROGRESS")
    assert all(operation in error["message"] for operation in operations)
    shop.clock.pass_seconds(60)
    wait_until(lambda: all(shop.data(LOOK, id=operation)["bulkOperation"]["status"] == "COMPLETED" for operation in operations))
    start(shop)


def test_an_operation_can_be_cancelled_until_it_has_ended(shop: Caller) -> None:
    cancel = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { field message } } }"
    shop.sandbox.switches["bulk_seconds"] = 60
    operation = start(shop)
    assert shop.data(cancel, id=operation)["bulkOperationCancel"] == {"bulkOperation": {"status": "CANCELING"}, "userErrors": []}
    assert done(shop, operation, "CANCELED")["url"] is None
    shop.sandbox.switches["bulk_seconds"] = 0
    finished = start(shop)
    done(shop, finished)
    assert shop.data(cancel, id=finished)["bulkOperationCancel"]["userErrors"] == [
        {"field": None, "message": "A bulk operation cannot be canceled when it is completed"}
    ]


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("{ shop { name } }", ["Bulk queries must contain at least one connection."]),
        (
            '{ node(id: "gid://shopify/Product/0") { id } }',
            ["Bulk queries cannot contain a top level `node` field.", "Bulk queries must contain at least one connection."],
        ),
        ("mutation { tagsAdd { node { id } } }", ["Invalid operation type. Only `query` operations are supported."]),
        (
            "{ orders { edges { node { id refunds { refundLineItems { edges { node { id } } } } } } } }",
            ["Queries that contain a connection field within a list field are not currently supported."],
        ),
        (
            "{ customers { edges { node { id orders { edges { node { id lineItems { edges { node { id } } } } } } } } } }",
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
        ),
        ("{ orders { edges { node { prise } } } }", ["Invalid bulk query: Field 'prise' doesn't exist on type 'Order'"]),
    ],
)
def test_what_cannot_be_exported_is_refused(shop: Caller, query: str, messages: list[str]) -> None:
    answer = shop.data(RUN, query=query)["bulkOperationRunQuery"]
    assert answer["bulkOperation"] is None
    assert answer["userErrors"] == [{"field": ["query"], "message": message, "code": "INVALID"} for message in messages]


def test_an_export_without_the_scope_fails(shop: Caller) -> None:
    shop.sandbox.switches["scopes"] = ["read_products"]
    result = done(shop, start(shop), "FAILED")
    assert (result["errorCode"], result["url"]) == ("ACCESS_DENIED", None)


def test_the_result_needs_no_token_and_its_address_cannot_be_guessed(shop: Caller) -> None:
    url = done(shop, start(shop))["url"]
    assert requests.get(url, timeout=10).status_code == 200
    assert requests.get(url.rsplit("/", 1)[0] + "/0.jsonl", timeout=10).status_code == 404


def test_operations_are_listed_with_the_filters_that_there_are(shop: Caller) -> None:
    done(shop, start(shop))
    query = "query ($q: String) { bulkOperations(first: 5, query: $q) { nodes { status } } }"
    assert len(shop.data(query, q="status:completed")["bulkOperations"]["nodes"]) == 1
    assert shop.data(query, q="status:running")["bulkOperations"]["nodes"] == []
    assert shop.ask(query, q="type:query")["extensions"]["search"][0]["warnings"][0]["code"] == "invalid_field"
