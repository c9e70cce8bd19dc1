from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.shop import bootstrap, granted_scopes, hides_customers, require_history, require_scopes
from posbridge_dagster_tests.clients.shopify.pretend import PretendGraph, Value
from posbridge_dagster_tests.clients.shopify.scripted import ScriptedShop

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def shop_with(*scopes: str, locations: int = 1) -> PretendGraph:
    root: Value = {
        "shop": {
            "id": "gid://shopify/Shop/1",
            "name": "Winkel",
            "ianaTimezone": "Europe/Amsterdam",
            "plan": {"publicDisplayName": "Retail"},
        },
        "currentAppInstallation": {"id": "gid://shopify/AppInstallation/1", "accessScopes": [{"handle": scope} for scope in scopes]},
        "locations": [{"id": f"gid://shopify/Location/{number}", "name": f"Filiaal {number}"} for number in range(locations)],
        "publications": [{"id": "gid://shopify/Publication/1", "catalog": {"id": "c", "title": "Point of Sale"}}],
    }
    return PretendGraph(root)


def test_the_start_reads_shop_scopes_all_locations_and_publications() -> None:
    with ScriptedShop(serve=shop_with("read_orders", locations=600)) as shop:
        start = bootstrap(shop.client())
    assert start.shop["plan"]["publicDisplayName"] == "Retail"
    assert start.scopes == {"read_orders"}
    assert len({location["id"] for location in start.locations}) == 600
    assert start.publications[0]["catalog"]["title"] == "Point of Sale"


def test_missing_scopes_are_named_and_a_write_scope_holds_the_read_scope() -> None:
    with ScriptedShop(serve=shop_with("write_orders", "read_products")) as shop:
        client = shop.client()
        require_scopes(client, {"read_orders", "read_products"})
        assert granted_scopes(client) == {"write_orders", "read_products"}
        with pytest.raises(Misconfigured, match="read_customers, write_products") as caught:
            require_scopes(client, {"read_orders", "write_products", "read_customers"})
    assert "read_orders" not in str(caught.value)


def test_old_orders_need_the_scope_that_shows_them() -> None:
    old = NOW - timedelta(days=61)
    with ScriptedShop(serve=shop_with("read_orders")) as shop:
        require_history(shop.client(), NOW - timedelta(days=59), now=NOW)
        with pytest.raises(Misconfigured, match=r"2026-09-23.*read_all_orders"):
            require_history(shop.client(), old, now=NOW)
    with ScriptedShop(serve=shop_with("read_orders", "read_all_orders")) as shop:
        require_history(shop.client(), old, now=NOW)
        assert shop.names == ["Shop"]


def customer(number: int, **known: Any) -> Value:
    unknown = dict.fromkeys(("firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber"))
    return {"id": f"gid://shopify/Customer/{number}", **unknown, **known}


@pytest.mark.parametrize(
    ("customers", "hidden"),
    [
        ([customer(1), customer(2)], True),
        ([customer(1), customer(2, firstName="Jan")], False),
        ([customer(1, defaultEmailAddress={"emailAddress": "jan@example.nl"})], False),
        ([], False),
    ],
)
def test_a_token_that_is_kept_from_customer_data_is_seen_by_what_it_gets(customers: list[Value], hidden: bool) -> None:
    with ScriptedShop(serve=PretendGraph({"customers": customers})) as shop:
        assert hides_customers(shop.client()) == hidden
