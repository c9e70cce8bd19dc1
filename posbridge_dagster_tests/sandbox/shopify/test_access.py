"""Who may see what."""

from datetime import timedelta

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, walk_in

UNAUTHORIZED = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
STAFF = '{ order(id: "gid://shopify/Order/5001") { name staffMember { id } lineItems(first: 1) { nodes { title staffMember { id } } } } }'


def without(shop: Caller, scope: str) -> None:
    shop.sandbox.switches["scopes"] = [known for known in shop.sandbox.switches["scopes"] if known != scope]


def test_staff_is_denied_and_the_data_beside_it_stays(shop: Caller) -> None:
    answer = shop.ask(STAFF)
    order = answer["data"]["order"]
    assert (order["name"], order["staffMember"]) == ("#1001", None)
    assert order["lineItems"]["nodes"] == [{"title": "Jas", "staffMember": None}]
    assert [error["path"] for error in answer["errors"]] == [
        ["order", "staffMember"],
        ["order", "lineItems", "nodes", 0, "staffMember"],
    ]
    error = answer["errors"][0]
    assert error["message"].startswith("Access denied for staffMember field. Required access: `read_users` access scope.")
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["documentation"].startswith("https://shopify.dev/")


def test_staff_is_empty_with_the_scope(shop: Caller) -> None:
    shop.sandbox.switches["scopes"].append("read_users")
    assert shop.data(STAFF)["order"]["staffMember"] is None


@pytest.mark.parametrize(
    ("scope", "query", "left"),
    [
        (
            "read_customers",
            '{ order(id: "gid://shopify/Order/5001") { name customer { id } } }',
            {"order": {"name": "#1001", "customer": None}},
        ),
        (
            "read_customers",
            '{ customer(id: "gid://shopify/Customer/11") { id } shop { name } }',
            {"customer": None, "shop": {"name": "sandbox"}},
        ),
        ("read_orders", "{ orders(first: 1) { nodes { id } } }", None),
        ("read_publications", "{ publications(first: 1) { nodes { id } } }", None),
        ("read_products", '{ productByIdentifier(identifier: {handle: "jas-1"}) { id } }', {"productByIdentifier": None}),
    ],
)
def test_what_lacks_its_scope_is_denied(shop: Caller, scope: str, query: str, left: object) -> None:
    without(shop, scope)
    answer = shop.ask(query)
    assert answer["data"] == left
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["ACCESS_DENIED"]
    assert scope in answer["errors"][0]["message"]


def test_a_change_without_the_write_scope_changes_nothing(shop: Caller) -> None:
    without(shop, "write_orders")
    change = 'mutation { orderUpdate(input: {id: "gid://shopify/Order/5001", note: "x"}) { order { note } userErrors { message } } }'
    answer = shop.ask(change)
    assert answer["data"] == {"orderUpdate": None}
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    tag = 'mutation { tagsAdd(id: "gid://shopify/Order/5001", tags: ["x"]) { userErrors { message } } }'
    assert shop.error(tag)["extensions"]["code"] == "ACCESS_DENIED"
    order = shop.data('{ order(id: "gid://shopify/Order/5001") { note tags } }')["order"]
    assert order == {"note": "cadeau inpakken", "tags": ["Actie", "vip"]}
    assert not any(call.wrote for call in shop.served.control.calls)


def test_the_granted_scopes_can_be_read(shop: Caller) -> None:
    without(shop, "read_returns")
    scopes = shop.data("{ currentAppInstallation { accessScopes { handle } } }")["currentAppInstallation"]["accessScopes"]
    handles = {scope["handle"] for scope in scopes}
    assert {"read_orders", "read_all_orders"} < handles
    assert "read_returns" not in handles


def test_orders_of_more_than_60_days_ago_are_absent_without_their_scope() -> None:
    old = NOON - timedelta(days=70)
    with open_shop(walk_in(4001, old), walk_in(4002, NOON)) as shop:
        query = """{ orders(first: 9) { nodes { name } } ordersCount { count }
        order(id: "gid://shopify/Order/4001") { name } node(id: "gid://shopify/Order/4001") { id } }"""
        assert shop.data(query)["ordersCount"] == {"count": 2}
        without(shop, "read_all_orders")
        assert shop.data(query) == {"orders": {"nodes": [{"name": "#2"}]}, "ordersCount": {"count": 1}, "order": None, "node": None}


def test_people_are_hidden_without_protected_customer_data(shop: Caller) -> None:
    shop.sandbox.switches["protected_customer_data"] = False
    order = shop.data(
        """{ order(id: "gid://shopify/Order/5001") { name email phone customer { id firstName lastName displayName
        defaultEmailAddress { emailAddress } defaultAddress { city } } billingAddress { name address1 zip city phone countryCodeV2 } } }"""
    )["order"]
    assert order == {
        "name": "#1001",
        "email": None,
        "phone": None,
        "customer": {
            "id": "gid://shopify/Customer/11",
            "firstName": None,
            "lastName": None,
            "displayName": "",
            "defaultEmailAddress": None,
            "defaultAddress": {"city": None},
        },
        "billingAddress": {"name": None, "address1": None, "zip": None, "city": None, "phone": None, "countryCodeV2": "NL"},
    }


def test_a_wrong_token_is_refused(shop: Caller) -> None:
    shop.token = "shpat_wrong"
    answer = shop.post("{ shop { name } }")
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
