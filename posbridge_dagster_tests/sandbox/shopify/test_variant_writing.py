"""Variants of one product: many at once, all or none unless a part is allowed."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.assortment import VARIANT, coat, option, put, read, skus, variant
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

MAKE = f"""mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!, $strategy: ProductVariantsBulkCreateStrategy) {{
  productVariantsBulkCreate(productId: $id, variants: $variants, strategy: $strategy) {{
    product {{ id }} productVariants {{ {VARIANT} }} userErrors {{ field message code }} }} }}"""
CHANGE = f"""mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean) {{
  productVariantsBulkUpdate(productId: $id, variants: $variants, allowPartialUpdates: $partial) {{
    product {{ id updatedAt }} productVariants {{ {VARIANT} }} userErrors {{ field message code }} }} }}"""
DELETE = """mutation ($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) {
  product { id } userErrors { field message code } } }"""


def bulk(sku: str, price: str = "10.00", /, **chosen: str) -> dict[str, Any]:
    """A variant as the bulk mutations take it: its SKU belongs to the inventory item."""
    given = variant(sku, price, **chosen)
    return {"inventoryItem": {"sku": given.pop("sku")}, **given}


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(".".join(error["field"] or []), error["code"]) for error in payload["userErrors"]]


def test_variants_are_added_with_values_that_the_product_did_not_have(shop: Caller) -> None:
    made = coat(shop)
    payload = shop.data(MAKE, id=made["id"], variants=[bulk("J4", "12.5", Kleur="Geel", Maat="L")])["productVariantsBulkCreate"]
    assert payload["userErrors"] == []
    assert [(entry["sku"], entry["title"], entry["price"], entry["position"]) for entry in payload["productVariants"]] == [
        ("J4", "Geel / L", "12.50", 4)
    ]
    after = read(shop, made)
    assert [entry["values"] for entry in after["options"]] == [["Rood", "Blauw", "Geel"], ["S", "M", "L"]]


def test_one_bad_variant_keeps_all_from_being_added(shop: Caller) -> None:
    made = coat(shop)
    variants = [
        bulk("J4", Kleur="Geel", Maat="S"),
        bulk("J5", Kleur="Rood", Maat="S"),
        bulk("J6", Kleur="Geel"),
        {**bulk("J7", Kleur="Geel", Maat="L"), "id": made["variants"]["nodes"][0]["id"]},
    ]
    payload = shop.data(MAKE, id=made["id"], variants=variants)["productVariantsBulkCreate"]
    assert codes(payload) == [
        ("variants.1", "VARIANT_ALREADY_EXISTS"),
        ("variants.2.optionValues", "NEED_TO_ADD_OPTION_VALUES"),
        ("variants.3.id", "NO_KEY_ON_CREATE"),
    ]
    assert payload["userErrors"][0]["message"] == "The variant 'Rood / S' already exists. Please change at least one option value."
    assert payload["productVariants"] is None
    assert len(read(shop, made)["variants"]["nodes"]) == 3


@pytest.mark.parametrize(
    ("strategy", "titles"),
    [("DEFAULT", ["S"]), ("REMOVE_STANDALONE_VARIANT", ["S"]), ("PRESERVE_STANDALONE_VARIANT", ["Default Title", "S"])],
)
def test_the_first_variant_makes_room_by_strategy(shop: Caller, strategy: str, titles: list[str]) -> None:
    made = put(shop, title="Kaars")
    payload = shop.data(MAKE, id=made["id"], variants=[bulk("1", Title="S")], strategy=strategy)["productVariantsBulkCreate"]
    assert payload["userErrors"] == []
    after = read(shop, made)
    assert [entry["title"] for entry in after["variants"]["nodes"]] == titles
    assert after["options"][0]["values"] == titles


def test_a_lone_variant_of_its_own_stays_unless_it_is_to_go(shop: Caller) -> None:
    made = put(shop, title="Kaars", productOptions=[option("Maat", "S")], variants=[variant("1", Maat="S")])
    shop.data(MAKE, id=made["id"], variants=[bulk("2", Maat="M")])
    assert skus(read(shop, made)) == ["1", "2"]


def test_stock_is_given_on_creation_only(shop: Caller) -> None:
    made = coat(shop)
    stock = [{"locationId": "gid://shopify/Location/2", "availableQuantity": 4}]
    payload = shop.data(MAKE, id=made["id"], variants=[{**bulk("J4", Kleur="Geel", Maat="S"), "inventoryQuantities": stock}])
    assert payload["productVariantsBulkCreate"]["productVariants"][0]["inventoryQuantity"] == 4
    number = made["variants"]["nodes"][0]["id"]
    payload = shop.data(CHANGE, id=made["id"], variants=[{"id": number, "inventoryQuantities": stock}])["productVariantsBulkUpdate"]
    assert codes(payload) == [("variants.0.inventoryQuantities", "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE")]


def test_prices_sku_cost_and_metafields_of_variants_are_changed(shop: Caller) -> None:
    made = coat(shop)
    first, second, _ = made["variants"]["nodes"]
    shop.clock.pass_seconds(5)
    note = {"namespace": "custom", "key": "fit", "type": "single_line_text_field", "value": "ruim"}
    changes = [
        {"id": first["id"], "price": "9.9", "compareAtPrice": "12", "inventoryItem": {"sku": "J1X", "cost": "4"}, "metafields": [note]},
        {"id": second["id"], "optionValues": [{"optionName": "Maat", "name": "XL"}], "inventoryPolicy": "CONTINUE", "taxable": False},
    ]
    payload = shop.data(CHANGE, id=made["id"], variants=changes)["productVariantsBulkUpdate"]
    assert payload["userErrors"] == []
    assert payload["product"]["updatedAt"] > made["updatedAt"]
    one, two = payload["productVariants"]
    assert (one["sku"], one["price"], one["compareAtPrice"], one["inventoryItem"]["unitCost"]["amount"]) == ("J1X", "9.90", "12.00", "4.0")
    assert one["metafields"]["nodes"] == [{"namespace": "custom", "key": "fit", "value": "ruim"}]
    assert (two["title"], two["inventoryPolicy"], two["taxable"], two["price"]) == ("Rood / XL", "CONTINUE", False, "10.00")
    assert shop.data('{ productVariants(first: 2, query: "sku:J1") { nodes { id } } }')["productVariants"]["nodes"] == []


def test_a_part_is_changed_where_that_is_allowed_and_nothing_where_not(shop: Caller) -> None:
    made = coat(shop)
    first, second, third = (entry["id"] for entry in made["variants"]["nodes"])
    changes = [
        {"id": first, "price": "1"},
        {"id": second, "price": "-1"},
        {"id": third, "optionValues": [{"optionName": "Kleur", "name": "Rood"}]},
        {"price": "2"},
        {"id": "gid://shopify/ProductVariant/9000001", "price": "2"},
    ]
    expected = [
        ("variants.1.price", "GREATER_THAN_OR_EQUAL_TO"),
        ("variants.2", "VARIANT_ALREADY_EXISTS"),
        ("variants.3.id", "PRODUCT_VARIANT_ID_MISSING"),
        ("variants.4.id", "PRODUCT_VARIANT_DOES_NOT_EXIST"),
    ]
    whole = shop.data(CHANGE, id=made["id"], variants=changes, partial=False)["productVariantsBulkUpdate"]
    assert codes(whole) == expected
    assert read(shop, made)["variants"]["nodes"][0]["price"] == "10.00"
    part = shop.data(CHANGE, id=made["id"], variants=changes, partial=True)["productVariantsBulkUpdate"]
    assert codes(part) == expected
    assert [entry["price"] for entry in read(shop, made)["variants"]["nodes"]] == ["1.00", "10.00", "10.00"]


def test_values_can_be_swapped_within_one_call(shop: Caller) -> None:
    made = put(shop, title="x", productOptions=[option("Maat", "S", "M")], variants=[variant("1", Maat="S"), variant("2", Maat="M")])
    first, second = (entry["id"] for entry in made["variants"]["nodes"])
    to_large = {"id": first, "optionValues": [{"optionName": "Maat", "name": "L"}]}
    to_small = {"id": second, "optionValues": [{"optionName": "Maat", "name": "S"}]}
    payload = shop.data(CHANGE, id=made["id"], variants=[to_large, to_small])["productVariantsBulkUpdate"]
    assert payload["userErrors"] == []
    assert [entry["title"] for entry in payload["productVariants"]] == ["L", "S"]


def test_variants_are_deleted_but_not_the_last(shop: Caller) -> None:
    made = coat(shop)
    first, second, third = (entry["id"] for entry in made["variants"]["nodes"])
    foreign = shop.data(DELETE, id=made["id"], ids=[first, "gid://shopify/ProductVariant/9000001"])["productVariantsBulkDelete"]
    assert codes(foreign) == [("variantsIds.1", "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT")]
    everything = shop.data(DELETE, id=made["id"], ids=[first, second, third])["productVariantsBulkDelete"]
    assert codes(everything) == [("variantsIds", "CANNOT_DELETE_LAST_VARIANT")]
    assert codes(shop.data(DELETE, id=made["id"], ids=[first, second])["productVariantsBulkDelete"]) == []
    after = read(shop, made)
    assert (skus(after), after["variants"]["nodes"][0]["position"]) == (["J3"], 1)
    assert [entry["values"] for entry in after["options"]] == [["Blauw"], ["S"]]


def test_variants_are_put_at_positions(shop: Caller) -> None:
    made = coat(shop)
    query = """mutation ($id: ID!, $positions: [ProductVariantPositionInput!]!) {
      productVariantsBulkReorder(productId: $id, positions: $positions) { product { id } userErrors { field message code } } }"""
    last, first = made["variants"]["nodes"][2]["id"], made["variants"]["nodes"][0]["id"]
    shop.data(query, id=made["id"], positions=[{"id": last, "position": 1}])
    assert skus(read(shop, made)) == ["J3", "J1", "J2"]
    wrong = [{"id": first, "position": 9}, {"id": first, "position": 1}, {"id": "gid://shopify/ProductVariant/1", "position": 1}]
    payload = shop.data(query, id=made["id"], positions=wrong)["productVariantsBulkReorder"]
    assert [code for _, code in codes(payload)] == ["INVALID_POSITION", "DUPLICATED_VARIANT_ID", "MISSING_VARIANT"]
    assert skus(read(shop, made)) == ["J3", "J1", "J2"]


@pytest.mark.parametrize(("query", "more"), [(MAKE, {"variants": []}), (CHANGE, {"variants": []}), (DELETE, {"ids": []})])
def test_variants_of_no_product_are_refused(shop: Caller, query: str, more: dict[str, Any]) -> None:
    (payload,) = shop.data(query, id="gid://shopify/Product/99", **more).values()
    assert codes(payload) == [("productId", "PRODUCT_DOES_NOT_EXIST")]


def test_a_shop_with_very_many_variants_makes_so_many_a_day(shop: Caller) -> None:
    shop.sandbox.switches["many_variants"] = 2
    names = [str(number) for number in range(1000)]
    made = put(shop, title="Knopen", productOptions=[option("Nr", *names)], variants=[variant(name, Nr=name) for name in names])
    refused = shop.post(MAKE, {"id": made["id"], "variants": [bulk("1000", Nr="1000")]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    changed = shop.data(CHANGE, id=made["id"], variants=[{"id": made["variants"]["nodes"][0]["id"], "price": "2"}])
    assert changed["productVariantsBulkUpdate"]["userErrors"] == []
    shop.sandbox.switches["plan"] = "plus"
    assert shop.data(MAKE, id=made["id"], variants=[bulk("1000", Nr="1000")])["productVariantsBulkCreate"]["userErrors"] == []
    shop.sandbox.switches["plan"] = "standard"
    shop.clock.pass_seconds(86400)
    assert shop.data(MAKE, id=made["id"], variants=[bulk("1001", Nr="1001")])["productVariantsBulkCreate"]["userErrors"] == []
