"""Products written to the pretend shop, held against recordings of real ones."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop, small_seed
from posbridge_dagster_tests.sandbox.shopify.test_written_recordings import RECORDINGS, plain, recording, renamed

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
PRODUCT_SET = """mutation ($synchronous: Boolean!, $input: ProductSetInput!) { productSet(synchronous: $synchronous, input: $input) {
  product { id } productSetOperation { id status product { id } userErrors { field message } } userErrors { field message } } }"""


@pytest.fixture
def store() -> Iterator[Caller]:
    """A shop with the name of the recorded one: a product without a vendor gets it."""
    seed = small_seed()
    seed.shop, seed.currency = "harry-test-heelo", "CAD"
    with open_shop(seed=seed) as caller:
        yield caller


@pytest.mark.parametrize("case", ["tooLongTitle", "tooLongHandle", "tooLongVendor", "tooLongProductType"])
def test_texts_that_are_too_long_are_refused_as_recorded(store: Caller, case: str) -> None:
    recorded = recording("2025-01_products_product-set-input-length-validation")["scenarios"][case]
    assert store.data(PRODUCT_SET, **recorded["variables"]) == recorded["response"]["data"]


@pytest.mark.parametrize("name", ["duplicate-variants-parity", "options-only-requires-variants"])
def test_lists_that_do_not_fit_are_refused_as_recorded(store: Caller, name: str) -> None:
    recorded = recording(f"2025-01_products_product-set-{name}")["mutation"]
    answer = store.data(PRODUCT_SET, **recorded["variables"])["productSet"]
    assert answer["userErrors"] == recorded["response"]["data"]["productSet"]["userErrors"]
    assert answer["product"] is None


def test_a_product_is_set_later_as_recorded(store: Caller) -> None:
    recorded = recording("2025-01_products_product-set-async-operation-parity")
    answer = store.ask(PRODUCT_SET, **recorded["mutation"]["variables"])
    assert plain(answer["data"]) == plain(recorded["mutation"]["response"]["data"])
    assert (
        answer["extensions"]["cost"]["requestedQueryCost"] <= recorded["mutation"]["response"]["extensions"]["cost"]["requestedQueryCost"]
    )
    look = """query ($id: ID!) { productOperation(id: $id) { __typename status product { id title handle }
      ... on ProductSetOperation { id userErrors { field message } } } }"""
    done = store.data(look, id=answer["data"]["productSet"]["productSetOperation"]["id"])
    assert plain(done) == plain(recorded["operationRead"]["response"]["data"])


CREATE = """mutation ($product: ProductCreateInput!) { productCreate(product: $product) {
  product { id title handle status vendor productType tags descriptionHtml templateSuffix seo { title description } }
  shop { id name myshopifyDomain } userErrors { field message } } }"""


def test_products_are_made_and_refused_as_recorded(store: Caller) -> None:
    recorded = recording("2026-04_products_product-create-parity")
    steps = [recorded["mutation"], recorded["validation"], *recorded["handleValidation"].values()]
    for step in steps:
        answer = store.ask(CREATE, **step["variables"])
        expected = step["response"]["data"]
        assert plain(answer["data"]) == plain(expected), step["variables"]
        cost = answer["extensions"]["cost"]
        assert cost["requestedQueryCost"] == step["response"]["extensions"]["cost"]["requestedQueryCost"]
        assert (answer["data"]["productCreate"]["product"] or {}).get("handle") == (expected["productCreate"]["product"] or {}).get(
            "handle"
        )


def test_tags_are_added_and_taken_as_recorded(store: Caller) -> None:
    cases = recording("2025-01_products_tags-normalization-parity")["tagNormalization"]
    for name, case in cases.items():
        made = store.data(CREATE, **case["setup"]["variables"])["productCreate"]["product"]
        call = case["mutation"]
        variables = renamed(call["variables"], {call["variables"]["id"]: made["id"]})
        answer = store.data(call["query"], **variables)
        assert plain(answer) == plain(call["response"]["data"]), name


def test_variants_are_changed_in_part_as_recorded(store: Caller) -> None:
    recorded = recording("2026-04_products_product-variants-bulk-update-allow-partial-and-error-order")
    setup = recorded["setup"]
    product = store.data(CREATE, product={"title": "Bulk Variant Partial Update", "status": "DRAFT"})["productCreate"]["product"]["id"]
    options = [
        {"name": "Color", "values": [{"name": "Red"}, {"name": "Blue"}]},
        {"name": "Size", "values": [{"name": "Small"}, {"name": "Large"}]},
    ]
    shown = """product { id options { id name values optionValues { id name hasVariants } }
      variants(first: 9) { nodes { id title sku price selectedOptions { name value } } } }"""
    made = store.data(
        f"""mutation ($id: ID!, $options: [OptionCreateInput!]!) {{ productOptionsCreate(productId: $id, options: $options) {{
        {shown} userErrors {{ field message }} }} }}""",
        id=product,
        options=options,
    )
    assert plain(made) == plain(setup["setupOptionsResponse"]["data"])
    chosen = [{"optionName": "Color", "name": "Blue"}, {"optionName": "Size", "name": "Large"}]
    blue = {"price": "11.00", "inventoryItem": {"sku": "PVBU-901935-BLUE"}, "optionValues": chosen}
    second = store.data(
        """mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $variants) {
        product { id variants(first: 9) { nodes { id title sku price selectedOptions { name value } } } }
        productVariants { id title sku price selectedOptions { name value } } userErrors { field message } } }""",
        id=product,
        variants=[blue],
    )
    assert plain(second) == plain(setup["setupSecondVariantResponse"]["data"])
    numbers = [entry["id"] for entry in second["productVariantsBulkCreate"]["product"]["variants"]["nodes"]]
    names = {setup["productId"]: product, setup["redVariantId"]: numbers[0], setup["blueVariantId"]: numbers[1]}
    update = """mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: true) {
        product { id totalInventory tracksInventory } productVariants { id sku price } userErrors { field message code } } }"""
    call = recorded["partialUpdate"]
    part = store.data(update, **renamed(call["request"]["variables"], names))
    expected = call["response"]["payload"]["data"]["productVariantsBulkUpdate"]
    assert part["productVariantsBulkUpdate"]["userErrors"] == expected["userErrors"]
    assert plain(part["productVariantsBulkUpdate"]["productVariants"]) == plain(expected["productVariants"])
    call = recorded["errorOrdering"]
    wrong = store.data(update, **renamed(call["request"]["variables"], names))["productVariantsBulkUpdate"]
    assert wrong["userErrors"] == call["response"]["payload"]["data"]["productVariantsBulkUpdate"]["userErrors"]


def test_a_product_is_found_by_the_sku_of_a_variant_as_recorded(store: Caller) -> None:
    recorded = recording("2025-01_products_products-variant-search")
    code = recorded["variables"]["query"].removeprefix("sku:")
    expected = recorded["response"]["data"]["products"]["edges"][0]["node"]
    made = {"title": expected["title"], "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}]}
    made["variants"] = [{"sku": code, "optionValues": [{"optionName": "Title", "name": "Default Title"}]}]
    assert store.data(PRODUCT_SET, synchronous=True, input=made)["productSet"]["userErrors"] == []
    query = recorded["upstreamCalls"][0]["query"]
    answer = store.ask(query, **recorded["variables"])
    assert without_cursors(plain(answer["data"])) == without_cursors(plain(recorded["response"]["data"]))
    assert answer["extensions"]["cost"]["requestedQueryCost"] == recorded["response"]["extensions"]["cost"]["requestedQueryCost"]


def without_cursors(data: dict[str, Any]) -> dict[str, Any]:
    page = {name: bool(value) for name, value in data["products"]["pageInfo"].items()}
    return {**data, "products": {**data["products"], "pageInfo": page}}


def test_a_published_contract_starts_with_products_as_recorded(store: Caller) -> None:
    cases = recording("2026-04_products_publication-mutation-contract")["cases"]
    made = store.data(cases["productCreate"]["query"], **cases["productCreate"]["variables"])
    assert plain(made) == plain(cases["productCreate"]["response"]["payload"]["data"])
    variant = made["productCreate"]["product"]["variants"]["nodes"][0]["id"]
    read = store.data(cases["variantNode"]["query"], id=variant)
    assert plain(read) == plain(cases["variantNode"]["response"]["payload"]["data"])


def test_products_are_filtered_as_recorded(store: Caller) -> None:
    recorded = recording("2025-01_products_products-common-search-filters")
    for title in ("Jeans", "Riem"):
        given = {"title": title, "vendor": "Levi's", "productType": "Apparel"}
        assert store.data(PRODUCT_SET, synchronous=True, input=given)["productSet"]["userErrors"] == []
    (call,) = [entry for entry in recorded["upstreamCalls"] if "vendorTypeQuery" in entry["query"]]
    answer = store.ask(call["query"], **recorded["variables"])
    expected = call["response"]["body"]
    assert set(answer["data"]) == set(expected["data"])
    assert answer["data"]["statusCount"] == {"count": 4, "precision": "EXACT"}
    assert answer["data"]["vendorTypeCount"] == {"count": 2, "precision": "EXACT"}
    (real, *_), (own, *_) = expected["data"]["statusProducts"]["edges"], answer["data"]["statusProducts"]["edges"]
    assert set(own["node"]) == set(real["node"])
    assert set(json.loads(b64decode(own["cursor"]))) == set(json.loads(b64decode(real["cursor"])))
    assert answer["extensions"]["cost"]["requestedQueryCost"] == expected["extensions"]["cost"]["requestedQueryCost"]
    assert "search" not in answer["extensions"]
