import json
import logging
import socket
from decimal import Decimal
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import Document, derived, document
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster_tests.clients.shopify.scripted import TOKEN, Scripted, ScriptedShop, cost, data, errors

COUNT = document("orders_count")
FOUND = data({"ordersCount": {"count": 3, "precision": "EXACT"}})
CREATE = derived(
    "mutation OrderCreate($order: OrderCreateOrderInput!)"
    " { orderCreate(order: $order) { order { id } userErrors { field message code } } }",
    COUNT,
)
SET_STOCK = derived(
    "mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key)"
    " { inventoryAdjustmentGroup { id } userErrors { field message code } } }",
    COUNT,
)
ONCE = Patience(budget_s=5, attempts=1)


def read(shop: ScriptedShop, of: Document = COUNT, variables: Any = None, **more: Any) -> dict[str, Any]:
    return shop.client(**more).execute(of, variables or {"search": ""})


def test_a_call_carries_what_shopify_asks_for() -> None:
    with ScriptedShop(FOUND) as shop:
        assert read(shop)["ordersCount"]["count"] == 3
        request = shop.received[0]
    assert request.path == "/admin/api/2026-10/graphql.json"
    assert request.headers["X-Shopify-Access-Token"] == TOKEN
    assert request.headers["User-Agent"].startswith("posbridge")
    assert request.json["operationName"] == "OrdersCount"


def test_rates_stay_exact_and_amounts_stay_text() -> None:
    with ScriptedShop(Scripted(b'{"data": {"rate": 0.21, "amount": "10.0"}}')) as shop:
        answer = read(shop)
    assert answer == {"rate": Decimal("0.21"), "amount": "10.0"}


def test_values_of_an_enumeration_that_nobody_knew_are_kept() -> None:
    with ScriptedShop(data({"status": "TELEPORTED"})) as shop:
        assert read(shop) == {"status": "TELEPORTED"}


def test_a_throttled_call_waits_and_comes_through() -> None:
    throttled = errors({"message": "Throttled", "extensions": {"code": "THROTTLED"}}, cost=cost(10, 0, restore=50.0))
    with ScriptedShop(throttled, FOUND) as shop:
        client = shop.client(pace=Pace())
        assert client.execute(COUNT, {"search": ""})["ordersCount"]["count"] == 3
    assert (client.statistics.throttled, client.statistics.retries, client.statistics.calls) == (1, 1, 2)


def test_a_throttle_names_the_seconds_until_the_points_are_there() -> None:
    throttled = errors({"message": "Throttled", "extensions": {"code": "THROTTLED"}}, cost=cost(900, 100, restore=100.0))
    with ScriptedShop(throttled) as shop, pytest.raises(Busy) as caught:
        read(shop, patience=ONCE)
    assert 8.0 <= caught.value.wait_s <= 9.7


def test_a_mutation_is_sent_again_after_a_throttle_because_it_was_not_carried_out() -> None:
    throttled = errors({"message": "Throttled", "extensions": {"code": "THROTTLED"}}, cost=cost(10, 1990))
    with ScriptedShop(throttled, data({"orderCreate": {"order": {"id": "1"}, "userErrors": []}})) as shop:
        assert read(shop, CREATE, {"order": {}})["orderCreate"]["order"]["id"] == "1"
        assert len(shop.received) == 2


def test_too_dear_a_query_says_so_and_is_not_sent_again() -> None:
    message = "Query cost is 1500, which exceeds the single query max cost limit (1000)."
    with ScriptedShop(errors({"message": message, "extensions": {"code": "MAX_COST_EXCEEDED"}})) as shop:
        with pytest.raises(Misconfigured, match=r"1500.*shorter pages"):
            read(shop)
        assert len(shop.received) == 1


DENIED = {
    "message": "Access denied for staffMember field. Required access: `read_users` access scope.",
    "path": ["orders", "nodes", 0, "staffMember"],
    "extensions": {"code": "ACCESS_DENIED"},
}


def test_data_beside_a_denied_field_is_not_taken_for_complete_and_the_scope_is_named() -> None:
    with (
        ScriptedShop(errors(DENIED, payload={"ordersCount": {"count": 3}})) as shop,
        pytest.raises(Misconfigured, match="read_users") as caught,
    ):
        read(shop)
    assert "req-77" in str(caught.value)


def test_a_denied_field_of_a_mutation_warns_that_the_change_may_have_been_made() -> None:
    done = {"orderCreate": {"order": {"id": "1"}, "userErrors": []}}
    with ScriptedShop(errors(DENIED, payload=done)) as shop:
        with pytest.raises(Misconfigured, match="may have been made"):
            read(shop, CREATE, {"order": {}})
        assert len(shop.received) == 1


def test_of_several_errors_the_gravest_is_told() -> None:
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    with ScriptedShop(errors(throttled, DENIED)) as shop, pytest.raises(Misconfigured, match="read_users"):
        read(shop)


def test_too_many_requests_wait_as_long_as_shopify_says() -> None:
    with ScriptedShop(Scripted(status=429, headers={"Retry-After": "2.5"})) as shop, pytest.raises(Busy, match="HTTP 429") as caught:
        read(shop, patience=ONCE)
    assert caught.value.wait_s == 2.5


@pytest.mark.parametrize("header", [{}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}])
def test_too_many_requests_without_a_number_wait_a_minute(header: dict[str, str]) -> None:
    with ScriptedShop(Scripted(status=429, headers=header)) as shop, pytest.raises(Busy) as caught:
        read(shop, patience=ONCE)
    assert caught.value.wait_s == 60


BROKEN = [
    Scripted(b"<html>502 Bad Gateway</html>", 502, content_type="text/html"),
    Scripted(b'{"data": {"ordersCount": {"cou'),
    Scripted(b"\x00not an answer\xff"),
    Scripted(b'{"data": {"orders', short=True),
    Scripted(cut=True),
    errors({"message": "Internal error. Looks like something went wrong on our end.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}),
    errors({"message": "something new"}),
    data(None),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_query_is_asked_again_after_an_answer_that_cannot_be_used(broken: Scripted) -> None:
    with ScriptedShop(broken, broken, FOUND) as shop:
        assert read(shop)["ordersCount"]["count"] == 3
        assert len(shop.received) == 3


@pytest.mark.parametrize("broken", BROKEN)
def test_a_mutation_is_not_sent_again_after_an_answer_that_cannot_be_used(broken: Scripted) -> None:
    with ScriptedShop(broken, FOUND) as shop:
        with pytest.raises(UnknownOutcome):
            read(shop, CREATE, {"order": {}})
        assert len(shop.received) == 1


def test_an_idempotent_mutation_is_sent_again_with_the_same_key() -> None:
    done = data({"inventorySetQuantities": {"inventoryAdjustmentGroup": {"id": "1"}, "userErrors": []}})
    with ScriptedShop(Scripted(cut=True), done) as shop:
        read(shop, SET_STOCK, {"input": {}, "key": "k-1"})
        assert [request.variables["key"] for request in shop.received] == ["k-1", "k-1"]


def test_a_caller_who_knows_better_may_have_a_mutation_repeated() -> None:
    done = data({"orderCreate": {"order": {"id": "1"}, "userErrors": []}})
    with ScriptedShop(Scripted(cut=True), done) as shop:
        assert shop.client().execute(CREATE, {"order": {}}, repeatable=True)["orderCreate"]["order"]["id"] == "1"


def test_a_filter_shopify_ignores_makes_the_answer_unusable_and_is_named() -> None:
    warning = [
        {
            "path": ["orders"],
            "query": "made_up:jan@example.nl",
            "warnings": [{"field": "made_up", "message": "no", "code": "invalid_field"}],
        }
    ]
    with ScriptedShop(data({"ordersCount": {"count": 999}}, search=warning)) as shop:
        with pytest.raises(Misconfigured, match=r"'made_up'.*invalid_field") as caught:
            read(shop)
        assert len(shop.received) == 1
    assert "jan" not in str(caught.value)


def test_a_search_without_warnings_is_fine() -> None:
    with ScriptedShop(data({"ordersCount": {"count": 1}}, search=[{"path": ["orders"], "warnings": []}])) as shop:
        assert read(shop)["ordersCount"]["count"] == 1


def user_errors(*rows: dict[str, Any]) -> Scripted:
    return data({"orderCreate": {"order": None, "userErrors": list(rows)}})


def test_user_errors_refuse_the_record_and_name_code_and_place() -> None:
    rows = (
        {"field": ["order", "lineItems", 0, "taxLines"], "message": "Rate is missing", "code": "TAX_LINE_RATE_MISSING"},
        {"field": None, "message": "b"},
    )
    with (
        ScriptedShop(user_errors(*rows)) as shop,
        pytest.raises(UserErrors, match=r"Rate is missing at order\.lineItems\.0\.taxLines \(and 1 more\)") as caught,
    ):
        read(shop, CREATE, {"order": {}})
    failure = caught.value
    assert isinstance(failure, Refused)
    assert failure.code == "TAX_LINE_RATE_MISSING"
    assert [error.path for error in failure.errors] == [("order", "lineItems", "0", "taxLines"), ()]
    assert failure.data["orderCreate"]["order"] is None


def test_user_errors_under_another_name_are_found_too() -> None:
    cancel = derived("mutation OrderCancel($id: ID!) { orderCancel(orderId: $id) { orderCancelUserErrors { field message code } } }", COUNT)
    answer = data({"orderCancel": {"orderCancelUserErrors": [{"field": ["id"], "message": "Order does not exist", "code": "NOT_FOUND"}]}})
    with ScriptedShop(answer) as shop, pytest.raises(UserErrors, match="does not exist"):
        read(shop, cancel, {"id": "1"})


def test_too_many_attempts_is_no_bad_record_but_a_wait_of_a_minute() -> None:
    with (
        ScriptedShop(user_errors({"field": None, "message": "Too many attempts. Please try again later."})) as shop,
        pytest.raises(Busy) as caught,
    ):
        read(shop, CREATE, {"order": {}}, patience=ONCE)
    assert caught.value.wait_s == 60


def test_the_same_key_still_running_is_waited_for() -> None:
    row = {"field": None, "message": "still running", "code": "IDEMPOTENCY_CONCURRENT_REQUEST"}
    with ScriptedShop(user_errors(row)) as shop, pytest.raises(Busy, match="still running"):
        read(shop, CREATE, {"order": {}}, patience=ONCE)


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (400, Misconfigured, "document"),
        (402, Misconfigured, "unpaid"),
        (403, Misconfigured, "scope"),
        (404, Misconfigured, "SHOPIFY_API_URL"),
        (423, Misconfigured, "locked"),
        (430, Misconfigured, "security"),
        (302, Misconfigured, "302"),
        (415, Misconfigured, "415"),
        (503, UnknownOutcome, "503"),
        (504, UnknownOutcome, "504"),
    ],
)
def test_every_status_has_one_meaning(status: int, kind: type[RemoteFailure], advice: str) -> None:
    with ScriptedShop(Scripted(status=status)) as shop, pytest.raises(kind, match=advice):
        read(shop, patience=ONCE)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("MAX_INPUT_SIZE_EXCEEDED", Misconfigured),
        ("SHOP_INACTIVE", Misconfigured),
        ("BAD_REQUEST", Misconfigured),
        ("INVALID_FIELD_ARGUMENTS", Misconfigured),
        ("undefinedField", Misconfigured),
        ("NOT_FOUND", Misconfigured),
        ("RESOURCE_NOT_FOUND", Refused),
    ],
)
def test_every_code_has_one_meaning(code: str, kind: type[RemoteFailure]) -> None:
    with ScriptedShop(errors({"message": "Some text", "extensions": {"code": code}})) as shop:
        with pytest.raises(kind, match="Some text") as caught:
            read(shop)
        assert len(shop.received) == 1
    assert caught.value.code == code


def test_an_invalid_value_is_told_by_its_place_and_never_by_its_content() -> None:
    problem = {"path": ["email"], "explanation": 'Expected "Jan Jansen" to be an address'}
    row = {
        "message": 'Variable $order of type T! was provided invalid value for email ("Jan Jansen")',
        "extensions": {"code": "INVALID_VARIABLE", "value": {"email": "Jan Jansen"}, "problems": [problem]},
    }
    with ScriptedShop(errors(row)) as shop, pytest.raises(Refused, match="invalid value at email") as caught:
        read(shop, CREATE, {"order": {}})
    assert "Jansen" not in str(caught.value)


def test_a_web_page_instead_of_json_points_at_the_address() -> None:
    page = Scripted(b"<!doctype html><h1>Welcome to our shop</h1>", content_type="text/html; charset=utf-8")
    with ScriptedShop(page) as shop, pytest.raises(Misconfigured, match=r"web page.*myshopify\.com"):
        read(shop)


def test_a_shop_that_nobody_serves_is_unreachable_and_says_what_to_check() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = ShopifyClient(origin, FixedToken(TOKEN), patience=ONCE, pace=Pace())
    with pytest.raises(Unreachable, match=r"no connection.*SHOPIFY_API_URL") as caught:
        client.execute(CREATE, {"order": {}})
    assert TOKEN not in str(caught.value)
    assert client.pace.take(2000) == 0, "points of a call that never left come back"


def test_an_answer_that_takes_too_long_leaves_the_outcome_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        origin = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        client = ShopifyClient(origin, FixedToken(TOKEN), patience=ONCE, pace=Pace(), answer_timeout_s=0.05)
        with pytest.raises(UnknownOutcome, match="without an answer"):
            client.execute(CREATE, {"order": {}})


@pytest.mark.parametrize("origin", ["shop.example", "ftp://shop.example", "https://shop.example/admin", "http://shop.example"])
def test_an_address_that_cannot_be_right_is_refused_before_any_call(origin: str) -> None:
    with pytest.raises(Misconfigured, match="SHOPIFY_API_URL"):
        ShopifyClient(origin, FixedToken(TOKEN), pace=Pace())


def test_falling_forward_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    newer = data({"ordersCount": {"count": 3}}, headers={"X-Shopify-API-Version": "2027-01"})
    with ScriptedShop(newer) as shop, caplog.at_level(logging.WARNING):
        client = shop.client()
        for _ in range(3):
            client.execute(COUNT, {"search": ""})
    assert [record for record in caplog.messages if "fell forward" in record] == caplog.messages
    assert len(caplog.messages) == 1
    assert client.served_version == "2027-01"


def test_points_are_counted_and_shopifys_own_figure_goes_before_the_formula() -> None:
    with ScriptedShop(data({"ordersCount": {"count": 3}}, cost=cost(25, 1975.0, actual=12.0))) as shop:
        pace = Pace()
        client = shop.client(pace=pace)
        client.execute(COUNT, {"search": ""})
        client.execute(COUNT, {"search": ""})
    assert client.statistics.as_dict() | {"waited_s": 0.0} == {
        "calls": 2,
        "points_requested": 50.0,
        "points_actual": 24.0,
        "waited_s": 0.0,
        "retries": 0,
        "throttled": 0,
    }


def test_a_connection_is_kept_between_calls() -> None:
    with ScriptedShop(FOUND) as shop:
        client = shop.client()
        for _ in range(3):
            client.execute(COUNT, {"search": ""})
        assert {json.dumps(request.headers.get("Connection")) for request in shop.received} == {'"keep-alive"'}
