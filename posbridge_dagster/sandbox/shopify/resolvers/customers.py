"""Customers."""

from typing import Any

from posbridge_dagster.sandbox.shopify.customer_drafts import kept_phone
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.nodes.people import address_nodes, customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import country_name
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.records import Customer
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import Finder, SortKey

STATES = {state.lower(): state for state in ("DECLINED", "DISABLED", "ENABLED", "INVITED")}
SORT_KEYS: dict[str, SortKey] = {
    "CREATED_AT": lambda customer: customer.created_at,
    "ID": "id",
    "NAME": lambda customer: f"{customer.last_name}, {customer.first_name}".lower(),
    "UPDATED_AT": "updated_at",
}


def _finder(scene: Scene) -> Finder[Customer]:
    fields = SearchFields(
        {
            "customer_date": SearchField("moment", lambda customer: customer.created_at),
            "email": SearchField("tokens", lambda customer: customer.email),
            "first_name": SearchField("tokens", lambda customer: customer.first_name),
            "id": SearchField("number", lambda customer: customer.number, index="id"),
            "last_name": SearchField("tokens", lambda customer: customer.last_name),
            "orders_count": SearchField("number", lambda customer: len(scene.shop.orders_of_customer[customer.number])),
            "phone": SearchField("word", lambda customer: customer.phone),
            "state": SearchField(
                "choice", lambda customer: "DISABLED", {"disabled": "DISABLED", "enabled": "ENABLED", "invited": "INVITED"}
            ),
            "accepts_marketing": SearchField("choice", _accepts_marketing, {"true": True, "false": False}),
            "country": SearchField("many", _countries),
            "tag": SearchField("many", lambda customer: customer.tags),
            "updated_at": SearchField("moment", lambda customer: customer.updated_at, index="updated_at"),
        },
        anywhere=lambda customer: (customer.email, customer.first_name, customer.last_name),
        timezone=scene.shop.timezone,
    )
    return Finder(scene, scene.shop.customers, fields, SORT_KEYS)


def _accepts_marketing(customer: Customer) -> bool:
    return customer.email_consent is not None and customer.email_consent.state == "SUBSCRIBED"


def _countries(customer: Customer) -> list[str]:
    """Return the country of a customer, by its code and by its name."""
    code = customer.address.country if customer.address else ""
    return [code, country_name(code) or ""] if code else []


@resolves("QueryRoot", "customers")
def customers(_: None, scene: Scene, sort_key: str = "ID", **window: Any) -> Node:
    """Return the customers that a query finds."""
    return _finder(scene).page("customers", lambda customer: customer_node(customer, scene), sort_key=sort_key, **window)


@resolves("QueryRoot", "customersCount")
def customers_count(_: None, scene: Scene, query: str | None = None, limit: int | None = None, **_unused: Any) -> dict[str, Any]:
    """Return how many customers a query finds."""
    return _finder(scene).count("customersCount", query, limit)


@resolves("QueryRoot", "customer")
def customer(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one customer, as they are now."""
    found = scene.shop.customers.get(numbered("Customer", global_id))
    return None if found is None else customer_node(found, scene)


@resolves("QueryRoot", "customerByIdentifier")
def customer_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one customer by id, custom id, e-mail or phone, as they are now."""
    if "id" in identifier:
        return customer(None, scene, identifier["id"])
    if "customId" in identifier:
        number = custom_id(scene, "CUSTOMER", identifier["customId"])
    elif "emailAddress" in identifier:
        number = scene.shop.customers_by_email.get(identifier["emailAddress"].strip().lower())
    else:
        number = scene.shop.customers_by_phone.get(kept_phone(identifier["phoneNumber"]) or "")
    found = scene.shop.customers.get(number)
    return None if found is None else customer_node(found, scene)


def _orders(source: Node, scene: Scene) -> list[Node]:
    known = [scene.shop.orders[number] for number in scene.shop.orders_of_customer[source.record.number]]
    return [order_node(order, scene) for order in known if scene.may_see(order)]


@resolves("Customer", "orders")
def orders_of_customer(
    source: Node,
    scene: Scene,
    query: str | None = None,
    sort_key: str = "ID",
    saved_search_id: str | None = None,
    **window: Any,
) -> Node:
    """Return the orders of a customer by id."""
    return list_connection(_orders(source, scene), unbounded=scene.unbounded, **window)


@resolves("Customer", "lastOrder")
def last_order(source: Node, scene: Scene) -> Node | None:
    """Return the newest order of a customer."""
    return max(_orders(source, scene), key=lambda node: str(node["createdAt"]), default=None)


@resolves("Customer", "addressesV2")
def addresses(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the addresses of a customer, the default one first."""
    return list_connection(address_nodes(source.record, scene), unbounded=scene.unbounded, **window)
