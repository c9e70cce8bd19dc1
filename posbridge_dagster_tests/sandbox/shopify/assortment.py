"""Documents and inputs for products, shared by the tests that write them to the pretend shop."""

from typing import Any

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

VARIANT = """id title sku barcode price compareAtPrice position taxable inventoryPolicy inventoryQuantity createdAt updatedAt
  selectedOptions { name value } metafields(first: 9) { nodes { namespace key value } }
  inventoryItem { id sku tracked requiresShipping duplicateSkuCount unitCost { amount currencyCode } countryCodeOfOrigin
    harmonizedSystemCode measurement { weight { value unit } } }"""
PRODUCT = f"""id title handle status vendor productType tags descriptionHtml description templateSuffix createdAt updatedAt publishedAt
  seo {{ title description }} category {{ id }} hasOnlyDefaultVariant totalInventory tracksInventory
  variantsCount {{ count }} options {{ id name position values optionValues {{ id name hasVariants }} }}
  media(first: 9) {{ nodes {{ id alt ... on MediaImage {{ image {{ url }} }} }} }}
  metafields(first: 9) {{ nodes {{ namespace key type value }} }}
  variants(first: 100) {{ nodes {{ {VARIANT} }} pageInfo {{ hasNextPage }} }}"""
SET = f"""mutation ($identifier: ProductSetIdentifiers, $input: ProductSetInput!, $sync: Boolean = true) {{
  productSet(identifier: $identifier, input: $input, synchronous: $sync) {{
    product {{ {PRODUCT} }} productSetOperation {{ id status product {{ id }} userErrors {{ field message code }} }}
    userErrors {{ field message code }} }} }}"""
CREATE = f"""mutation ($product: ProductCreateInput!, $media: [CreateMediaInput!]) {{
  productCreate(product: $product, media: $media) {{ product {{ {PRODUCT} }} userErrors {{ field message }} }} }}"""
UPDATE = f"""mutation ($product: ProductUpdateInput!, $identifier: ProductUpdateIdentifiers, $media: [CreateMediaInput!]) {{
  productUpdate(product: $product, identifier: $identifier, media: $media) {{
    product {{ {PRODUCT} }} userErrors {{ field message }} }} }}"""
READ = f"query ($id: ID!) {{ product(id: $id) {{ {PRODUCT} }} }}"


def read(shop: Caller, product: dict[str, Any]) -> Any:
    """Return a product as it is now; None where it is gone."""
    return shop.data(READ, id=product["id"])["product"]


def put(shop: Caller, identifier: dict[str, Any] | None = None, **given: Any) -> Any:
    """Return the product that productSet makes of an input."""
    payload = shop.data(SET, input=given, identifier=identifier)["productSet"]
    assert payload["userErrors"] == []
    return payload["product"]


def refused(shop: Caller, identifier: dict[str, Any] | None = None, **given: Any) -> list[tuple[str, str | None]]:
    """Return path and code of the user errors of an input that changes nothing."""
    payload = shop.data(SET, input=given, identifier=identifier)["productSet"]
    assert payload["product"] is None
    assert not shop.served.control.calls[-1].wrote
    return [(".".join(error["field"] or []), error["code"]) for error in payload["userErrors"]]


def option(name: str, *values: str) -> dict[str, Any]:
    return {"name": name, "values": [{"name": value} for value in values]}


def variant(sku: str, price: str = "10.00", /, **chosen: str) -> dict[str, Any]:
    """A variant by SKU with what it has of each option."""
    return {"sku": sku, "price": price, "optionValues": [{"optionName": name, "name": value} for name, value in chosen.items()]}


def coat(shop: Caller, **more: Any) -> Any:
    """A product with two options and three variants."""
    variants = [variant("J1", Kleur="Rood", Maat="S"), variant("J2", Kleur="Rood", Maat="M"), variant("J3", Kleur="Blauw", Maat="S")]
    return put(
        shop, title="Regenjas", productOptions=[option("Kleur", "Rood", "Blauw"), option("Maat", "S", "M")], variants=variants, **more
    )


def skus(product: dict[str, Any]) -> list[str]:
    return [entry["sku"] for entry in product["variants"]["nodes"]]
