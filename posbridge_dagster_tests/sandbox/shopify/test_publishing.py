"""Where products are to be seen: nowhere, until an app publishes them."""

from datetime import timedelta
from typing import Any

from posbridge_dagster_tests.sandbox.shopify.assortment import put
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

POINT_OF_SALE, ONLINE_STORE = "gid://shopify/Publication/2", "gid://shopify/Publication/1"
PUBLISH = """mutation ($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) {
  publishable { publishedOnPublication(publicationId: "gid://shopify/Publication/2") ... on Product { updatedAt } }
  shop { name } userErrors { field message } } }"""
UNPUBLISH = """mutation ($id: ID!, $input: [PublicationInput!]!) { publishableUnpublish(id: $id, input: $input) {
  publishable { publishedOnPublication(publicationId: "gid://shopify/Publication/2") } userErrors { field message } } }"""
SEEN = """query ($id: ID!) { product(id: $id) { publishedAt publishedOnPublication(publicationId: "gid://shopify/Publication/1")
  resourcePublicationsCount { count }
  resourcePublicationsV2(first: 9) { nodes { isPublished publishDate publication { id catalog { title } } } }
  staged: resourcePublicationsV2(first: 9, onlyPublished: false) { nodes { isPublished publication { id } } }
  unpublishedPublications(first: 9) { nodes { id } } } }"""


def to(*publications: str, **more: Any) -> list[dict[str, Any]]:
    return [{"publicationId": publication, **more} for publication in publications]


def test_the_till_is_a_publication_of_an_app(shop: Caller) -> None:
    answer = shop.data(
        """{ publications(first: 9, catalogType: APP) { nodes { id autoPublish catalog { title } } }
        others: publications(first: 9, catalogType: MARKET) { nodes { id } } publicationsCount { count }
        publication(id: "gid://shopify/Publication/2") { name } }"""
    )
    shown = {entry["catalog"]["title"]: entry["id"] for entry in answer["publications"]["nodes"]}
    assert shown == {"Online Store": ONLINE_STORE, "Point of Sale": POINT_OF_SALE}
    assert not any(entry["autoPublish"] for entry in answer["publications"]["nodes"])
    assert (answer["others"]["nodes"], answer["publicationsCount"], answer["publication"]) == ([], {"count": 2}, {"name": "Point of Sale"})


def test_a_new_product_is_invisible_until_it_is_published(shop: Caller) -> None:
    made = put(shop, title="Sok")
    before = shop.data(SEEN, id=made["id"])["product"]
    assert (before["resourcePublicationsV2"]["nodes"], before["resourcePublicationsCount"]) == ([], {"count": 0})
    shop.clock.pass_seconds(5)
    payload = shop.data(PUBLISH, id=made["id"], input=to(POINT_OF_SALE))["publishablePublish"]
    assert payload["userErrors"] == []
    assert payload["publishable"]["publishedOnPublication"] is True
    assert payload["publishable"]["updatedAt"] > made["updatedAt"]
    after = shop.data(SEEN, id=made["id"])["product"]
    assert [entry["publication"]["catalog"]["title"] for entry in after["resourcePublicationsV2"]["nodes"]] == ["Point of Sale"]
    assert [entry["id"] for entry in after["unpublishedPublications"]["nodes"]] == [ONLINE_STORE]
    assert after["publishedAt"] is None, "it is not in the online store"


def test_a_product_that_is_not_active_is_published_but_not_visible(shop: Caller) -> None:
    made = put(shop, title="Sok", status="DRAFT")
    payload = shop.data(PUBLISH, id=made["id"], input=to(POINT_OF_SALE))["publishablePublish"]
    assert (payload["userErrors"], payload["publishable"]["publishedOnPublication"]) == ([], False)
    put(shop, {"id": made["id"]}, status="ACTIVE")
    again = shop.data(PUBLISH, id=made["id"], input=[])["publishablePublish"]
    assert again["publishable"]["publishedOnPublication"] is True


def test_only_the_online_store_publishes_at_a_later_moment(shop: Caller) -> None:
    made = put(shop, title="Sok")
    later = (shop.clock.now + timedelta(hours=1)).isoformat()
    payload = shop.data(PUBLISH, id=made["id"], input=to(POINT_OF_SALE, publishDate=later))["publishablePublish"]
    assert [error["field"] for error in payload["userErrors"]] == [["input", "0", "publishDate"]]
    shop.data(PUBLISH, id=made["id"], input=to(ONLINE_STORE, publishDate=later))
    waiting = shop.data(SEEN, id=made["id"])["product"]
    assert (waiting["publishedOnPublication"], waiting["resourcePublicationsV2"]["nodes"]) == (False, [])
    assert waiting["staged"]["nodes"] == [{"isPublished": False, "publication": {"id": ONLINE_STORE}}]
    shop.clock.pass_seconds(3601)
    assert shop.data(SEEN, id=made["id"])["product"]["publishedOnPublication"] is True


def test_a_product_is_taken_out_of_one_channel(shop: Caller) -> None:
    made = put(shop, title="Sok")
    shop.data(PUBLISH, id=made["id"], input=to(POINT_OF_SALE, ONLINE_STORE))
    payload = shop.data(UNPUBLISH, id=made["id"], input=to(POINT_OF_SALE))["publishableUnpublish"]
    assert payload == {"publishable": {"publishedOnPublication": False}, "userErrors": []}
    assert shop.data(SEEN, id=made["id"])["product"]["publishedOnPublication"] is True


def test_what_cannot_be_published_is_refused_in_shopifys_words(shop: Caller) -> None:
    made = put(shop, title="Sok")
    wrong = to("gid://shopify/Publication/9", POINT_OF_SALE, POINT_OF_SALE)
    payload = shop.data(PUBLISH, id=made["id"], input=wrong)["publishablePublish"]
    assert [error["message"] for error in payload["userErrors"]] == [
        "Publication does not exist or is not publishable",
        "The same publication was specified more than once",
    ]
    missing = shop.data(PUBLISH, id="gid://shopify/Product/9", input=to(POINT_OF_SALE))["publishablePublish"]
    assert missing["userErrors"] == [{"field": ["id"], "message": "Resource does not exist"}]


def test_publishing_needs_its_own_right(shop: Caller) -> None:
    made = put(shop, title="Sok")
    shop.sandbox.switches["scopes"] = ["read_products", "write_products"]
    error = shop.error(PUBLISH, id=made["id"], input=to(POINT_OF_SALE))
    assert (error["extensions"]["code"], "write_publications" in error["message"]) == ("ACCESS_DENIED", True)


def test_products_are_found_by_where_they_are(shop: Caller) -> None:
    made = put(shop, title="Sok")
    shop.data(PUBLISH, id=made["id"], input=to(POINT_OF_SALE))
    query = "query ($query: String!) { products(first: 9, query: $query) { nodes { id } } }"
    in_till = shop.data(query, query="publication_ids:2")["products"]["nodes"]
    online = shop.data(query, query="publication_ids:1")["products"]["nodes"]
    assert {"id": made["id"]} in in_till
    assert {"id": made["id"]} not in online
    count = shop.data('{ publishedProductsCount(publicationId: "gid://shopify/Publication/2") { count precision } }')
    assert count["publishedProductsCount"] == {"count": len(in_till), "precision": "EXACT"}
