"""Options of a product: what becomes of its variants when they change."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.assortment import coat, option, put, read, skus, variant
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

ADD = """mutation ($id: ID!, $options: [OptionCreateInput!]!, $strategy: ProductOptionCreateVariantStrategy) {
  productOptionsCreate(productId: $id, options: $options, variantStrategy: $strategy) {
    product { id } userErrors { field message code } } }"""
CHANGE = """mutation ($id: ID!, $option: OptionUpdateInput!, $add: [OptionValueCreateInput!], $update: [OptionValueUpdateInput!],
  $delete: [ID!], $strategy: ProductOptionUpdateVariantStrategy) { productOptionUpdate(productId: $id, option: $option,
  optionValuesToAdd: $add, optionValuesToUpdate: $update, optionValuesToDelete: $delete, variantStrategy: $strategy) {
  product { id } userErrors { field message code } } }"""
DELETE = """mutation ($id: ID!, $options: [ID!]!, $strategy: ProductOptionDeleteStrategy) {
  productOptionsDelete(productId: $id, options: $options, strategy: $strategy) { deletedOptionsIds userErrors { code } } }"""
ORDER = """mutation ($id: ID!, $options: [OptionReorderInput!]!) {
  productOptionsReorder(productId: $id, options: $options) { product { id } userErrors { field code } } }"""


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


def titles(product: dict[str, Any]) -> list[str]:
    return [entry["title"] for entry in product["variants"]["nodes"]]


def test_the_first_options_of_a_simple_product_replace_its_title(shop: Caller) -> None:
    made = put(shop, title="Kaars")
    assert codes(shop.data(ADD, id=made["id"], options=[option("Maat", "S", "M")])["productOptionsCreate"]) == []
    after = read(shop, made)
    assert titles(after) == ["S"]
    assert after["variants"]["nodes"][0]["id"] == made["variants"]["nodes"][0]["id"]
    assert [value["hasVariants"] for value in after["options"][0]["optionValues"]] == [True, False]


def test_a_further_option_gives_every_variant_its_first_value(shop: Caller) -> None:
    made = coat(shop)
    assert codes(shop.data(ADD, id=made["id"], options=[option("Stof", "Wol", "Katoen")])["productOptionsCreate"]) == []
    assert titles(read(shop, made)) == ["Rood / S / Wol", "Rood / M / Wol", "Blauw / S / Wol"]


def test_all_combinations_are_made_where_that_is_asked_for(shop: Caller) -> None:
    made = put(shop, title="Sok", productOptions=[option("Maat", "S")], variants=[variant("1", "7.50", Maat="S")])
    payload = shop.data(ADD, id=made["id"], options=[option("Kleur", "Zwart", "Wit")], strategy="CREATE")["productOptionsCreate"]
    assert codes(payload) == []
    after = read(shop, made)
    assert titles(after) == ["S / Zwart", "S / Wit"]
    assert [entry["price"] for entry in after["variants"]["nodes"]] == ["7.50", "7.50"]
    assert skus(after) == ["1", None]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([option("Stof", "Wol"), option("Snit", "Wijd")], ["OPTIONS_OVER_LIMIT"]),
        ([option("kleur", "Geel")], ["OPTION_ALREADY_EXISTS"]),
        ([{"name": "Stof"}], ["OPTION_VALUES_MISSING"]),
    ],
)
def test_options_that_cannot_be_added_change_nothing(shop: Caller, options: list[dict[str, Any]], expected: list[str]) -> None:
    made = coat(shop)
    assert codes(shop.data(ADD, id=made["id"], options=options)["productOptionsCreate"]) == expected
    assert read(shop, made) == made


def test_an_option_is_renamed_moved_and_gets_values(shop: Caller) -> None:
    made = coat(shop)
    colours = made["options"][0]
    red = colours["optionValues"][0]["id"]
    change = {"option": {"id": colours["id"], "name": "Tint", "position": 2}, "add": [{"name": "Geel"}]}
    payload = shop.data(CHANGE, id=made["id"], **change, update=[{"id": red, "name": "Robijn"}])["productOptionUpdate"]
    assert codes(payload) == []
    after = read(shop, made)
    assert [entry["name"] for entry in after["options"]] == ["Maat", "Tint"]
    assert sorted(titles(after)) == ["M / Robijn", "S / Blauw", "S / Robijn"]
    assert [value["name"] for value in after["options"][1]["optionValues"]] == ["Robijn", "Blauw", "Geel"]


def test_values_come_and_go_with_variants_where_they_are_managed(shop: Caller) -> None:
    made = coat(shop)
    colours = made["options"][0]
    red = colours["optionValues"][0]["id"]
    leave = shop.data(CHANGE, id=made["id"], option={"id": colours["id"]}, delete=[red])["productOptionUpdate"]
    assert codes(leave) == ["OPTION_VALUE_HAS_VARIANTS"]
    manage = {"option": {"id": colours["id"]}, "add": [{"name": "Geel"}], "delete": [red], "strategy": "MANAGE"}
    assert codes(shop.data(CHANGE, id=made["id"], **manage)["productOptionUpdate"]) == []
    assert sorted(titles(read(shop, made))) == ["Blauw / S", "Geel / M", "Geel / S"]


def test_an_unknown_option_or_value_is_refused(shop: Caller) -> None:
    made = coat(shop)
    unknown = shop.data(CHANGE, id=made["id"], option={"id": "gid://shopify/ProductOption/9"})["productOptionUpdate"]
    assert codes(unknown) == ["OPTION_DOES_NOT_EXIST"]
    option_id = made["options"][0]["id"]
    given = {"add": [{"name": "Rood"}], "update": [{"id": "gid://shopify/ProductOptionValue/9", "name": "x"}]}
    payload = shop.data(CHANGE, id=made["id"], option={"id": option_id, "position": 7, "name": "maat"}, **given)["productOptionUpdate"]
    assert codes(payload) == ["OPTION_ALREADY_EXISTS", "INVALID_POSITION", "OPTION_VALUE_ALREADY_EXISTS", "OPTION_VALUE_DOES_NOT_EXIST"]


def test_options_are_deleted_by_strategy(shop: Caller) -> None:
    made = coat(shop)
    sizes = [made["options"][1]["id"]]
    assert codes(shop.data(DELETE, id=made["id"], options=sizes)["productOptionsDelete"]) == ["CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES"]
    gentle = shop.data(DELETE, id=made["id"], options=sizes, strategy="NON_DESTRUCTIVE")["productOptionsDelete"]
    assert codes(gentle) == ["CANNOT_USE_NON_DESTRUCTIVE_STRATEGY"]
    payload = shop.data(DELETE, id=made["id"], options=sizes, strategy="POSITION")["productOptionsDelete"]
    assert payload == {"deletedOptionsIds": sizes, "userErrors": []}
    after = read(shop, made)
    assert (titles(after), skus(after)) == (["Rood", "Blauw"], ["J1", "J3"])


def test_without_any_option_left_a_product_is_simple_again(shop: Caller) -> None:
    made = put(shop, title="Sok", productOptions=[option("Maat", "S")], variants=[variant("1", Maat="S")])
    shop.data(DELETE, id=made["id"], options=[made["options"][0]["id"]])
    after = read(shop, made)
    assert (titles(after), skus(after), after["hasOnlyDefaultVariant"]) == (["Default Title"], ["1"], True)


def test_options_and_values_are_put_in_order_and_variants_follow(shop: Caller) -> None:
    made = coat(shop)
    order = [{"name": "Maat", "values": [{"name": "M"}, {"name": "S"}]}, {"name": "Kleur"}]
    assert codes(shop.data(ORDER, id=made["id"], options=order)["productOptionsReorder"]) == []
    assert titles(read(shop, made)) == ["M / Rood", "S / Rood", "S / Blauw"]
    assert codes(shop.data(ORDER, id=made["id"], options=order[:1])["productOptionsReorder"]) == ["MISSING_OPTION_NAME"]
    half = [{"name": "Maat", "values": [{"name": "M"}]}, {"name": "Kleur", "values": [{"name": "Paars"}, {"name": "Rood"}]}]
    assert codes(shop.data(ORDER, id=made["id"], options=half)["productOptionsReorder"]) == [
        "MISSING_OPTION_VALUE",
        "OPTION_VALUE_DOES_NOT_EXIST",
    ]
