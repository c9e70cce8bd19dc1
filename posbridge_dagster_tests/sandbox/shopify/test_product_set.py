"""productSet: lists that are given are complete, what is not named stays, and what cannot be changes nothing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posbridge_dagster_tests.sandbox.shopify.assortment import SET, coat, option, put, read, refused, skus, variant
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.writing import define_custom_id

BY_ARTICLE = {"customId": {"namespace": "mplus", "key": "article_id", "value": "A-1"}}
DEFAULT: dict[str, Any] = {"productOptions": [option("Title", "Default Title")]}


def test_a_product_is_kept_as_shopify_keeps_it(shop: Caller) -> None:
    made = put(
        shop,
        title="  Koffie, 1 kg ",
        tags=["warm", "Bio", "bio", "Aanbieding, nieuw"],
        descriptionHtml="<p>Versgebrand &amp; <b>fair</b></p>",
        seo={"title": " Koffie ", "description": ""},
        category="gid://shopify/TaxonomyCategory/fb-2-3",
        **DEFAULT,
        variants=[
            {
                **variant("K1", "12.1", Title=" Default Title "),
                "compareAtPrice": "15",
                "barcode": "8712345678901",
                "inventoryItem": {
                    "tracked": True,
                    "cost": "6.255",
                    "countryCodeOfOrigin": "NL",
                    "harmonizedSystemCode": "090121",
                    "measurement": {"weight": {"value": 1.25, "unit": "KILOGRAMS"}},
                },
                "inventoryQuantities": [{"locationId": "gid://shopify/Location/1", "name": "available", "quantity": 7}],
            }
        ],
    )
    assert (made["title"], made["handle"], made["vendor"], made["status"]) == ("Koffie, 1 kg", "koffie-1-kg", "sandbox", "ACTIVE")
    assert made["tags"] == ["Aanbieding", "Bio", "nieuw", "warm"]
    assert (made["descriptionHtml"], made["description"]) == ("<p>Versgebrand &amp; <b>fair</b></p>", "Versgebrand & fair")
    assert made["seo"] == {"title": "Koffie", "description": None}
    assert made["category"] == {"id": "gid://shopify/TaxonomyCategory/fb-2-3"}
    assert (made["publishedAt"], made["hasOnlyDefaultVariant"], made["totalInventory"]) == (None, True, 7)
    (only,) = made["variants"]["nodes"]
    assert (only["title"], only["price"], only["compareAtPrice"], only["inventoryPolicy"]) == ("Default Title", "12.10", "15.00", "DENY")
    assert only["inventoryItem"] | {"id": ""} == {
        "id": "",
        "sku": "K1",
        "tracked": True,
        "requiresShipping": True,
        "duplicateSkuCount": 0,
        "unitCost": {"amount": "6.26", "currencyCode": "EUR"},
        "countryCodeOfOrigin": "NL",
        "harmonizedSystemCode": "090121",
        "measurement": {"weight": {"value": 1.25, "unit": "KILOGRAMS"}},
    }


def test_without_options_there_is_one_variant_that_costs_nothing(shop: Caller) -> None:
    made = put(shop, title="Kaars")
    (only,) = made["variants"]["nodes"]
    assert (only["title"], only["sku"], only["price"], only["inventoryItem"]["tracked"]) == ("Default Title", None, "0.00", False)


def test_what_a_complete_list_leaves_out_is_deleted_and_what_is_not_named_stays(shop: Caller) -> None:
    note = {"namespace": "custom", "key": "wash", "type": "single_line_text_field", "value": "30"}
    made = coat(shop, metafields=[note, {**note, "key": "care", "value": "nat"}], tags=["regen"], vendor="Noord")
    by_sku = {entry["sku"]: entry["id"] for entry in made["variants"]["nodes"]}
    kept = [variant("J3", "11", Kleur="Blauw", Maat="S"), variant("J4", Kleur="Blauw", Maat="M")]
    after = put(
        shop,
        {"id": made["id"]},
        productOptions=[option("Kleur", "Blauw"), option("Maat", "S", "M")],
        variants=kept,
        metafields=[note],
    )
    assert skus(after) == ["J3", "J4"]
    assert after["variants"]["nodes"][0]["id"] == by_sku["J3"], "a variant with the same values stays itself"
    assert after["variants"]["nodes"][0]["price"] == "11.00"
    assert [entry["key"] for entry in after["metafields"]["nodes"]] == ["wash"]
    assert [entry["values"] for entry in after["options"]] == [["Blauw"], ["S", "M"]]
    assert (after["title"], after["tags"], after["vendor"], after["handle"]) == ("Regenjas", ["regen"], "Noord", "regenjas")
    gone = shop.data("query ($id: ID!) { productVariant(id: $id) { id } }", id=by_sku["J1"])
    assert gone["productVariant"] is None


def test_a_variant_named_by_id_may_change_its_values_and_a_renamed_value_keeps_its_variants(shop: Caller) -> None:
    made = coat(shop)
    colours, sizes = made["options"]
    red = colours["optionValues"][0]["id"]
    moved = {**variant("J2", Kleur="Rood", Maat="L"), "id": made["variants"]["nodes"][1]["id"]}
    renamed = [
        {"id": colours["id"], "values": [{"id": red, "name": "Robijn"}]},
        {"id": sizes["id"], "values": [{"name": "S"}, {"name": "L"}]},
    ]
    moved["optionValues"][0]["name"] = "Robijn"
    after = put(shop, {"id": made["id"]}, productOptions=renamed, variants=[variant("J1", Kleur="Robijn", Maat="S"), moved])
    assert [entry["title"] for entry in after["variants"]["nodes"]] == ["Robijn / S", "Robijn / L"]
    assert [entry["id"] for entry in after["variants"]["nodes"]] == [entry["id"] for entry in made["variants"]["nodes"][:2]]


def test_a_custom_id_makes_a_product_once_and_finds_it_again(shop: Caller) -> None:
    define_custom_id(shop, "PRODUCT", "article_id")
    first = put(shop, BY_ARTICLE, title="Koffie")
    again = put(shop, BY_ARTICLE, title="Koffie mild")
    assert (again["id"], again["title"], again["handle"]) == (first["id"], "Koffie mild", "koffie")
    assert first["metafields"]["nodes"] == [{"namespace": "mplus", "key": "article_id", "type": "id", "value": "A-1"}]
    other = [{"namespace": "mplus", "key": "article_id", "type": "id", "value": "A-1"}]
    assert refused(shop, title="Thee", metafields=other) == [("input.metafields.0.value", "CAPABILITY_VIOLATION")]
    wrong = [{**other[0], "value": "A-2"}]
    assert refused(shop, BY_ARTICLE, title="Thee", metafields=wrong) == [("input", "METAFIELD_MISMATCH")]


def test_a_custom_id_without_its_definition_is_an_error(shop: Caller) -> None:
    error = shop.error(SET, input={"title": "Koffie"}, identifier=BY_ARTICLE)
    assert error["extensions"]["code"] == "NOT_FOUND"


def test_a_handle_finds_a_product_or_makes_it(shop: Caller) -> None:
    first = put(shop, {"handle": "thee"}, title="Thee", handle="thee")
    assert put(shop, {"handle": "thee"}, title="Groene thee", handle="thee")["id"] == first["id"]
    assert refused(shop, {"handle": "thee"}, title="Thee") == [("input", "MISSING_FIELD_REQUIRED")]
    assert refused(shop, {"handle": "thee"}, title="Thee", handle="koffie") == [("input", "INPUT_MISMATCH")]
    assert refused(shop, {"id": first["id"]}, title="Thee", id=first["id"]) == [("input", "ID_NOT_ALLOWED")]
    assert refused(shop, title="Thee", handle="thee") == [("input.handle", "HANDLE_NOT_UNIQUE")]
    assert put(shop, title="Thee")["handle"] == "thee-1", "a handle made of the title gets a number"


def test_an_unknown_id_makes_nothing(shop: Caller) -> None:
    assert refused(shop, {"id": "gid://shopify/Product/99"}, title="Spook") == [("identifier.id", "PRODUCT_DOES_NOT_EXIST")]


TWO = [option("Maat", "S", "M")]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"title": " "}, [("input.title", "INVALID_PRODUCT")]),
        ({"title": "x", "tags": ["y" * 256]}, [("input.tags", "INVALID_PRODUCT")]),
        ({"title": "x", "productOptions": TWO}, [("input.variants", "VARIANTS_INPUT_MISSING")]),
        ({"title": "x", "variants": [variant("1", Maat="S")]}, [("input.productOptions", "PRODUCT_OPTIONS_INPUT_MISSING")]),
        (
            {"title": "x", "productOptions": [option(name, "1") for name in "ABCD"], "variants": [variant("1", A="1")]},
            [("input.productOptions", "OPTIONS_OVER_LIMIT")],
        ),
        (
            {"title": "x", "productOptions": [option("Maat", "S"), option("maat", "S")], "variants": [variant("1", Maat="S")]},
            [("input.productOptions.1.name", "DUPLICATED_OPTION_NAME")],
        ),
        (
            {"title": "x", "productOptions": [option("Maat", "S", " S ")], "variants": [variant("1", Maat="S")]},
            [("input.productOptions.0.values.1.name", "DUPLICATED_OPTION_VALUE")],
        ),
        (
            {"title": "x", "productOptions": [{"name": "Maat"}], "variants": [variant("1", Maat="S")]},
            [("input.productOptions.0.values", "OPTION_VALUES_MISSING")],
        ),
        (
            {"title": "x", "productOptions": TWO, "variants": [variant("1", Kleur="S")]},
            [("input.variants.0.optionValues.0", "OPTION_DOES_NOT_EXIST")],
        ),
        (
            {"title": "x", "productOptions": TWO, "variants": [variant("1", Maat="XL")]},
            [("input.variants.0.optionValues.0", "OPTION_VALUE_DOES_NOT_EXIST")],
        ),
        ({"title": "x", "productOptions": TWO, "variants": [variant("1")]}, [("input.variants.0.optionValues", "INVALID_VARIANT")]),
        (
            {"title": "x", "productOptions": TWO, "variants": [variant("1", Maat="S"), variant("2", Maat="S")]},
            [("input.variants.1", "INVALID_VARIANT")],
        ),
        (
            {"title": "x", "productOptions": TWO, "variants": [variant("1", "-1", Maat="S")]},
            [("input.variants.0.price", "INVALID_VARIANT")],
        ),
        (
            {"title": "x", "productOptions": TWO, "variants": [{**variant("1", Maat="S"), "id": "gid://shopify/ProductVariant/1"}]},
            [("input.variants.0.id", "PRODUCT_VARIANT_DOES_NOT_EXIST")],
        ),
        (
            {"title": "x", "metafields": [{"namespace": "custom", "key": "hot", "type": "boolean", "value": "ja"}]},
            [("input.metafields.0.value", "INVALID_METAFIELD")],
        ),
        ({"title": "x", "collections": ["gid://shopify/Collection/9"]}, [("input.collections.0", "INVALID_INPUT")]),
    ],
)
def test_what_cannot_be_is_refused_with_code_and_path(shop: Caller, given: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert refused(shop, **given) == errors


def test_one_custom_id_cannot_be_given_to_two_variants(shop: Caller) -> None:
    define_custom_id(shop, "PRODUCTVARIANT", "article_id")
    held = {"metafields": [{"namespace": "mplus", "key": "article_id", "value": "1"}]}
    variants = [{**variant("1", Maat="S"), **held}, {**variant("2", Maat="M"), **held}]
    assert refused(shop, title="x", productOptions=TWO, variants=variants) == [
        ("input.variants.1.metafields.0.value", "CAPABILITY_VIOLATION")
    ]
    made = put(shop, title="x", productOptions=TWO, variants=[variants[0], variant("2", Maat="M")])
    identifier = {"customId": {"namespace": "mplus", "key": "article_id", "value": "1"}}
    query = "query ($identifier: ProductVariantIdentifierInput!) { productVariantByIdentifier(identifier: $identifier) { id sku } }"
    assert shop.data(query, identifier=identifier)["productVariantByIdentifier"]["id"] == made["variants"]["nodes"][0]["id"]


def test_2048_variants_fit_and_one_more_does_not(shop: Caller) -> None:
    names = [str(number) for number in range(2049)]
    fits: dict[str, Any] = {
        "title": "Knopen",
        "productOptions": [option("Nr", *names[:2048])],
        "variants": [variant(name, Nr=name) for name in names[:2048]],
    }
    made = put(shop, **fits)
    assert made["variantsCount"] == {"count": 2048}
    assert made["variants"]["pageInfo"] == {"hasNextPage": True}
    error = shop.error(SET, input={**fits, "variants": [*fits["variants"], variant("2048", Nr="2048")]})
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert "2049" in error["message"]


def test_a_product_set_later_is_there_when_its_operation_is_complete(shop: Caller) -> None:
    shop.sandbox.switches["job_seconds"] = 5.0
    payload = shop.data(SET, input={"title": "Traag"}, sync=False)["productSet"]
    assert payload["product"] is None
    assert payload["productSetOperation"]["status"] == "CREATED"
    look = """query ($id: ID!) { productOperation(id: $id) { __typename status product { handle }
      ... on ProductSetOperation { id userErrors { field code } } } }"""
    waiting = shop.data(look, id=payload["productSetOperation"]["id"])["productOperation"]
    assert (waiting["status"], waiting["product"]) == ("ACTIVE", None)
    shop.clock.pass_seconds(6)
    done = shop.data(look, id=payload["productSetOperation"]["id"])["productOperation"]
    assert (done["__typename"], done["status"], done["product"]) == ("ProductSetOperation", "COMPLETE", {"handle": "traag"})


def test_a_product_set_later_in_vain_says_why(shop: Caller) -> None:
    payload = shop.data(SET, input={"title": ""}, sync=False)["productSet"]
    look = "query ($id: ID!) { productOperation(id: $id) { status product { id } ... on ProductSetOperation { userErrors { code } } } }"
    done = shop.data(look, id=payload["productSetOperation"]["id"])["productOperation"]
    assert done == {"status": "COMPLETE", "product": None, "userErrors": [{"code": "INVALID_PRODUCT"}]}


def test_stock_of_a_variant_that_is_there_is_set_where_it_is_stocked(shop: Caller) -> None:
    def at(location: int, quantity: int) -> dict[str, Any]:
        place = {"locationId": f"gid://shopify/Location/{location}", "name": "available", "quantity": quantity}
        return {**DEFAULT, "variants": [{**variant("1", Title="Default Title"), "inventoryQuantities": [place]}]}

    made = put(shop, title="Lamp", **at(1, 5))
    assert put(shop, {"id": made["id"]}, **at(1, 8))["variants"]["nodes"][0]["inventoryQuantity"] == 8
    wrong = [("input.variants.0.inventoryQuantities.0.locationId", "INVALID_VARIANT")]
    assert refused(shop, {"id": made["id"]}, **at(2, 3)) == wrong
    assert refused(shop, {"id": made["id"]}, **at(9, 3)) == wrong, "there is no such location"


def test_images_are_a_complete_list_and_others_are_untouched(shop: Caller) -> None:
    made = put(shop, title="Lamp", files=[{"originalSource": "https://example.nl/a.jpg", "alt": "A"}])
    (picture,) = made["media"]["nodes"]
    untouched = put(shop, {"id": made["id"]}, title="Lamp groot")
    assert untouched["media"]["nodes"] == [picture]
    files = [{"originalSource": "https://example.nl/b.jpg"}, {"id": picture["id"]}]
    after = put(shop, {"id": made["id"]}, files=files)
    assert [entry["image"]["url"] for entry in after["media"]["nodes"]] == ["https://example.nl/b.jpg", "https://example.nl/a.jpg"]


def test_big_inputs_cost_more(shop: Caller) -> None:
    small = shop.ask(SET.replace("identifier: $identifier, ", "").replace("$identifier: ProductSetIdentifiers, ", ""), input={"title": "x"})
    variants = [variant(str(number), Nr=str(number)) for number in range(100)]
    numbers = option("Nr", *map(str, range(100)))
    large = shop.ask(SET, input={"title": "y", "productOptions": [numbers], "variants": variants})
    costs = [answer["extensions"]["cost"]["requestedQueryCost"] for answer in (small, large)]
    assert costs[1] - costs[0] == 20, "0.2 points per variant"


def test_a_change_moves_the_stamp_of_product_and_variant(shop: Caller) -> None:
    made = coat(shop)
    shop.clock.pass_seconds(60)
    put(shop, {"id": made["id"]}, title="Regenjas lang")
    after = read(shop, made)
    assert after["updatedAt"] > made["updatedAt"]
    assert after["createdAt"] == made["createdAt"]
    assert after["variants"]["nodes"][0]["updatedAt"] == made["variants"]["nodes"][0]["updatedAt"], "its variants were not named"


def test_a_caller_without_the_right_to_write_products_is_refused(shop: Caller) -> None:
    shop.sandbox.switches["scopes"] = ["read_products"]
    error = shop.error('mutation { productSet(input: {title: "x"}) { userErrors { code } } }')
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert "write_products" in error["message"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1, max_size=40), tags=st.lists(st.text(max_size=12), max_size=5), price=st.decimals(0, 9999, places=3))
def test_what_was_read_can_be_set_again_without_a_change(shop: Caller, title: str, tags: list[str], price: Decimal) -> None:
    given_options = [option("Maat", " S", "M ")]
    variants = [variant("A", str(price), Maat="S"), variant("B", str(price), Maat="M")]
    payload = shop.data(SET, input={"title": title, "tags": tags, "productOptions": given_options, "variants": variants})["productSet"]
    made = payload["product"]
    if made is None:
        assert not title.strip()
        return
    again = put(
        shop,
        {"id": made["id"]},
        title=made["title"],
        tags=made["tags"],
        handle=made["handle"],
        productOptions=[option(entry["name"], *entry["values"]) for entry in made["options"]],
        variants=[variant(entry["sku"], entry["price"], Maat=entry["title"]) for entry in made["variants"]["nodes"]],
    )
    assert again == made


def test_a_category_of_another_kind_is_refused_before_anything_is_changed(shop: Caller) -> None:
    made = put(shop, title="Sok")
    error = shop.error(SET, input={"title": "Das", "category": "gid://shopify/Product/1"}, identifier={"id": made["id"]})
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    assert read(shop, made)["title"] == "Sok"
