"""Collections as apps make, change and read them, with the sources their members come from."""

from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.writing import define_custom_id

COAT, SOUP = "gid://shopify/Product/7000001", "gid://shopify/Product/7000002"
FIELDS = """id handle title descriptionHtml description sortOrder updatedAt productsCount { count precision }
  products(first: 9) { nodes { title } }
  sources { __typename id title
    ... on CollectionConditionsSource { targetType shareable
      inclusion { matchType
        conditions { __typename id
          ... on CollectionSourceInclusionConditionProductTag { tagged: relation matchType values }
          ... on CollectionSourceInclusionConditionVariantPrice { relation value { amount currencyCode } } }
        selections(first: 9) { nodes { product { id } variantIds } } }
      exclusion { conditions { __typename id } selections(first: 9) { nodes { product { id } } } } }
    ... on CollectionSubCollectionsSource { collections { id } } }"""
CREATE = f"""mutation ($collection: CollectionCreateInput!) {{ collectionCreate(collection: $collection) {{
  collection {{ {FIELDS} }} userErrors {{ field message }} }} }}"""
UPDATE = f"""mutation ($collection: CollectionUpdateInput!) {{ collectionUpdate(collection: $collection) {{
  collection {{ {FIELDS} }} job {{ id done }} userErrors {{ field message }} }} }}"""
DELETE = """mutation ($id: ID!) { collectionDelete(input: {id: $id}) { deletedCollectionId userErrors { field message } } }"""
READ = f"query ($id: ID!) {{ collection(id: $id) {{ {FIELDS} }} }}"


def chosen(*products: str) -> dict[str, Any]:
    """A source of products that were chosen by hand."""
    return {"source": {"title": "Groep 7", "inclusion": {"selections": [{"productId": product} for product in products]}}}


def create(shop: Caller, title: str = "Jassen", **details: Any) -> Any:
    payload = shop.data(CREATE, collection={"title": title, **details})["collectionCreate"]
    assert payload["userErrors"] == []
    return payload["collection"]


def update(shop: Caller, global_id: str, **details: Any) -> Any:
    return shop.data(UPDATE, collection={"id": global_id, **details})["collectionUpdate"]


def titles(collection: Any) -> list[str]:
    return [product["title"] for product in collection["products"]["nodes"]]


def test_products_are_chosen_by_hand_and_chosen_no_longer(shop: Caller) -> None:
    made = create(shop, handle="jassen", sortOrder="MANUAL", descriptionHtml="<p>Warm &amp; droog</p>", sources=[chosen(COAT)])
    assert (made["handle"], titles(made), made["productsCount"]) == ("jassen", ["Jas"], {"count": 1, "precision": "EXACT"})
    (source,) = made["sources"]
    assert (source["__typename"], source["targetType"], source["shareable"]) == ("CollectionConditionsSource", "PRODUCTS", False)
    assert source["inclusion"] == {
        "matchType": None,
        "conditions": [],
        "selections": {"nodes": [{"product": {"id": COAT}, "variantIds": None}]},
    }
    change = {"id": source["id"], "inclusion": {"selectionsToAdd": [{"productId": SOUP}], "selectionsToRemove": [{"productId": COAT}]}}
    answer = update(shop, made["id"], sourcesToUpdate=[{"condition": change}])
    assert (answer["userErrors"], answer["job"]["done"]) == ([], False)
    assert titles(answer["collection"]) == ["Soep"]
    assert answer["collection"]["sources"][0]["id"] == source["id"]
    read = shop.data(
        "query ($id: ID!, $coat: ID!, $soup: ID!) { collection(id: $id) { coat: hasProduct(id: $coat) soup: hasProduct(id: $soup) } }",
        id=made["id"],
        coat=COAT,
        soup=SOUP,
    )
    assert read["collection"] == {"coat": False, "soup": True}


def test_members_follow_a_change_when_its_job_is_done(shop: Caller) -> None:
    made = create(shop, sources=[chosen(COAT)])
    shop.sandbox.switches["job_seconds"] = 30
    shop.clock.pass_seconds(1)
    answer = update(shop, made["id"], title="Kleding", sourcesToCreate=[chosen(SOUP)])
    assert (answer["collection"]["title"], titles(answer["collection"])) == ("Kleding", ["Jas"])
    assert answer["collection"]["updatedAt"] > made["updatedAt"]
    ask = "query ($job: ID!) { job(id: $job) { done } }"
    assert shop.data(ask, job=answer["job"]["id"])["job"] == {"done": False}
    shop.clock.pass_seconds(31)
    assert shop.data(ask, job=answer["job"]["id"])["job"] == {"done": True}
    assert titles(shop.data(READ, id=made["id"])["collection"]) == ["Jas", "Soep"]
    assert update(shop, made["id"], title="Jassen")["job"] is None, "no source changes"


def test_conditions_choose_products_and_exclusions_take_some_out(shop: Caller) -> None:
    shop.data('mutation { tagsAdd(id: "gid://shopify/Product/7000002", tags: ["actie"]) { userErrors { message } } }')
    tagged = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["Actie"]}}
    dear = {"variantPrice": {"relation": "GREATER_THAN", "value": {"amount": "40", "currencyCode": "EUR"}}}
    source = {"title": "Regels", "inclusion": {"matchType": "ANY", "conditions": [tagged, dear]}}
    made = create(shop, sources=[{"source": source}], sortOrder="ALPHA_DESC")
    assert titles(made) == ["Soep", "Jas"]
    inclusion = made["sources"][0]["inclusion"]
    assert inclusion["matchType"] == "ANY"
    assert inclusion["conditions"][0]["values"] == ["Actie"]
    assert inclusion["conditions"][1]["value"] == {"amount": "40.0", "currencyCode": "EUR"}
    change = {"id": made["sources"][0]["id"], "exclusion": {"selectionsToAdd": [{"productId": SOUP}]}}
    assert titles(update(shop, made["id"], sourcesToUpdate=[{"condition": change}])["collection"]) == ["Jas"]
    change = {"id": change["id"], "inclusion": {"conditionsToDelete": [inclusion["conditions"][1]["id"]]}}
    assert titles(update(shop, made["id"], sourcesToUpdate=[{"condition": change}])["collection"]) == []
    found = shop.data('{ collections(first: 5, query: "collection_type:smart") { nodes { id } } collectionsCount { count } }')
    assert found == {"collections": {"nodes": [{"id": made["id"]}]}, "collectionsCount": {"count": 1}}


def test_a_collection_takes_the_members_of_others(shop: Caller) -> None:
    coats = create(shop, "Jassen", sources=[chosen(COAT)])
    clothes = create(shop, "Kleding", sources=[{"subCollections": {"title": "Delen", "collectionIds": [coats["id"]]}}])
    assert titles(clothes) == ["Jas"]
    assert clothes["sources"][0]["__typename"] == "CollectionSubCollectionsSource"
    circle = {"subCollections": {"id": clothes["sources"][0]["id"], "collectionIds": [clothes["id"]]}}
    assert update(shop, clothes["id"], sourcesToUpdate=[circle])["userErrors"][0]["message"] == "Collection does not exist"
    assert shop.data(DELETE, id=coats["id"])["collectionDelete"] == {"deletedCollectionId": coats["id"], "userErrors": []}
    assert titles(shop.data(READ, id=clothes["id"])["collection"]) == []
    assert shop.data(DELETE, id=coats["id"])["collectionDelete"]["userErrors"] == [
        {"field": ["id"], "message": "Collection does not exist"}
    ]


@pytest.mark.parametrize(
    ("details", "field", "message"),
    [
        ({"title": " "}, ["title"], "Title can't be blank"),
        ({"title": "a" * 256}, ["title"], "Title is too long (maximum is 255 characters)"),
        ({"handle": "dranken"}, ["handle"], "Handle has already been taken"),
        (
            {"sources": [chosen("gid://shopify/Product/1")]},
            ["sources", "0", "source", "inclusion", "selections", "0", "productId"],
            "Product does not exist",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(shop: Caller, details: dict[str, Any], field: list[str], message: str) -> None:
    create(shop, "Dranken")
    payload = shop.data(CREATE, collection={"title": "Nieuw", **details})["collectionCreate"]
    assert payload == {"collection": None, "userErrors": [{"field": field, "message": message}]}
    assert len(shop.sandbox.shop.collections) == 1


def test_an_update_says_which_collection_it_means(shop: Caller) -> None:
    error = shop.error(UPDATE, collection={"title": "Jassen"})
    assert (error["message"], error["extensions"]["code"]) == ("id must be specified on collectionUpdate", "BAD_REQUEST")
    payload = update(shop, "gid://shopify/Collection/999", title="Jassen")
    assert payload == {"collection": None, "job": None, "userErrors": [{"field": None, "message": "Collection does not exist"}]}


def test_a_title_that_is_there_already_gets_a_handle_of_its_own(shop: Caller) -> None:
    assert [create(shop, "Dranken & meer")["handle"] for _ in range(2)] == ["dranken-meer", "dranken-meer-1"]


def test_collections_are_found_by_handle_and_custom_id_at_once(shop: Caller) -> None:
    define_custom_id(shop, "COLLECTION", "group")
    made = create(shop, metafields=[{"namespace": "mplus", "key": "group", "value": "7"}])
    shop.sandbox.switches["search_lag_s"] = 30
    by = """query ($handle: CollectionIdentifierInput!, $custom: CollectionIdentifierInput!) {
      handle: collectionByIdentifier(identifier: $handle) { id }
      custom: collectionByIdentifier(identifier: $custom) { id metafield(namespace: "mplus", key: "group") { value type } }
      collections(first: 5) { nodes { id } } }"""
    custom = {"customId": {"namespace": "mplus", "key": "group", "value": "7"}}
    answer = shop.data(by, handle={"handle": "jassen"}, custom=custom)
    assert answer["handle"] == {"id": made["id"]}
    assert answer["custom"] == {"id": made["id"], "metafield": {"value": "7", "type": "id"}}
    assert answer["collections"]["nodes"] == [], "search lags"
    payload = shop.data(CREATE, collection={"title": "Twee", "metafields": [{"namespace": "mplus", "key": "group", "value": "7"}]})[
        "collectionCreate"
    ]
    assert payload["collection"] is None
    assert payload["userErrors"][0]["message"] == "Value has already been taken"
    shop.data(DELETE, id=made["id"])
    assert shop.data(by, handle={"handle": "jassen"}, custom=custom)["custom"] is None


@pytest.mark.parametrize("plan", ["starter", "retail"])
def test_the_smallest_plans_have_no_collections_to_write(shop: Caller, plan: str) -> None:
    made = create(shop)
    shop.sandbox.switches["plan"] = plan
    for query, variables in (
        (CREATE, {"collection": {"title": "a"}}),
        (UPDATE, {"collection": {"id": made["id"], "title": "a"}}),
        (DELETE, {"id": made["id"]}),
    ):
        error = shop.error(query, **variables)
        assert error["extensions"]["code"] == "ACCESS_DENIED"
        assert "must not be on the Starter or Retail plans" in error["message"]
    assert shop.data(READ, id=made["id"])["collection"]["title"] == "Jassen"


def test_the_older_mutations_choose_by_hand_and_let_conditions_be(shop: Caller) -> None:
    add = """mutation ($id: ID!, $products: [ID!]!) { collectionAddProductsV2(id: $id, productIds: $products) {
      job { id done } userErrors { field message code } } }"""
    remove = """mutation ($id: ID!, $products: [ID!]!) { collectionRemoveProducts(id: $id, productIds: $products) {
      job { id done } userErrors { field message } } }"""
    made = create(shop)
    payload = shop.data(add, id=made["id"], products=[COAT, SOUP, "gid://shopify/Product/1"])["collectionAddProductsV2"]
    assert (payload["job"]["done"], payload["userErrors"]) == (False, [])
    assert titles(shop.data(READ, id=made["id"])["collection"]) == ["Jas", "Soep"]
    assert shop.data(remove, id=made["id"], products=[COAT])["collectionRemoveProducts"]["userErrors"] == []
    assert titles(shop.data(READ, id=made["id"])["collection"]) == ["Soep"]
    rule = {"productVendor": {"matchType": "ANY", "relation": "EQUALS", "values": ["Noord"]}}
    smart = create(shop, "Noord", sources=[{"source": {"title": "Merk", "inclusion": {"conditions": [rule]}}}])
    assert shop.data(add, id=smart["id"], products=[SOUP])["collectionAddProductsV2"] == {
        "job": None,
        "userErrors": [
            {"field": ["id"], "message": "Can't manually add products to a smart collection", "code": "CANT_ADD_TO_SMART_COLLECTION"}
        ],
    }


def test_members_are_put_in_order_by_hand_where_the_collection_is_sorted_so(shop: Caller) -> None:
    move = """mutation ($id: ID!) { collectionReorderProducts(id: $id, moves: [{id: "gid://shopify/Product/7000002", newPosition: "0"}]) {
      job { done } userErrors { field message code } } }"""
    by_hand = create(shop, "Hand", sortOrder="MANUAL", sources=[chosen(COAT, SOUP)])
    assert shop.data(move, id=by_hand["id"])["collectionReorderProducts"] == {"job": {"done": False}, "userErrors": []}
    assert titles(shop.data(READ, id=by_hand["id"])["collection"]) == ["Soep", "Jas"]
    best = create(shop, "Best", sources=[chosen(COAT, SOUP)])
    (error,) = shop.data(move, id=best["id"])["collectionReorderProducts"]["userErrors"]
    assert error == {
        "field": ["id"],
        "message": "Can't reorder products unless collection is manually sorted",
        "code": "MANUALLY_SORTED_COLLECTION",
    }


def test_a_collection_is_published_like_a_product(shop: Caller) -> None:
    made = create(shop)
    publications = shop.data("{ publications(first: 9) { nodes { id catalog { title } } } }")["publications"]["nodes"]
    till = next(entry["id"] for entry in publications if entry["catalog"]["title"] == "Point of Sale")
    read = "query ($id: ID!, $till: ID!) { collection(id: $id) { publishedOnPublication(publicationId: $till) } }"
    assert shop.data(read, id=made["id"], till=till)["collection"] == {"publishedOnPublication": False}
    publish = """mutation ($id: ID!, $till: ID!) { publishablePublish(id: $id, input: [{publicationId: $till}]) {
      publishable { ... on Collection { id publishedOnPublication(publicationId: $till) } } userErrors { field message } } }"""
    answer = shop.data(publish, id=made["id"], till=till)["publishablePublish"]
    assert answer == {"publishable": {"id": made["id"], "publishedOnPublication": True}, "userErrors": []}


def test_a_product_names_its_collections(shop: Caller) -> None:
    made = create(shop, sources=[chosen(COAT)])
    create(shop, "Soepen", sources=[chosen(SOUP)])
    answer = shop.data("query ($id: ID!) { product(id: $id) { collections(first: 9) { nodes { id } } } }", id=COAT)
    assert answer["product"]["collections"]["nodes"] == [{"id": made["id"]}]


def test_the_products_of_a_collection_are_found_by_a_search(shop: Caller) -> None:
    number = create(shop, sources=[chosen(COAT)])["id"].rpartition("/")[2]
    create(shop, "Soepen", sources=[chosen(SOUP)])
    answer = shop.ask("query ($query: String!) { products(first: 9, query: $query) { nodes { id } } }", query=f"collection_id:{number}")
    assert answer["data"]["products"]["nodes"] == [{"id": COAT}]
    assert "search" not in answer["extensions"]


def test_collections_are_the_same_after_a_restart(shop: Caller, tmp_path: Path) -> None:
    define_custom_id(shop, "COLLECTION", "group")
    rule = {"variantInventory": {"relation": "GREATER_THAN", "value": 2}}
    sources = [{"source": {"title": "Voorraad", "inclusion": {"conditions": [rule]}}}, chosen(SOUP)]
    made = create(shop, sources=sources, metafields=[{"namespace": "mplus", "key": "group", "value": "7"}])
    assert titles(made) == ["Jas", "Soep"]
    shop.sandbox.save(tmp_path)
    shop.sandbox.load(tmp_path)
    assert shop.data(READ, id=made["id"])["collection"] == made
    query = "query ($i: CollectionIdentifierInput!) { collectionByIdentifier(identifier: $i) { id } }"
    custom = {"customId": {"namespace": "mplus", "key": "group", "value": "7"}}
    assert shop.data(query, i=custom)["collectionByIdentifier"] == {"id": made["id"]}
