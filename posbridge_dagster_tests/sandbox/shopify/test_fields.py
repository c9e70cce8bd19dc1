"""Everything that the schema offers can be asked for."""

from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    print_ast,
)
from graphql.language import parse

from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

DENIED = {"staffMember", "user"}
OF_OTHERS = {"hasProduct", "inCollection"}  # which ask for the id of something else
ARGUMENTS = {
    "key": '"note"',
    "id": '"gid://shopify/Order/5001"',
    "publicationId": '"gid://shopify/Publication/2"',
    "inventoryItemId": '"gid://shopify/InventoryItem/9000001"',
    "locationId": '"gid://shopify/Location/1"',
    "names": '["available"]',
}


def is_too_deep(kind: GraphQLNamedType, trail: tuple[str, ...]) -> bool:
    return kind.name.endswith("Connection") and any(name.endswith("Connection") for name in trail)


def selection(kind: GraphQLNamedType, trail: tuple[str, ...] = ()) -> str:
    """Select every field of a type, each type once on the way down and no connection in more than one other."""
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        return (
            "{ __typename " + " ".join(f"... on {member.name} {{ __typename }}" for member in shop_schema().get_possible_types(kind)) + " }"
        )
    assert isinstance(kind, GraphQLObjectType)
    chosen = ["__typename"]
    for name, field in kind.fields.items():
        returned = get_named_type(field.type)
        if name in DENIED | OF_OTHERS or returned.name in trail or is_too_deep(returned, trail):
            continue
        needed = [f"{key}: {ARGUMENTS[key]}" for key, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)]
        needed += ["first: 2"] if "first" in field.args else []
        arguments = f"({', '.join(needed)})" if needed else ""
        below = "" if is_leaf_type(returned) else selection(returned, (*trail, kind.name))
        chosen.append(f"{name}{arguments} {below}")
    return "{ " + " ".join(chosen) + " }"


def fields_without_value(value: Any, path: str = "") -> set[str]:
    if isinstance(value, list):
        return set().union(*(fields_without_value(item, path) for item in value)) if value else set()
    if isinstance(value, dict):
        return set().union(*(fields_without_value(item, f"{path}.{name}") for name, item in value.items()))
    return {path} if value is None else set()


@pytest.mark.prove
def test_every_field_of_an_order_has_a_value_or_a_null(shop: Caller) -> None:
    shop.sandbox.switches["plan"] = "enterprise"
    order = shop_schema().type_map["Order"]
    assert isinstance(order, GraphQLObjectType)
    seen: dict[str, Any] = {}
    for name, field in order.fields.items():
        if name in DENIED:
            continue
        kind = get_named_type(field.type)
        needed = [f"{key}: {ARGUMENTS[key]}" for key, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)]
        needed += ["first: 2"] if "first" in field.args else []
        arguments = f"({', '.join(needed)})" if needed else ""
        below = "" if is_leaf_type(kind) else selection(kind, ("Order",))
        query = print_ast(parse(f'{{ order(id: "gid://shopify/Order/5001") {{ {name}{arguments} {below} }} }}'))
        shop.clock.pass_seconds(60)
        seen |= shop.data(query)["order"]
    assert set(seen) == set(order.fields) - DENIED
    never = {"cancelReason", "cancellation", "cancelledAt", "closedAt", "metafield", "poNumber", "publication"}
    assert {name for name, value in seen.items() if value is None} == never
    assert ".lineItems.nodes.variant.product.vendor" not in fields_without_value(seen)


def test_every_root_query_answers(shop: Caller) -> None:
    shop.sandbox.switches["plan"] = "enterprise"
    order = 'id: "gid://shopify/Order/5001"'
    answers = shop.data(
        f"""{{ shop {{ name }} currentAppInstallation {{ accessScopes {{ handle }} }} inventoryProperties {{ quantityNames {{ name }} }}
        publicApiVersions {{ handle supported }} locations(first: 5) {{ nodes {{ name }} }} location {{ name }}
        publications(first: 5, catalogType: APP) {{ nodes {{ catalog {{ title }} }} }} node({order}) {{ id }} nodes(ids: []) {{ id }}
        customersCount {{ count }} productsCount {{ count }} products(first: 5) {{ nodes {{ title }} }}
        productByIdentifier(identifier: {{handle: "jas-1"}}) {{ title variants(first: 5) {{ nodes {{ sku title }} }} }}
        productVariants(first: 5, query: "sku:85123A") {{ nodes {{ sku product {{ title }} }} }}
        refund(id: "gid://shopify/Refund/77") {{ note order {{ name }} }} return(id: "gid://shopify/Return/1") {{ id }}
        tenderTransactions(first: 9) {{ nodes {{ amount {{ amount }} paymentMethod }} }} }}"""
    )
    assert answers["locations"]["nodes"] == [{"name": "Amersfoort"}, {"name": "Utrecht"}]
    assert {"handle": "2026-10", "supported": True} in answers["publicApiVersions"]
    assert [node["catalog"]["title"] for node in answers["publications"]["nodes"]] == ["Online Store", "Point of Sale"]
    variants = answers["productByIdentifier"]["variants"]["nodes"]
    assert variants == [{"sku": "1001", "title": "Rood / M"}, {"sku": "85123A", "title": "Blauw / M"}]
    assert answers["productVariants"]["nodes"] == [{"sku": "85123A", "product": {"title": "Jas"}}]
    assert answers["refund"] == {"note": "past niet", "order": {"name": "#1001"}}
    assert [node["amount"]["amount"] for node in answers["tenderTransactions"]["nodes"]] == ["60.0", "81.0", "-0.41", "-55.5"]
