"""Companies that buy, where the shop's plan has them: not the smallest ones, and none with the switch ``b2b`` off."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import access_denied
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.companies import company_node, company_place_node, contact_node, profile_nodes
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.paging import list_connection, position_connection
from posbridge_dagster.sandbox.shopify.records import Company, CompanyContact, CompanyPlace
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import Finder, SortKey, list_condition

Given = dict[str, Any]
Error = dict[str, Any]
B2B_NOTE = " Also: The shop must have access to B2B. Some operations may require additional plan capabilities."
PLANS_WITHOUT = frozenset({"starter", "retail"})
READ, WRITE = ("read_customers", "read_companies"), ("write_customers", "write_companies")
SORT_KEYS: dict[str, SortKey] = {
    "CREATED_AT": lambda company: company.created_at,
    "ID": "id",
    "NAME": lambda company: company.name.lower(),
    "SINCE_DATE": lambda company: company.customer_since,
    "UPDATED_AT": "updated_at",
}


def allow(scene: Scene, field: str, scopes: tuple[str, ...]) -> None:
    """Raise Refusal where the shop has no companies or the caller may not see or change them."""
    has_companies = scene.switches.get("b2b", True) and scene.plan not in PLANS_WITHOUT
    if not has_companies or not scene.scopes & set(scopes):
        raise access_denied(field, scopes, B2B_NOTE)


@resolves("QueryRoot", "companies")
def companies(_: None, scene: Scene, sort_key: str = "ID", **window: Any) -> Node:
    """Return the companies that a query finds."""
    allow(scene, "companies", READ)
    fields = SearchFields(
        {
            "external_id": SearchField("word", lambda company: company.external_id),
            "id": SearchField("number", lambda company: company.number, index="id"),
            "name": SearchField("tokens", lambda company: company.name),
            "created_at": SearchField("moment", lambda company: company.created_at),
            "since_date": SearchField("moment", lambda company: company.customer_since),
            "updated_at": SearchField("moment", lambda company: company.updated_at, index="updated_at"),
        },
        anywhere=lambda company: (company.name, company.external_id),
        timezone=scene.shop.timezone,
    )
    finder = Finder(scene, scene.shop.companies, fields, SORT_KEYS)
    return finder.page("companies", lambda company: company_node(company, scene), sort_key=sort_key, **window)


@resolves("QueryRoot", "company")
def company(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one company, as it is now."""
    allow(scene, "company", READ)
    found = scene.shop.companies.get(numbered("Company", global_id))
    return None if found is None else company_node(found, scene)


@resolves("QueryRoot", "companiesCount")
def companies_count(_: None, scene: Scene, limit: int | None = None) -> dict[str, Any]:
    """Return how many companies there are, up to a limit."""
    allow(scene, "companiesCount", READ)
    found = len(scene.shop.companies)
    return {"count": limit, "precision": "AT_LEAST"} if limit is not None and found > limit else {"count": found, "precision": "EXACT"}


@resolves("QueryRoot", "companyLocations")
def company_locations(_: None, scene: Scene, query: str | None = None, sort_key: str = "ID", **window: Any) -> Node:
    """Return the places of all companies that a query finds, by id."""
    allow(scene, "companyLocations", READ)
    fields = SearchFields(
        {
            "company_id": SearchField("number", lambda pair: pair[1].number),
            "created_at": SearchField("moment", lambda pair: pair[1].created_at),
            "external_id": SearchField("word", lambda pair: pair[0].external_id),
            "id": SearchField("number", lambda pair: pair[0].number),
            "name": SearchField("tokens", lambda pair: pair[0].name),
            "updated_at": SearchField("moment", lambda pair: pair[1].updated_at),
        },
        anywhere=lambda pair: (pair[0].name, pair[0].external_id),
        timezone=scene.shop.timezone,
    )
    condition = list_condition(scene, ["companyLocations"], query, fields)
    pairs = [(place, found) for found in scene.shop.companies if scene.is_searchable(found) for place in found.places]
    kept = sorted((pair for pair in pairs if condition is None or condition(pair)), key=lambda pair: pair[0].number)
    if window.pop("reverse", False):
        kept.reverse()
    return position_connection(kept, lambda pair: company_place_node(*pair, scene), unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "companyLocation")
def company_location(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one place of a company."""
    allow(scene, "companyLocation", READ)
    place, found = find_place(scene, global_id)
    return None if place is None or found is None else company_place_node(place, found, scene)


@resolves("QueryRoot", "companyContact")
def company_contact(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one contact of a company."""
    allow(scene, "companyContact", READ)
    contact, found = find_contact(scene, global_id)
    return None if contact is None or found is None else contact_node(contact, found, scene)


def find_place(scene: Scene, global_id: str) -> tuple[CompanyPlace | None, Company | None]:
    """Return a place with its company, or neither."""
    number = numbered("CompanyLocation", global_id)
    found = scene.shop.company_of_place(number)
    return (None, None) if found is None else (next(place for place in found.places if place.number == number), found)


def find_contact(scene: Scene, global_id: str) -> tuple[CompanyContact | None, Company | None]:
    """Return a contact with their company, or neither."""
    number = numbered("CompanyContact", global_id)
    found = next(iter(scene.shop.companies.with_("contact", number)), None)
    return (None, None) if found is None else (next(contact for contact in found.contacts if contact.number == number), found)


@resolves("Customer", "companyContactProfiles")
def profiles(source: Node, scene: Scene) -> list[Node]:
    """Return a customer as contact of companies; none where the shop has no companies."""
    return profile_nodes(source.record.number, scene)


def _connection_of(member: str) -> Any:
    def resolve(source: Node, scene: Scene, query: str | None = None, sort_key: str = "ID", **window: Any) -> Node:
        return list_connection(source[member], unbounded=scene.unbounded, **window)

    return resolve


for _field, _member in (("contactRoles", "role_nodes"), ("contacts", "contact_nodes"), ("locations", "place_nodes")):
    resolves("Company", _field)(_connection_of(_member))
for _owner in ("CompanyContact", "CompanyLocation"):
    resolves(_owner, "roleAssignments")(_connection_of("assignment_nodes"))


@resolves("Company", "orders")
def orders_of_company(source: Node, scene: Scene, sort_key: str = "ID", **window: Any) -> Node:
    """Return the orders that a company's places bought."""
    places = {place.number for place in source.record.places}
    bought = [order for order in scene.shop.orders if order.company_place in places and scene.may_see(order)]
    return list_connection([order_node(order, scene) for order in bought], unbounded=scene.unbounded, **window)


@resolves("Company", "ordersCount")
def orders_count_of_company(source: Node, scene: Scene) -> dict[str, Any]:
    """Return how many orders a company's places bought."""
    places = {place.number for place in source.record.places}
    return {"count": sum(1 for order in scene.shop.orders if order.company_place in places), "precision": "EXACT"}
