"""Everything that the schema offers of stock, collections, customers and companies can be asked for."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.test_company_updating import company
from posbridge_dagster_tests.sandbox.shopify.test_fields import ARGUMENTS, DENIED, OF_OTHERS, selection

ELSEWHERE = ("Order", "Product", "ProductVariant")  # whose fields are asked for by tests of their own
PRODUCT = "gid://shopify/Product/7000001"
SOURCES = "sources { ... on CollectionConditionsSource %s ... on CollectionSubCollectionsSource { collections { id } app { id } } }"


def ask_everything(shop: Caller, root: str, type_name: str, global_id: str) -> Any:
    """Ask for every field of a record, one field at a time, and return what came."""
    shop.sandbox.switches["plan"] = "enterprise"
    kind = shop_schema().type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    seen: dict[str, Any] = {}
    for name, field in kind.fields.items():
        if name in DENIED | OF_OTHERS:
            continue
        returned = get_named_type(field.type)
        needed = [f"{key}: {ARGUMENTS[key]}" for key, argument in field.args.items() if key in ARGUMENTS and key not in ("query", "id")]
        needed += ["first: 2"] if "first" in field.args else []
        arguments = f"({', '.join(needed)})" if needed else ""
        below = "" if is_leaf_type(returned) else "{ id }" if returned.name in ELSEWHERE else selection(returned, (type_name, *ELSEWHERE))
        shop.clock.pass_seconds(60)
        seen |= shop.data(f"query ($id: ID!) {{ {root}(id: $id) {{ {name}{arguments} {below} }} }}", id=global_id)[root]
    assert set(seen) == set(kind.fields) - DENIED - OF_OTHERS
    return seen


@pytest.mark.parametrize(
    ("root", "type_name", "global_id"),
    [
        ("inventoryItem", "InventoryItem", "gid://shopify/InventoryItem/9000001"),
        ("inventoryLevel", "InventoryLevel", "gid://shopify/InventoryLevel/1?inventory_item_id=9000001"),
        ("location", "Location", "gid://shopify/Location/1"),
        ("customer", "Customer", "gid://shopify/Customer/11"),
    ],
)
def test_every_field_has_a_value_or_a_null(shop: Caller, root: str, type_name: str, global_id: str) -> None:
    assert ask_everything(shop, root, type_name, global_id)["id"] == global_id


def test_every_field_of_a_company_has_a_value_or_a_null(shop: Caller) -> None:
    made = company(shop)
    assert ask_everything(shop, "company", "Company", made["id"])["name"] == "Bakker BV"
    place = made["locations"]["nodes"][0]["id"]
    assert ask_everything(shop, "companyLocation", "CompanyLocation", place)["name"] == "Hoofdvestiging"
    contact = made["mainContact"]["id"]
    assert ask_everything(shop, "companyContact", "CompanyContact", contact)["isMainContact"] is True


def test_every_field_of_a_collection_and_its_sources_has_a_value_or_a_null(shop: Caller) -> None:
    create = """mutation ($collection: CollectionCreateInput!) { collectionCreate(collection: $collection) {
      collection { id } userErrors { field message } } }"""
    texts = {kind: {"matchType": "ANY", "relation": "EQUALS", "values": ["a"]} for kind in ("productTitle", "productType", "productVendor")}
    texts["variantTitle"] = {"matchType": "ALL", "relation": "STARTS_WITH", "values": ["a"]}
    texts["productTag"] = {"matchType": "ANY", "relation": "NOT_TAGGED_WITH", "values": ["a"]}
    texts["productStatus"] = {"matchType": "ANY", "relation": "EQUALS", "values": ["ACTIVE"]}
    numbers: dict[str, Any] = {"variantInventory": {"relation": "LESS_THAN", "value": 3}}
    numbers["variantPrice"] = {"relation": "EQUALS", "value": {"amount": "42.50", "currencyCode": "EUR"}}
    other = shop.data(create, collection={"title": "Ander"})["collectionCreate"]["collection"]["id"]
    leave_out = {kind: texts[kind] for kind in ("productType", "productVendor")} | {"collection": {"values": [other]}}
    inclusion = {"matchType": "ANY", "conditions": [{kind: given} for kind, given in {**texts, **numbers}.items()]}
    inclusion["selections"] = [{"productId": PRODUCT, "variantIds": ["gid://shopify/ProductVariant/9000001"]}]
    exclusion = {"conditions": [{kind: given} for kind, given in leave_out.items()], "selections": [{"productId": PRODUCT}]}
    source = {"title": "Alles", "targetType": "VARIANTS", "inclusion": inclusion, "exclusion": exclusion}
    sources = [{"source": source}, {"subCollections": {"title": "Delen", "collectionIds": [other]}}]
    payload = shop.data(create, collection={"title": "Alles", "sources": sources})["collectionCreate"]
    assert payload["userErrors"] == []
    made = payload["collection"]["id"]
    assert ask_everything(shop, "collection", "Collection", made)["title"] == "Alles"
    parts = []
    for name, kind in shop_schema().type_map.items():
        if isinstance(kind, GraphQLObjectType) and any("InclusionCondition" in entry.name for entry in kind.interfaces):
            fields = " ".join(
                f"{kind.name}_{field}: {field}" for field, found in kind.fields.items() if is_leaf_type(get_named_type(found.type))
            )
            parts.append(f"... on {name} {{ {fields} }}")
    conditions = "{ " + " ".join(parts) + " }"
    query = (
        "query ($id: ID!) { collection(id: $id) { "
        + SOURCES
        % ("{ inclusion { conditions " + conditions + " } exclusion { matchType selections(first: 2) { nodes { product { id } } } } }")
        + " } }"
    )
    first, second = shop.data(query, id=made)["collection"]["sources"]
    assert len(first["inclusion"]["conditions"]) == len(texts) + len(numbers)
    assert all(all(value is not None for value in condition.values()) for condition in first["inclusion"]["conditions"])
    assert second["collections"] == [{"id": other}]
