"""Products that an app or a person makes, changes and deletes, and what Shopify makes of their texts."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.assortment import CREATE, UPDATE, coat, option, put, read
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.writing import define_custom_id


def create(shop: Caller, **product: Any) -> Any:
    payload = shop.data(CREATE, product=product)["productCreate"]
    assert payload["userErrors"] == []
    return payload["product"]


def update(shop: Caller, product: dict[str, Any], **changes: Any) -> Any:
    payload = shop.data(UPDATE, product={"id": product["id"], **changes})["productUpdate"]
    assert payload["userErrors"] == []
    return payload["product"]


def test_a_product_with_options_begins_with_their_first_values(shop: Caller) -> None:
    made = create(shop, title="Sok", productOptions=[option("Maat", "36", "39"), option("Kleur", "Zwart")])
    assert [entry["title"] for entry in made["variants"]["nodes"]] == ["36 / Zwart"]
    assert [entry["values"] for entry in made["options"]] == [["36"], ["Zwart"]], "values without a variant are option values only"
    assert [value["hasVariants"] for value in made["options"][0]["optionValues"]] == [True, False]


def test_an_update_changes_only_what_it_names(shop: Caller) -> None:
    made = create(shop, title="Sok", vendor="Noord", tags=["a"], descriptionHtml="<p>warm</p>", productType="Textiel")
    shop.clock.pass_seconds(5)
    after = update(shop, made, title=" Sokken ", seo={"title": "Sokken kopen"})
    changed = {name for name in made if made[name] != after[name]}
    assert changed == {"title", "seo", "updatedAt"}
    assert after["title"] == "Sokken"


def test_what_a_person_added_survives_updates(shop: Caller) -> None:
    made = coat(shop)
    note = {"namespace": "custom", "key": "wash", "type": "single_line_text_field", "value": "30"}
    media = [{"originalSource": "https://example.nl/a.jpg", "mediaContentType": "IMAGE", "alt": "voor"}]
    person = shop.data(UPDATE, product={"id": made["id"], "metafields": [note], "tags": ["mooi"]}, media=media)["productUpdate"]["product"]
    after = update(shop, made, title="Regenjas lang", metafields=[{**note, "key": "care", "value": "nat"}])
    assert [entry["key"] for entry in after["metafields"]["nodes"]] == ["wash", "care"]
    assert after["tags"] == ["mooi"]
    assert after["media"] == person["media"]
    assert len(after["variants"]["nodes"]) == 3


def test_a_product_is_found_for_an_update_by_handle_and_custom_id(shop: Caller) -> None:
    define_custom_id(shop, "PRODUCT", "article_id")
    made = create(shop, title="Sok", metafields=[{"namespace": "mplus", "key": "article_id", "value": "7"}])
    custom = {"customId": {"namespace": "mplus", "key": "article_id", "value": "7"}}
    for number, identifier in enumerate(({"handle": "sok"}, custom, {"id": made["id"]})):
        payload = shop.data(UPDATE, product={"vendor": f"V{number}"}, identifier=identifier)["productUpdate"]
        assert (payload["product"]["id"], payload["product"]["vendor"]) == (made["id"], f"V{number}")
    missing = shop.data(UPDATE, product={"vendor": "x"}, identifier={"handle": "weg"})["productUpdate"]
    assert missing == {"product": None, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}


@pytest.mark.parametrize(
    ("title", "handle"),
    [("Crème brûlée", "creme-brulee"), ("Straße 5", "strasse-5"), ("50% korting!", "50-korting"), ("日本", "product"), ("A_b", "a_b")],
)
def test_a_handle_is_made_of_the_title(shop: Caller, title: str, handle: str) -> None:
    assert create(shop, title=title)["handle"] == handle
    assert create(shop, title=title)["handle"] == f"{handle}-1"


def test_a_handle_can_be_changed_and_the_old_one_is_free(shop: Caller) -> None:
    made = create(shop, title="Sok")
    assert update(shop, made, handle="Wollen Sok")["handle"] == "wollen-sok"
    query = "query ($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id } }"
    assert shop.data(query, handle="sok")["productByIdentifier"] is None
    assert shop.data(query, handle="wollen-sok")["productByIdentifier"] == {"id": made["id"]}
    assert create(shop, title="Sok")["handle"] == "sok"


def test_a_handle_of_another_product_is_refused(shop: Caller) -> None:
    made = create(shop, title="Sok")
    payload = shop.data(UPDATE, product={"id": made["id"], "handle": "jas-1", "title": "Jas"})["productUpdate"]
    message = "Handle 'jas-1' already in use. Please provide a new handle."
    assert payload["userErrors"] == [{"field": ["input", "handle"], "message": message}]
    assert payload["product"]["title"] == "Sok", "nothing was changed"


def test_status_and_tags_have_mutations_of_their_own(shop: Caller) -> None:
    made = create(shop, title="Sok", tags=["Wol"])
    query = """mutation ($id: ID!) {
      productChangeStatus(productId: $id, status: ARCHIVED) { product { status } userErrors { code } }
      tagsAdd(id: $id, tags: ["warm", "WOL", "Nieuw, zacht"]) { node { ... on Product { tags } } userErrors { message } }
      tagsRemove(id: $id, tags: ["WARM"]) { node { ... on Product { tags } } userErrors { message } } }"""
    answer = shop.data(query, id=made["id"])
    assert answer["productChangeStatus"] == {"product": {"status": "ARCHIVED"}, "userErrors": []}
    assert answer["tagsAdd"]["node"]["tags"] == ["Nieuw", "warm", "Wol", "zacht"]
    assert answer["tagsRemove"]["node"]["tags"] == ["Nieuw", "Wol", "zacht"]
    unknown = shop.data('mutation { productChangeStatus(productId: "gid://shopify/Product/9", status: DRAFT) { userErrors { code } } }')
    assert unknown["productChangeStatus"]["userErrors"] == [{"code": "PRODUCT_NOT_FOUND"}]


def test_a_deleted_product_is_gone_and_its_sales_stay(shop: Caller) -> None:
    query = "mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId userErrors { message } } }"
    jacket = "gid://shopify/Product/7000001"
    assert shop.data(query, id=jacket)["productDelete"] == {"deletedProductId": jacket, "userErrors": []}
    assert shop.data(query, id=jacket)["productDelete"]["userErrors"] == [{"message": "Product does not exist"}]
    assert read(shop, {"id": jacket}) is None
    assert shop.data('{ productVariants(first: 9, query: "sku:1001") { nodes { id } } }')["productVariants"]["nodes"] == []
    lines = '{ order(id: "gid://shopify/Order/5001") { lineItems(first: 9) { nodes { sku variant { id } product { id } } } } }'
    assert {"sku": "1001", "variant": None, "product": None} in shop.data(lines)["order"]["lineItems"]["nodes"]
    assert create(shop, title="Jas", handle="jas-1")["handle"] == "jas-1", "the handle is free again"


def test_a_product_can_be_deleted_later(shop: Caller) -> None:
    shop.sandbox.switches["job_seconds"] = 5.0
    made = create(shop, title="Sok")
    query = """mutation ($id: ID!) { productDelete(input: {id: $id}, synchronous: false) {
      deletedProductId productDeleteOperation { id status } } }"""
    operation = shop.data(query, id=made["id"])["productDelete"]["productDeleteOperation"]
    assert read(shop, made) is not None
    shop.clock.pass_seconds(6)
    look = "query ($id: ID!) { productOperation(id: $id) { status ... on ProductDeleteOperation { deletedProductId } } }"
    assert shop.data(look, id=operation["id"])["productOperation"] == {"status": "COMPLETE", "deletedProductId": made["id"]}
    assert read(shop, made) is None


def test_two_products_may_have_one_sku_and_say_so(shop: Caller) -> None:
    first = put(shop, title="A", productOptions=[option("Title", "Default Title")], variants=[sku("D1")])
    put(shop, title="B", productOptions=[option("Title", "Default Title")], variants=[sku("D1")])
    found = shop.data('{ productVariants(first: 9, query: "sku:D1") { nodes { inventoryItem { duplicateSkuCount } } } }')
    assert found["productVariants"]["nodes"] == [{"inventoryItem": {"duplicateSkuCount": 1}}] * 2
    shop.data("mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }", id=first["id"])
    found = shop.data('{ productVariants(first: 9, query: "sku:D1") { nodes { inventoryItem { duplicateSkuCount } } } }')
    assert found["productVariants"]["nodes"] == [{"inventoryItem": {"duplicateSkuCount": 0}}]


def sku(code: str) -> dict[str, Any]:
    return {"sku": code, "optionValues": [{"optionName": "Title", "name": "Default Title"}]}


def test_a_product_joins_and_leaves_collections_from_its_own_side(shop: Caller) -> None:
    make = "mutation ($title: String!) { collectionCreate(collection: {title: $title}) { collection { id } userErrors { message } } }"
    summer, winter = (shop.data(make, title=title)["collectionCreate"]["collection"]["id"] for title in ("Zomer", "Winter"))
    made = create(shop, title="Sok", collectionsToJoin=[summer])
    inside = "query ($id: ID!) { product(id: $id) { collections(first: 9) { nodes { id } } } }"

    def collections() -> list[str]:
        return [entry["id"] for entry in shop.data(inside, id=made["id"])["product"]["collections"]["nodes"]]

    assert collections() == [summer]
    update(shop, made, collectionsToJoin=[winter], collectionsToLeave=[summer])
    assert collections() == [winter]
    put(shop, {"id": made["id"]}, collections=[summer])
    assert collections() == [summer], "productSet's list is complete"
    update(shop, made, title="Sokken")
    assert collections() == [summer], "and what is not named stays"


def test_a_product_survives_a_restart(shop: Caller, tmp_path: Any) -> None:
    made = coat(shop, files=[{"originalSource": "https://example.nl/a.jpg"}], descriptionHtml="<p>x</p>")
    before = read(shop, made)
    shop.sandbox.save(tmp_path)
    shop.sandbox.load(tmp_path)
    assert read(shop, made) == before
    assert put(shop, title="Nieuw")["id"] > made["id"]
