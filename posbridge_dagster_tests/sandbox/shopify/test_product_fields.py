"""Every field of products, variants, definitions and operations that the schema offers can be asked for."""

from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type

from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster_tests.sandbox.shopify.assortment import coat
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.test_fields import ARGUMENTS, selection
from posbridge_dagster_tests.sandbox.shopify.test_metafield_definitions import make

NEVER = {
    "Product": {
        "category",
        "compareAtPriceRange",
        "giftCardTemplateSuffix",
        "metafield",
        "onlineStoreUrl",
        "publishedAt",
        "templateSuffix",
    },
    "ProductVariant": {"barcode", "compareAtPrice", "metafield", "unitPriceMeasurement"},
    "MetafieldDefinition": {"description", "pinnedPosition"},
}


def asked(kind: GraphQLObjectType, name: str, id_of: str) -> str:
    """Return one field of a type with everything below it."""
    field = kind.fields[name]
    arguments = {**ARGUMENTS, "id": f'"{id_of}"'}
    needed = [f"{key}: {arguments[key]}" for key, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull)]
    needed += ["first: 2"] if "first" in field.args else []
    below = "" if is_leaf_type(get_named_type(field.type)) else selection(get_named_type(field.type), (kind.name,))
    arguments_text = f"({', '.join(needed)})" if needed else ""
    return f"{name}{arguments_text} {below}"


@pytest.mark.parametrize("kind_name", sorted(NEVER))
def test_every_field_has_a_value_or_a_null(shop: Caller, kind_name: str) -> None:
    shop.sandbox.switches["plan"] = "enterprise"
    product = coat(shop, files=[{"originalSource": "https://example.nl/a.jpg"}])
    ids = {"Product": product["id"], "ProductVariant": product["variants"]["nodes"][0]["id"], "MetafieldDefinition": make(shop)["id"]}
    kind = shop_schema().type_map[kind_name]
    assert isinstance(kind, GraphQLObjectType)
    seen: dict[str, Any] = {}
    for name in kind.fields:
        other = "gid://shopify/Collection/1" if name == "inCollection" else ids[kind_name]
        shop.clock.pass_seconds(60)
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind_name} {{ {asked(kind, name, other)} }} }} }}"
        seen |= shop.data(query, id=ids[kind_name])["node"]
    assert set(seen) == set(kind.fields)
    assert {name for name, value in seen.items() if value is None} == NEVER[kind_name]
