import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Busy, Misconfigured, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.bulk import orders_by_count, orders_in_bulk
from posbridge_dagster.clients.shopify.bulk_document import BulkDocument
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster_tests.clients.shopify.pretend import PretendGraph, Value
from posbridge_dagster_tests.clients.shopify.scripted import Received, Scripted, ScriptedShop, data

QUICK_DEADLINE = Deadline(total_s=5, first_nap_s=0.001, longest_nap_s=0.001)
BULK = BulkDocument(document("orders_bulk"), {"search": ""})
CHILDREN = ("lineItems", "shippingLines", "discountApplications", "nonFulfillableLineItems")


def rows_of(number: int, lines: int, shipping: int = 0, discounts: int = 0, tips: int = 0) -> list[Value]:
    """The lines one order has in a bulk result: itself and its children."""
    parent = f"gid://shopify/Order/{number}"

    def child(connection: str, **values: Any) -> Value:
        always = BULK.children[connection].always
        return dict.fromkeys(always) | values | {"__parentId": parent}

    rows: list[Value] = [{"id": parent, "name": f"#{number}"}]
    rows += [child("lineItems", id=f"gid://shopify/LineItem/{number}{n:03}") for n in range(lines)]
    rows += [child("shippingLines", id=f"gid://shopify/ShippingLine/{number}{n}") for n in range(shipping)]
    rows += [child("discountApplications", index=n, code="KORTING") for n in range(discounts)]
    rows += [child("nonFulfillableLineItems", id=f"gid://shopify/LineItem/{number}{n:03}") for n in range(tips)]
    return rows


class BulkShop:
    """A shop that runs one bulk operation and offers its file."""

    def __init__(self, rows: list[Value], **operation: Any) -> None:
        self.rows = rows
        roots = sum("__parentId" not in row for row in rows)
        self.operation = {
            "status": "COMPLETED",
            "errorCode": None,
            "objectCount": str(len(rows)),
            "rootObjectCount": str(roots),
        } | operation
        self.unfinished = 2
        self.file = "\n".join(json.dumps(row) for row in rows).encode()
        self.origin = ""
        self.downloads: list[Received] = []
        self.started: list[str] = []

    def __call__(self, request: Received) -> Scripted:
        if request.path == "/result.jsonl":
            self.downloads.append(request)
            return Scripted(self.file)
        return {"BulkRunQuery": self.start, "BulkOperation": self.poll, "BulkCancel": self.cancel, "OrdersCount": self.count}[
            request.json["operationName"]
        ](request)

    def start(self, request: Received) -> Scripted:
        self.started.append(request.variables["query"])
        return data(
            {"bulkOperationRunQuery": {"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": "CREATED"}, "userErrors": []}}
        )

    def poll(self, request: Received) -> Scripted:
        self.unfinished -= 1
        operation = {"id": request.variables["id"], "url": f"{self.origin}/result.jsonl" if self.rows else None, **self.operation}
        if self.unfinished > 0:
            operation |= {"status": "RUNNING", "url": None}
        return data({"bulkOperation": operation})

    def cancel(self, request: Received) -> Scripted:
        return data({"bulkOperationCancel": {"bulkOperation": {"id": request.variables["id"], "status": "CANCELING"}, "userErrors": []}})

    def count(self, _: Received) -> Scripted:
        return data({"ordersCount": {"count": sum("__parentId" not in row for row in self.rows), "precision": "EXACT"}})


def read(bulk: BulkShop, deadline: Deadline = QUICK_DEADLINE) -> list[Value]:
    with ScriptedShop(serve=bulk) as shop:
        bulk.origin = shop.origin
        return [node for page in orders_in_bulk(shop.client(), 'tag:"a\'b"', deadline=deadline) for node in page]


def test_orders_come_with_their_children_each_in_its_own_list() -> None:
    found = read(BulkShop(rows_of(1, lines=3, shipping=1, discounts=2, tips=1) + rows_of(2, lines=0)))
    assert [[len(order[key]) for key in CHILDREN] for order in found] == [[3, 1, 2, 1], [0, 0, 0, 0]]
    assert "__parentId" not in json.dumps(found)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_children_find_their_parent_wherever_they_stand(shapes: list[tuple[int, int, int, int]], chance: random.Random) -> None:
    rows = [row for number, shape in enumerate(shapes) for row in rows_of(number, *shape)]
    chance.shuffle(rows)
    found = BULK.joined([json.dumps(row).encode() for row in rows], objects=len(rows), records=len(shapes))
    shape_of = {order["name"]: tuple(len(order[key]) for key in CHILDREN) for order in found}
    assert shape_of == {f"#{number}": shape for number, shape in enumerate(shapes)}


def test_the_search_is_written_into_the_query_and_the_file_is_fetched_without_the_token() -> None:
    bulk = BulkShop(rows_of(1, lines=1))
    read(bulk)
    assert 'orders(query: "tag:\\"a\'b\\"", sortKey: CREATED_AT)' in bulk.started[0]
    assert not any(name.lower() == "x-shopify-access-token" for name in bulk.downloads[0].headers)


def test_nothing_found_is_no_order_and_no_file() -> None:
    assert read(BulkShop([])) == []


@pytest.mark.parametrize(
    ("operation", "kind", "named"),
    [
        (
            {"status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR", "partialDataUrl": "https://x.example/part"},
            UnknownOutcome,
            "FAILED.*left unused",
        ),
        ({"status": "FAILED", "errorCode": "TIMEOUT"}, UnknownOutcome, "TIMEOUT"),
        ({"status": "FAILED", "errorCode": "ACCESS_DENIED"}, Misconfigured, "scopes"),
        ({"status": "EXPIRED"}, UnknownOutcome, "EXPIRED"),
        ({"status": "CANCELED"}, UnknownOutcome, "CANCELED"),
        ({"objectCount": "3"}, UnknownOutcome, "2 objects in 1 records arrived, 3 in 1"),
        ({"rootObjectCount": "2"}, UnknownOutcome, "2 objects in 1 records arrived, 2 in 2"),
    ],
)
def test_a_result_that_is_not_whole_is_not_used(operation: Value, kind: type[RemoteFailure], named: str) -> None:
    with pytest.raises(kind, match=named):
        read(BulkShop(rows_of(1, lines=1), **operation))


def wrong_parent(rows: list[Value]) -> None:
    rows[1]["__parentId"] = "gid://shopify/Order/404"


def unknown_kind(rows: list[Value]) -> None:
    rows[1]["surprise"] = 1


def miscounted(rows: list[Value]) -> None:
    rows[0] |= {"transactions": [], "transactionsCount": {"count": 1}}


@pytest.mark.parametrize(
    ("spoil", "named"), [(wrong_parent, "Order/404"), (unknown_kind, "belongs to 0"), (miscounted, "transactions holds 0 of 1")]
)
def test_a_line_that_does_not_fit_is_told_and_never_dropped(spoil: Callable[[list[Value]], None], named: str) -> None:
    rows = rows_of(1, lines=1)
    spoil(rows)
    with pytest.raises(UnknownOutcome, match=named):
        read(BulkShop(rows))


def test_a_file_that_breaks_off_once_is_fetched_again() -> None:
    bulk = BulkShop(rows_of(1, lines=2))
    complete, bulk.file = bulk.file, bulk.file[:-9]

    def serve(request: Received) -> Scripted:
        answer = bulk(request)
        bulk.file = complete if bulk.downloads else bulk.file
        return answer

    with ScriptedShop(serve=serve) as shop:
        bulk.origin = shop.origin
        found = [node for page in orders_in_bulk(shop.client(), "", deadline=QUICK_DEADLINE) for node in page]
        assert len(found[0]["lineItems"]) == 2
    assert len(bulk.downloads) == 2
    assert len(bulk.started) == 1


def test_an_operation_past_its_deadline_is_cancelled() -> None:
    bulk = BulkShop(rows_of(1, lines=1))
    bulk.unfinished = 10**6
    with ScriptedShop(serve=bulk) as shop:
        with pytest.raises(UnknownOutcome, match="not there within"):
            list(orders_in_bulk(shop.client(), "", deadline=Deadline(total_s=0.05, first_nap_s=0.01)))
        assert shop.names[-1] == "BulkCancel"


def test_five_operations_at_once_are_waited_for() -> None:
    row = {"field": None, "message": "Five operations are running", "code": "OPERATION_IN_PROGRESS"}
    busy = data({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [row]}})
    with ScriptedShop(busy) as shop, pytest.raises(Busy, match="Five operations") as caught:
        list(orders_in_bulk(shop.client(Patience(attempts=1)), ""))
    assert caught.value.wait_s == 10


def test_many_orders_go_in_bulk_and_few_by_pages() -> None:
    bulk = BulkShop([row for number in range(3) for row in rows_of(number, lines=1)])
    paged = PretendGraph({"orders": [{"id": "gid://shopify/Order/1"}], "ordersCount": {"count": 2}})
    with ScriptedShop(serve=bulk) as shop:
        bulk.origin = shop.origin
        assert sum(len(page) for page in orders_by_count(shop.client(), "", bulk_above=2, deadline=QUICK_DEADLINE)) == 3
        assert shop.names[:2] == ["OrdersCount", "BulkRunQuery"]
    with ScriptedShop(serve=paged) as shop:
        assert sum(len(page) for page in orders_by_count(shop.client(), "", bulk_above=2, deadline=QUICK_DEADLINE)) == 1
        assert shop.names == ["OrdersCount", "Orders"]
