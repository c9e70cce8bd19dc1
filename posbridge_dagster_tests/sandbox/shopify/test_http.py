"""The shop as an HTTP server: tokens, versions, bodies, faults, its own door."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, small_seed

GRANT = {"grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}
SALE: dict[str, Any] = {
    "number": 6001,
    "name": "#2001",
    "created_at": "2026-11-20T15:00:00+00:00",
    "location_number": 1,
    "lines": [{"title": "Soep", "quantity": 2, "unit_price_cents": 299, "vat_rate": 900, "code": "2001"}],
    "payments": [{"gateway": "cash", "amount_cents": 598}],
    "customer_number": 12,
}


def ask_token(shop: Caller, **changes: str) -> requests.Response:
    return requests.post(f"{shop.served.url}/admin/oauth/access_token", data=GRANT | changes, timeout=10)


def test_a_token_of_the_client_credentials_grant_works_until_it_ends(shop: Caller) -> None:
    shop.sandbox.switches["token_life_s"] = 3600
    granted = ask_token(shop).json()
    assert granted["expires_in"] == 3600
    assert "read_all_orders" in granted["scope"].split(",")
    shop.token = granted["access_token"]
    assert shop.post("{ shop { name } }").status_code == 200
    shop.clock.pass_seconds(3599)
    assert shop.post("{ shop { name } }").status_code == 200
    later = ask_token(shop).json()["access_token"]
    assert shop.post("{ shop { name } }").status_code == 200, "a new token does not end the old one"
    shop.clock.pass_seconds(1)
    assert shop.post("{ shop { name } }").status_code == 401
    shop.token = later
    assert shop.post("{ shop { name } }").status_code == 200


@pytest.mark.parametrize("changes", [{"client_secret": "wrong"}, {"client_id": "wrong"}, {"grant_type": "password"}])
def test_a_grant_with_anything_wrong_gives_no_token(shop: Caller, changes: dict[str, str]) -> None:
    answer = ask_token(shop, **changes)
    assert answer.status_code == 400
    assert "access_token" not in answer.json()


@pytest.mark.parametrize("version", ["2026-10", "2026-07", "2019-04", "unstable"])
def test_every_version_is_served_as_the_one_there_is(shop: Caller, version: str) -> None:
    answer = shop.post("{ shop { name } }", version=version)
    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.headers["X-Request-Id"]


def test_the_version_served_can_differ_from_the_one_asked(shop: Caller) -> None:
    shop.sandbox.switches["served_version"] = "2027-01"
    assert shop.post("{ shop { name } }").headers["X-Shopify-API-Version"] == "2027-01"


@pytest.mark.parametrize("path", ["/", "/admin/api/latest/graphql.json", "/admin/api/2026-10/orders.json", "/bulk-results/1/guess.jsonl"])
def test_other_paths_are_not_found(shop: Caller, path: str) -> None:
    assert requests.get(f"{shop.served.url}{path}", timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"), [(b"{", "Bad Request"), (b"[]", "Bad Request"), (b"{}", {"query": "Required parameter missing or invalid"})]
)
def test_a_body_that_is_no_request_is_refused(shop: Caller, body: bytes, said: object) -> None:
    headers = {"X-Shopify-Access-Token": shop.token}
    answer = requests.post(f"{shop.served.url}/admin/api/2026-10/graphql.json", data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (400, {"errors": said})


def test_calls_are_logged_by_the_name_of_their_first_field(shop: Caller) -> None:
    ask_token(shop)
    shop.data("query Any { found: orders(first: 1) { nodes { id } } shop { name } }")
    shop.ask("{ nonsense")
    operations = [call.operation for call in shop.served.control.calls]
    assert operations == ["access_token", "orders", "graphql"]


def test_throttled_and_internal_errors_can_be_asked_for(shop: Caller) -> None:
    shop.served.control.faults.extend([Fault("throttled", operation="shop", times=1), Fault("server_fault", operation="shop", times=1)])
    throttled, broken, fine = (shop.ask("{ shop { name } }") for _ in range(3))
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled["extensions"]["cost"]["actualQueryCost"] is None
    assert broken["data"] is None
    assert broken["errors"][0]["message"].startswith("Internal error. Looks like something went wrong on our end.\nRequest ID: ")
    assert broken["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert broken["errors"][0]["extensions"]["requestId"]
    assert fine["data"] == {"shop": {"name": "sandbox"}}


def test_a_sale_comes_in_through_the_sandboxs_own_door(shop: Caller) -> None:
    answer = requests.post(f"{shop.served.url}/sandbox/orders", json=SALE, timeout=10)
    assert (answer.status_code, answer.json()) == (201, {"id": "gid://shopify/Order/6001", "name": "#2001"})
    order = shop.data('{ order(id: "gid://shopify/Order/6001") { createdAt updatedAt email totalPriceSet { shopMoney { amount } } } }')[
        "order"
    ]
    assert order == {
        "createdAt": "2026-11-20T15:00:00Z",
        "updatedAt": "2026-11-21T12:00:00Z",
        "email": "bob@example.nl",
        "totalPriceSet": {"shopMoney": {"amount": "5.98"}},
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": 5001}, "Order 5001 exists already"),
        ({"lines": [{"title": "Soep"}]}, "lines[0]: missing quantity, unit_price_cents"),
        ({"colour": "red"}, "unknown colour"),
        ({"created_at": "2026-11-20T15:00:00"}, "lacks its time zone"),
        ({"number": "6001"}, "number: expected int, got str"),
    ],
)
def test_a_sale_that_cannot_be_says_why(shop: Caller, changes: dict[str, Any], said: str) -> None:
    answer = requests.post(f"{shop.served.url}/sandbox/orders", json=SALE | changes, timeout=10)
    assert answer.status_code == 422
    assert said in answer.json()["errors"]
    assert len(shop.sandbox.state()["orders"]) == 1


def test_the_door_is_closed_to_others(shop: Caller) -> None:
    answer = requests.post(f"{shop.served.url}/sandbox/orders", json=SALE, headers={"Host": "shop.example:80"}, timeout=10)
    assert answer.status_code == 403


def test_the_state_tells_what_the_shop_holds(shop: Caller) -> None:
    state = requests.get(f"{shop.served.control_url}/state", timeout=10).json()
    assert state["counts"] == {
        "locations": 2,
        "products": 2,
        "variants": 3,
        "collections": 0,
        "customers": 2,
        "companies": 0,
        "metafield_definitions": 0,
        "orders": 1,
        "lines": 4,
        "refunds": 1,
    }
    (order,) = state["orders"]
    assert (order["id"], order["total"], order["customerId"]) == ("gid://shopify/Order/5001", "140.59", "gid://shopify/Customer/11")
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("1001", 2), ("2001", 3), (None, 1), (None, 1)]
    assert [entry["amount"] for entry in order["transactions"]] == ["60.0", "81.0", "0.41", "55.5"]
    assert [refund["total"] for refund in order["refunds"]] == ["55.5"]


def test_a_real_clock_is_used_unless_another_is_given() -> None:
    before = datetime.now(UTC)
    assert before <= ShopifySandbox(small_seed()).clock() <= datetime.now(UTC)
