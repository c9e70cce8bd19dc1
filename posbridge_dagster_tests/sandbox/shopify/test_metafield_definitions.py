"""Definitions of metafields: every type with a value that fits and one that does not, and the life of a definition."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.sandbox.shopify.metafield_types import TYPES, is_valid, kept
from posbridge_dagster_tests.sandbox.shopify.assortment import put
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

DEFINITION = """id namespace key name description pinnedPosition metafieldsCount validationStatus type { name category }
  access { admin storefront customerAccount } validations { name value }
  capabilities { uniqueValues { enabled eligible } adminFilterable { enabled } }"""
MAKE = f"""mutation ($definition: MetafieldDefinitionInput!) {{ metafieldDefinitionCreate(definition: $definition) {{
  createdDefinition {{ {DEFINITION} }} userErrors {{ field message code }} }} }}"""
CHANGE = f"""mutation ($definition: MetafieldDefinitionUpdateInput!) {{ metafieldDefinitionUpdate(definition: $definition) {{
  updatedDefinition {{ {DEFINITION} }} userErrors {{ field message code }} }} }}"""
DELETE = """mutation ($identifier: MetafieldDefinitionIdentifierInput, $id: ID, $all: Boolean!) {
  metafieldDefinitionDelete(identifier: $identifier, id: $id, deleteAllAssociatedMetafields: $all) {
    deletedDefinitionId deletedDefinition { ownerType namespace key } userErrors { field code } } }"""
PIN = """mutation ($id: ID!) { metafieldDefinitionPin(definitionId: $id) { pinnedDefinition { pinnedPosition }
  userErrors { code } } }"""
UNPIN = """mutation ($id: ID!) { metafieldDefinitionUnpin(definitionId: $id) { unpinnedDefinition { pinnedPosition }
  userErrors { code } } }"""
WRITE = """mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { namespace key type value jsonValue owner { __typename ... on Product { id } } } userErrors { field message code } } }"""
PRODUCT = "gid://shopify/Product/7000001"
FITTING = {
    "boolean": ("true", "ja"),
    "color": ("#aa00FF", "rood"),
    "date": ("2026-11-20", "20-11-2026"),
    "date_time": ("2026-11-20T10:00:00+01:00", "morgen"),
    "dimension": ('{"value": 25.5, "unit": "cm"}', '{"value": 25, "unit": "el"}'),
    "id": ("A-1", "A\nB"),
    "json": ('{"a": [1]}', "{a}"),
    "language": ("nl", "Nederlands"),
    "link": ('{"text": "x", "url": "https://example.nl"}', "https://example.nl"),
    "money": ('{"amount": "5.99", "currency_code": "EUR"}', '{"amount": "5.99"}'),
    "multi_line_text_field": ("a\nb", " "),
    "number_decimal": ("10.25", "10,25"),
    "number_integer": ("10", "10.5"),
    "product_reference": ("gid://shopify/Product/7000002", "gid://shopify/Order/1"),
    "rating": ('{"value": "3.5", "scale_min": "1.0", "scale_max": "5.0"}', '{"value": "9", "scale_min": "1", "scale_max": "5"}'),
    "single_line_text_field": ("Wol", "a\nb"),
    "url": ("https://example.nl/a", "example"),
    "volume": ('{"value": 1, "unit": "l"}', '{"value": "veel", "unit": "l"}'),
    "weight": ('{"value": 1, "unit": "kg"}', '{"value": 1}'),
    "list.single_line_text_field": ('["Wol", "Katoen"]', '"Wol"'),
    "list.number_integer": ("[1, 2]", "[1, 2.5]"),
    "list.product_reference": ('["gid://shopify/Product/7000002"]', '["Jas"]'),
}


def definition(kind: str = "single_line_text_field", **more: Any) -> dict[str, Any]:
    return {"name": "Stof", "namespace": "mplus", "key": "fabric", "ownerType": "PRODUCT", "type": kind, **more}


def make(shop: Caller, kind: str = "single_line_text_field", **more: Any) -> Any:
    payload = shop.data(MAKE, definition=definition(kind, **more))["metafieldDefinitionCreate"]
    assert payload["userErrors"] == []
    return payload["createdDefinition"]


def write(shop: Caller, value: str, **more: Any) -> Any:
    entry = {"ownerId": PRODUCT, "namespace": "mplus", "key": "fabric", "value": value, **more}
    return shop.data(WRITE, metafields=[entry])["metafieldsSet"]


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


@pytest.mark.parametrize("kind", FITTING)
def test_a_value_of_each_type_is_checked(shop: Caller, kind: str) -> None:
    good, bad = FITTING[kind]
    scale = [{"name": "scale_min", "value": "1.0"}, {"name": "scale_max", "value": "5.0"}] if kind == "rating" else []
    made = make(shop, kind, validations=scale)
    assert made["type"]["name"] == kind
    refused = write(shop, bad)
    assert refused["metafields"] == []
    assert codes(refused)[0] in ("INVALID_VALUE", "BLANK")
    written = write(shop, good)
    assert written["userErrors"] == []
    assert written["metafields"][0]["type"] == kind
    assert written["metafields"][0]["owner"] == {"__typename": "Product", "id": PRODUCT}


def test_types_are_told(shop: Caller) -> None:
    told = shop.data("{ metafieldDefinitionTypes { name category } }")["metafieldDefinitionTypes"]
    assert {entry["name"] for entry in told} == TYPES
    assert set(FITTING) < TYPES


def test_values_are_shown_as_what_they_are(shop: Caller) -> None:
    make(shop, "number_integer")
    assert write(shop, "10")["metafields"][0]["jsonValue"] == 10
    moment = write(shop, "2026-11-20T10:00:00", key="seen", type="date_time")["metafields"][0]
    assert moment["value"] == "2026-11-20T10:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"type": "colour"}, "INCLUSION", "type"),
        ({"namespace": "mp"}, "TOO_SHORT", "namespace"),
        ({"key": "k" * 65}, "TOO_LONG", "key"),
        ({"key": "stof kleur"}, "INVALID_CHARACTER", "key"),
        ({"name": " "}, "BLANK", "name"),
        ({"namespace": "shopify--discovery"}, "RESERVED_NAMESPACE_KEY", "namespace"),
        ({"namespace": "app--99"}, "INVALID", "namespace"),
        ({"validations": [{"name": "scale_min", "value": "1"}]}, "INVALID_OPTION", "validations.0"),
        ({"type": "rating"}, "INVALID_OPTION", "validations"),
        ({"access": {"admin": "MERCHANT_READ"}}, "ADMIN_ACCESS_INPUT_NOT_ALLOWED", "access.admin"),
        ({"type": "id", "capabilities": {"uniqueValues": {"enabled": False}}}, "CAPABILITY_REQUIRED_BUT_DISABLED", ""),
        ({"type": "boolean", "capabilities": {"uniqueValues": {"enabled": True}}}, "INVALID_CAPABILITY", ""),
    ],
)
def test_a_definition_that_cannot_be_is_refused(shop: Caller, changes: dict[str, Any], code: str, path: str) -> None:
    payload = shop.data(MAKE, definition={**definition(), **changes})["metafieldDefinitionCreate"]
    assert payload["createdDefinition"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], ".".join(error["field"])) == (code, f"definition.{path}".rstrip("."))


def test_what_a_definition_demands_is_asked_of_values(shop: Caller) -> None:
    make(shop, validations=[{"name": "choices", "value": json.dumps(["Wol", "Katoen"])}])
    assert codes(write(shop, "Nylon")) == ["INVALID_VALUE"]
    assert codes(write(shop, "Wol")) == []
    make(shop, "number_integer", key="rows", validations=[{"name": "min", "value": "1"}, {"name": "max", "value": "9"}])
    assert [codes(write(shop, value, key="rows")) for value in ("0", "10", "5")] == [["INVALID_VALUE"], ["INVALID_VALUE"], []]
    make(shop, key="code", validations=[{"name": "regex", "value": "^[A-Z]{2}$"}])
    assert [codes(write(shop, value, key="code")) for value in ("ab", "AB")] == [["INVALID_VALUE"], []]


def test_a_unique_value_belongs_to_one_record_only(shop: Caller) -> None:
    make(shop, capabilities={"uniqueValues": {"enabled": True}})
    assert codes(write(shop, "Wol")) == []
    assert codes(write(shop, "Wol")) == [], "its own value again"
    assert codes(write(shop, "Wol", ownerId="gid://shopify/Product/7000002")) == ["TAKEN"]
    assert codes(write(shop, "Zijde")) == []
    assert codes(write(shop, "Wol", ownerId="gid://shopify/Product/7000002")) == [], "the value is free again"


def test_a_custom_id_is_unique_everywhere_it_can_be_written(shop: Caller) -> None:
    make(shop, "id")
    assert codes(write(shop, "A-1")) == []
    assert codes(write(shop, "A-1", ownerId="gid://shopify/Product/7000002")) == ["TAKEN"]
    update = """mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { field message } } }"""
    entry = {"namespace": "mplus", "key": "fabric", "value": "A-1"}
    payload = shop.data(update, product={"id": "gid://shopify/Product/7000002", "metafields": [entry]})["productUpdate"]
    assert payload["userErrors"] == [{"field": ["product", "metafields", "0", "value"], "message": "Value has already been taken"}]


def test_values_without_a_definition_get_its_type_or_block_a_custom_id(shop: Caller) -> None:
    write(shop, "10", type="single_line_text_field")
    assert codes(shop.data(MAKE, definition=definition("id"))["metafieldDefinitionCreate"]) == ["UNSTRUCTURED_ALREADY_EXISTS"]
    assert make(shop, "number_integer")["metafieldsCount"] == 1
    read = 'query ($id: ID!) { product(id: $id) { metafield(namespace: "mplus", key: "fabric") { type jsonValue } } }'
    assert shop.data(read, id=PRODUCT)["product"]["metafield"] == {"type": "number_integer", "jsonValue": 10}


def test_a_definition_is_changed_but_not_what_it_is_found_by(shop: Caller) -> None:
    made = make(shop, description="waarvan")
    changes = {
        "name": "Materiaal",
        "pin": True,
        "access": {"storefront": "PUBLIC_READ"},
        "capabilities": {"adminFilterable": {"enabled": True}},
    }
    named = {"namespace": "mplus", "key": "fabric", "ownerType": "PRODUCT"}
    after = shop.data(CHANGE, definition={**named, **changes})["metafieldDefinitionUpdate"]["updatedDefinition"]
    assert {name for name in made if made[name] != after[name]} == {"name", "pinnedPosition", "access", "capabilities"}
    query = "query ($identifier: MetafieldDefinitionIdentifierInput) { metafieldDefinition(identifier: $identifier) { name } }"
    assert shop.data(query, identifier=named)["metafieldDefinition"] == {"name": "Materiaal"}
    missing = shop.data(CHANGE, definition={**named, "key": "other"})["metafieldDefinitionUpdate"]
    assert codes(missing) == ["NOT_FOUND"]


def test_definitions_are_pinned_up_to_a_limit(shop: Caller) -> None:
    made = [make(shop, key=f"key_{number}", pin=number < 20)["id"] for number in range(21)]
    assert codes(shop.data(PIN, id=made[20])["metafieldDefinitionPin"]) == ["PINNED_LIMIT_REACHED"]
    assert codes(shop.data(PIN, id=made[0])["metafieldDefinitionPin"]) == ["ALREADY_PINNED"]
    assert shop.data(UNPIN, id=made[0])["metafieldDefinitionUnpin"]["unpinnedDefinition"] == {"pinnedPosition": None}
    assert codes(shop.data(UNPIN, id=made[0])["metafieldDefinitionUnpin"]) == ["NOT_PINNED"]
    assert shop.data(PIN, id=made[20])["metafieldDefinitionPin"]["pinnedDefinition"] == {"pinnedPosition": 21}
    query = "{ metafieldDefinitions(first: 50, ownerType: PRODUCT, pinnedStatus: UNPINNED) { nodes { key } } }"
    assert shop.data(query)["metafieldDefinitions"]["nodes"] == [{"key": "key_0"}]


def test_some_definitions_go_only_with_their_values(shop: Caller) -> None:
    made = make(shop, "id")
    write(shop, "A-1")
    identifier = {"namespace": "mplus", "key": "fabric", "ownerType": "PRODUCT"}
    assert codes(shop.data(DELETE, identifier=identifier, all=False)["metafieldDefinitionDelete"]) == ["ID_TYPE_DELETION_ERROR"]
    payload = shop.data(DELETE, identifier=identifier, all=True)["metafieldDefinitionDelete"]
    assert payload == {"deletedDefinitionId": made["id"], "deletedDefinition": identifier, "userErrors": []}
    read = 'query ($id: ID!) { product(id: $id) { metafield(namespace: "mplus", key: "fabric") { value } } }'
    assert shop.data(read, id=PRODUCT)["product"]["metafield"] is None
    assert codes(shop.data(DELETE, id=made["id"], all=True)["metafieldDefinitionDelete"]) == ["NOT_FOUND"]


def test_an_apps_own_namespace_has_a_short_name(shop: Caller) -> None:
    made = make(shop, namespace="$app:till")
    assert made["namespace"] == "app--1--till"
    written = write(shop, "Wol", namespace="$app:till")["metafields"][0]
    assert written["namespace"] == "app--1--till"
    read = 'query ($id: ID!) { product(id: $id) { metafield(namespace: "$app:till", key: "fabric") { value } } }'
    assert shop.data(read, id=PRODUCT)["product"]["metafield"] == {"value": "Wol"}
    assert codes(write(shop, "x", namespace="app--99", type="single_line_text_field")) == ["APP_NOT_AUTHORIZED"]


def test_values_are_deleted_and_those_that_are_not_there_are_null(shop: Caller) -> None:
    write(shop, "Wol", type="single_line_text_field")
    query = """mutation ($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) {
      deletedMetafields { ownerId namespace key } userErrors { field message } } }"""
    here = {"ownerId": PRODUCT, "namespace": "mplus", "key": "fabric"}
    payload = shop.data(query, metafields=[here, {**here, "key": "none"}])["metafieldsDelete"]
    assert payload == {"deletedMetafields": [here, None], "userErrors": []}
    lost = shop.data(query, metafields=[{**here, "ownerId": "gid://shopify/Product/9"}])["metafieldsDelete"]
    assert lost["userErrors"] == [{"field": ["metafields", "0", "ownerId"], "message": "Owner does not exist."}]


def test_products_are_found_by_a_metafield_that_is_made_for_filtering(shop: Caller) -> None:
    made = put(shop, title="Sok", metafields=[{"namespace": "mplus", "key": "fabric", "type": "single_line_text_field", "value": "Wol"}])
    query = "query ($query: String!) { products(first: 9, query: $query) { nodes { id } } }"
    error = shop.error(query, query="metafields.mplus.fabric:Wol")
    assert error["extensions"]["code"] == "BAD_REQUEST"
    make(shop, capabilities={"adminFilterable": {"enabled": True}})
    assert shop.data(query, query="metafields.mplus.fabric:Wol")["products"]["nodes"] == [{"id": made["id"]}]
    assert shop.data(query, query='metafields.mplus.fabric:"Zijde"')["products"]["nodes"] == []


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(sorted(TYPES)), value=st.text(max_size=40))
def test_any_text_is_either_of_a_type_or_not(kind: str, value: str) -> None:
    if is_valid(kind, value):
        assert is_valid(kind, kept(kind, value)), "what is kept is of the type as well"
